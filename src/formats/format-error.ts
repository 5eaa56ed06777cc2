/** What is wrong with a file, in a sentence that names the file, the place in it and the remedy. */
export class FormatError extends Error {
  /** @param place such as `line 12`; null when it is about the whole file */
  constructor(
    file: string,
    readonly place: string | null,
    text: string
  ) {
    super(place === null ? `${file} ${text}` : `${file}, ${place}: ${text}`)
    this.name = 'FormatError'
  }
}

/** A few names of many, quoted. */
export function someNames(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`)
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ')
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Text from a file, short enough to quote. */
export function excerpt(text: string): string {
  const line = text.trim().split('\n', 1)[0]
  return line.length > 40 ? `${line.slice(0, 40)}…` : line
}
