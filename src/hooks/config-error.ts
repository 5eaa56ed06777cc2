/** A value that somebody typed and that cannot be used; the message is a sentence that says what would work. */
export class ConfigError extends Error {
  constructor(
    message: string,
    /** The parameter concerned, where there is one. */
    readonly key: string | null = null
  ) {
    super(message)
    this.name = 'ConfigError'
  }
}
