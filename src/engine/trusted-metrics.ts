/**
 * The user's metric functions of a project, `metrics.js`: code, which runs with the user's rights. It is used only after
 * somebody has said so, for exactly the text that was there then; the answer is kept per user, not in the project.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../contract/errors'
import { readJson, writeJson } from '../project/files'

export const metricsFile = 'metrics.js'

export interface ProjectMetrics {
  text: string
  /** SHA-256 of the text, hexadecimal. */
  hash: string
  trusted: boolean
}

export class TrustedMetrics {
  constructor(private readonly userData: string) {}

  /** The project's metric functions, or null where it has none. */
  async of(project: string): Promise<ProjectMetrics | null> {
    const text = await readFile(join(project, metricsFile), 'utf8').catch(() => null)
    if (text === null) return null
    const hash = createHash('sha256').update(text).digest('hex')
    return { text, hash, trusted: (await this.hashes()).includes(hash) }
  }

  /** The text to run, or null where there is none or nobody trusts it. */
  async textOf(project: string): Promise<string | null> {
    const metrics = await this.of(project)
    return metrics?.trusted ? metrics.text : null
  }

  /** From now on the project's functions are used as long as their text is the one of `hash`, which somebody has seen. */
  async trust(project: string, hash: string): Promise<void> {
    const metrics = await this.of(project)
    if (metrics?.hash !== hash) {
      throw new PhasescopeError('bad-request', `${metricsFile} has changed meanwhile. Look at it again.`)
    }
    if (metrics.trusted) return
    await writeJson(this.path, { schemaVersion: 1, hashes: [...(await this.hashes()), hash] })
  }

  private get path(): string {
    return join(this.userData, 'trusted-metrics.json')
  }

  /** A list that cannot be read trusts nothing. */
  private async hashes(): Promise<string[]> {
    const { hashes } = ((await readJson(this.path).catch(() => null)) ?? {}) as { hashes?: unknown }
    return Array.isArray(hashes) ? hashes.filter((hash) => typeof hash === 'string') : []
  }
}
