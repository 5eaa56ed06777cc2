/** Tokens for paths that the user has chosen: the renderer names files by token and never by path. */
import { randomBytes } from 'node:crypto'
import { PhasescopeError } from '../domain/errors'

/** Each is a choice that somebody made in a dialog, so this many are never in use at once. */
const mostGrants = 1000

export class PathGrants {
  /** In the order of their last use. */
  private readonly paths = new Map<string, string[]>()

  /** @param most when there are more, the one that was not used for longest is forgotten */
  constructor(private readonly most = mostGrants) {}

  /** @param paths at least one */
  issue(...paths: string[]): string {
    const token = randomBytes(16).toString('hex')
    this.paths.set(token, paths)
    for (const oldest of this.paths.keys()) {
      if (this.paths.size <= this.most) break
      this.paths.delete(oldest)
    }
    return token
  }

  /** @throws PhasescopeError 'bad-request' for what was never issued, or is forgotten */
  resolve(token: string): string {
    return this.resolveAll(token)[0]
  }

  /** @throws PhasescopeError 'bad-request' for what was never issued, or is forgotten */
  resolveAll(token: string): string[] {
    const paths = this.paths.get(token)
    if (!paths)
      throw new PhasescopeError('bad-request', 'This choice of a folder is no longer valid. Choose the folder again.')
    this.paths.delete(token)
    this.paths.set(token, paths)
    return paths
  }
}
