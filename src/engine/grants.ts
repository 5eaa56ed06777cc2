/** Tokens for paths that the user has chosen: the renderer names files by token and never by path. */
import { randomBytes } from 'node:crypto'
import { PhasescopeError } from '../contract/errors'

export class PathGrants {
  private readonly paths = new Map<string, string>()

  issue(path: string): string {
    const token = randomBytes(16).toString('hex')
    this.paths.set(token, path)
    return token
  }

  resolve(token: string): string {
    const path = this.paths.get(token)
    if (!path)
      throw new PhasescopeError('bad-request', 'This choice of a folder is no longer valid. Choose the folder again.')
    return path
  }
}
