/**
 * What runs hold, kept beside them so that thousands of event files need not be read to list their tags: `.cache/tags/` of a
 * project. It can be deleted at any time and is never believed over the files: an entry counts only as long as the run's event
 * files have the names, sizes and times that they had when they were read. Every run has its place in one of several files, so
 * that several workers can read runs at once and none overwrites what another has found.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isEventFile } from './log-folder'
import { confinedBy, guardSync } from './places'

const version = 1
/** Files of an index. Five thousand runs are some eighty in each, few enough to hold up no other question. */
const parts = 64
/** Larger than the index of a hundred thousand runs. */
const mostBytes = 512 * 1024 * 1024

const summary = z.object({
  /** Names, sizes and times of the event files. */
  state: z.string(),
  /** Which of the lists of tags, since runs of one experiment have the same. */
  set: z.number().int().min(0),
  /** Points of each tag of the list. */
  points: z.array(z.number()),
  restarted: z.boolean(),
  problems: z.array(z.string())
})
export type RunSummary = Omit<z.infer<typeof summary>, 'set' | 'state'> & { tags: TagSummary[] }

const tagSummary = z.object({ tag: z.string(), kind: z.string(), displayName: z.string(), description: z.string() })
export type TagSummary = z.infer<typeof tagSummary>

const indexFile = z.object({
  schemaVersion: z.literal(version),
  sets: z.array(z.array(tagSummary)),
  runs: z.record(z.string(), summary)
})

/** In which file of the index a run has its place; FNV-1a of its id. */
export function tagIndexPart(runId: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < runId.length; i++) hash = Math.imul(hash ^ runId.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % parts
}

export function tagIndexFile(project: string, part: number): string {
  return join(project, '.cache', 'tags', `${part}.json`)
}

export class TagIndex {
  private readonly sets: TagSummary[][] = []
  /** By text, so that the same list is kept once. */
  private readonly known = new Map<string, number>()
  private readonly runs = new Map<string, z.infer<typeof summary>>()
  private changed = false

  /** @param path one of the files of a project's index */
  constructor(private readonly path: string) {
    // A project of a stranger may bring an index that says anything.
    if (confinedBy(path) !== null) return
    try {
      guardSync(path)
      const info = statSync(path)
      if (!info.isFile() || info.size > mostBytes) return
      const { sets, runs } = indexFile.parse(JSON.parse(readFileSync(path, 'utf8')))
      for (const set of sets) this.numberOf(set)
      for (const [id, run] of Object.entries(runs)) {
        if (sets[run.set]?.length === run.points.length) this.runs.set(id, run)
      }
    } catch {
      // None, or one that cannot be used: it is made anew.
    }
  }

  /** What a run holds, or null where it has to be read. @param state of its files now */
  get(id: string, state: string): RunSummary | null {
    const run = this.runs.get(id)
    if (!run || run.state !== state) return null
    return { tags: this.sets[run.set], points: run.points, restarted: run.restarted, problems: run.problems }
  }

  put(id: string, state: string, { tags, points, restarted, problems }: RunSummary): void {
    this.runs.set(id, { state, set: this.numberOf(tags), points, restarted, problems })
    this.changed = true
  }

  /** Where it cannot be written, it is made anew the next time. */
  save(): void {
    if (!this.changed || confinedBy(this.path) !== null) return
    const temporary = `${this.path}.${randomBytes(4).toString('hex')}.tmp`
    try {
      mkdirSync(dirname(this.path), { recursive: true })
      const content = { schemaVersion: version, sets: this.sets, runs: Object.fromEntries(this.runs) }
      writeFileSync(temporary, JSON.stringify(content), { flag: 'wx' })
      renameSync(temporary, this.path)
      this.changed = false
    } catch {
      rmSync(temporary, { force: true })
    }
  }

  private numberOf(tags: TagSummary[]): number {
    const last = this.sets.length - 1
    // Mostly the list of the run before: comparing is faster than writing it as text.
    if (last >= 0 && sameTags(this.sets[last], tags)) return last
    const text = JSON.stringify(tags)
    const known = this.known.get(text)
    if (known !== undefined) return known
    this.sets.push(tags)
    this.known.set(text, this.sets.length - 1)
    return this.sets.length - 1
  }
}

function sameTags(a: TagSummary[], b: TagSummary[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ tag, kind, displayName, description }, i) => {
      const other = b[i]
      return (
        tag === other.tag &&
        kind === other.kind &&
        displayName === other.displayName &&
        description === other.description
      )
    })
  )
}

/** Names, sizes and times of the event files in a folder, and how large they are together; null where it cannot be read. */
export function stateOfFiles(folder: string): { state: string; bytes: number } | null {
  try {
    guardSync(folder)
    const names = readdirSync(folder).filter((name) => isEventFile(name))
    let bytes = 0
    const state = names.sort().map((name) => {
      const info = statSync(join(folder, name))
      bytes += info.size
      return `${name}:${info.size}:${info.mtimeMs}`
    })
    return { state: state.join('|'), bytes }
  } catch {
    return null
  }
}
