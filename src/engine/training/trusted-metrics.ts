/**
 * The user's metric functions of a project, `metrics.js`: code, which runs with the user's rights. It is used only after
 * somebody has said so, for exactly the text that was there then, in that folder; the answer is kept per user, not in the
 * project. The text is all there is to it: it may import Node's own modules and nothing that could change behind its back.
 */
import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { init, parse } from 'es-module-lexer'
import { PhasescopeError } from '../../domain/errors'
import { whileAlone } from '../../project/claims'
import { makeFolder, readJson, readText, writeJson } from '../../project/files'
import { markOf } from '../../project/processes'

const metricsFile = 'metrics.js'
/** Larger than anybody would read before trusting it. */
const mostBytes = 1_000_000
const version = 2

export interface ProjectMetrics {
  text: string
  /** SHA-256 of the text, hexadecimal. */
  hash: string
  trusted: boolean
  /** Why it cannot be used, whoever trusts it. */
  problem: string | null
}

export class TrustedMetrics {
  constructor(private readonly userData: string) {}

  /** The project's metric functions, or null where it has none. */
  async of(project: string): Promise<ProjectMetrics | null> {
    const text = await readText(join(project, metricsFile), mostBytes).catch(() => null)
    if (text === null) return null
    const hash = createHash('sha256').update(text).digest('hex')
    const problem = await problemOf(text)
    const trusted = problem === null && (await this.entries()).includes(entryOf(await placeOf(project), hash))
    return { text, hash, trusted, problem }
  }

  /** The text to run, or null where there is none or nobody trusts it. */
  async textOf(project: string): Promise<string | null> {
    const metrics = await this.of(project)
    return metrics?.trusted ? metrics.text : null
  }

  /**
   * From now on the project's functions are used as long as their text is the one of `hash`, which somebody has seen.
   * @throws PhasescopeError when it is another text by now, or one that cannot be used
   */
  async trust(project: string, hash: string): Promise<void> {
    const metrics = await this.of(project)
    if (metrics?.hash !== hash) {
      throw new PhasescopeError('bad-request', `${metricsFile} has changed meanwhile. Look at it again.`)
    }
    if (metrics.problem !== null) throw new PhasescopeError('bad-request', metrics.problem)
    if (metrics.trusted) return
    const entry = entryOf(await placeOf(project), hash)
    await makeFolder(this.userData)
    await whileAlone(this.userData, markOf(), async () => {
      await writeJson(this.path, { schemaVersion: version, trusted: [...(await this.entries()), entry] })
    })
  }

  private get path(): string {
    return join(this.userData, 'trusted-metrics.json')
  }

  /** A list that cannot be read trusts nothing, and neither does one of version 0.1, which named no folders. */
  private async entries(): Promise<string[]> {
    const value = (await readJson(this.path).catch(() => null)) as { schemaVersion?: unknown; trusted?: unknown } | null
    const trusted = value?.schemaVersion === version ? value.trusted : []
    return Array.isArray(trusted) ? trusted.filter((one) => typeof one === 'string') : []
  }
}

function entryOf(place: string, hash: string): string {
  return `${hash} ${place}`
}

async function placeOf(project: string): Promise<string> {
  return realpath(project).catch(() => project)
}

/** What is imported could change after the text was trusted, so nothing is but what comes with Node. */
async function problemOf(text: string): Promise<string | null> {
  await init
  let imports
  try {
    ;[imports] = parse(text, metricsFile)
  } catch {
    // Its own thread says what is wrong with it, better.
    return null
  }
  for (const { n: name, d: dynamic, s: start } of imports) {
    // `import.meta` brings nothing in.
    if (dynamic === -2 || (dynamic === -1 && name?.startsWith('node:'))) continue
    const line = text.slice(0, start).split('\n').length
    const what = dynamic >= 0 ? 'something while it runs' : `"${name ?? '?'}"`
    return (
      `${metricsFile} imports ${what} in line ${line}. What is imported could change after you have looked at it: ` +
      "put everything into this one file; only Node's own modules (node:...) may be imported."
    )
  }
  return null
}
