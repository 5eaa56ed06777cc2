/** Tokens for paths that the user has chosen: the renderer names files by token and never by path. */
import { randomBytes } from 'node:crypto'
import { PhasescopeError } from '../contract/errors'

export class PathGrants {
  private readonly paths = new Map<string, string[]>()

  /** @param paths at least one */
  issue(...paths: string[]): string {
    const token = randomBytes(16).toString('hex')
    this.paths.set(token, paths)
    return token
  }

  resolve(token: string): string {
    return this.resolveAll(token)[0]
  }

  resolveAll(token: string): string[] {
    const paths = this.paths.get(token)
    if (!paths)
      throw new PhasescopeError('bad-request', 'This choice of a folder is no longer valid. Choose the folder again.')
    return paths
  }
}
