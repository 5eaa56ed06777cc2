/** Errors that cross threads and processes: a code for programs, a sentence for people. */

export type ErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'no-project'
  | 'invalid-config'
  | 'damaged'
  | 'newer-version'
  | 'read-only'
  | 'busy'
  /** Somebody else has changed the same thing meanwhile. */
  | 'conflict'
  /** The project would have to be trusted on this computer first. */
  | 'untrusted'
  | 'worker-died'
  | 'cancelled'
  | 'unsupported'
  | 'internal'

export class PhasescopeError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly detail?: string
  ) {
    super(message)
    this.name = 'PhasescopeError'
  }
}

export interface WireError {
  code: ErrorCode
  message: string
  detail?: string
}

/** Anything thrown, as it crosses. Messages of unexpected errors are kept: they are the best clue there is. */
export function toWireError(error: unknown): WireError {
  if (error instanceof PhasescopeError) return { code: error.code, message: error.message, detail: error.detail }
  if (error instanceof Error) {
    const code: ErrorCode = error.name === 'ConfigError' ? 'invalid-config' : 'internal'
    return { code, message: error.message, detail: error.stack }
  }
  return { code: 'internal', message: String(error) }
}

export function fromWireError(error: WireError): PhasescopeError {
  return new PhasescopeError(error.code, error.message, error.detail)
}
