/**
 * Count, first, last, least, largest and mean of every scalar series of runs, kept beside them so that a question about ten
 * thousand runs need not read ten thousand event files: `.cache/summaries/` of a project. As the index of tags it can be deleted
 * at any time and is never believed over the files, and every run has its place in one of several files (`tag-index.ts`).
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { confinedBy, guardSync } from './places'

const version = 1
/** Larger than a part of the index of a hundred thousand runs with a hundred series each. */
const mostBytes = 512 * 1024 * 1024

/** Numbers of one series, in this order. */
export const summaryFields = ['count', 'first', 'last', 'min', 'max', 'mean'] as const
export const summaryWidth = summaryFields.length

const header = z.object({
  schemaVersion: z.literal(version),
  /** Lists of tags, since runs of one experiment have the same. */
  sets: z.array(z.array(z.string())),
  /** Name, state of the files, and number of the list: their numbers follow in this order. */
  runs: z.array(z.tuple([z.string(), z.string(), z.number().int().min(0)]))
})

export interface RunSeries {
  tags: readonly string[]
  /** [tags, summaryWidth], row-major. */
  values: Float64Array
}

export function summaryIndexFile(project: string, part: number): string {
  return join(project, '.cache', 'summaries', `${part}.bin`)
}

export class SummaryIndex {
  private readonly runs = new Map<string, RunSeries & { state: string }>()
  private readonly sets = new Map<string, readonly string[]>()
  private changed = false

  /** @param path one of the files of a project's index */
  constructor(private readonly path: string) {
    // A project of a stranger may bring an index that says anything.
    if (confinedBy(path) !== null) return
    try {
      guardSync(path)
      const info = statSync(path)
      if (info.isFile() && info.size <= mostBytes) this.read(readFileSync(path))
    } catch {
      // None, or one that cannot be used: it is made anew.
      this.runs.clear()
    }
  }

  /** What a run has recorded, or null where it has to be read. @param state of its files now */
  get(id: string, state: string): RunSeries | null {
    const run = this.runs.get(id)
    return run?.state === state ? run : null
  }

  put(id: string, state: string, { tags, values }: RunSeries): void {
    this.runs.set(id, { state, tags: this.onlyOne(tags), values })
    this.changed = true
  }

  /** Where it cannot be written, it is made anew the next time. */
  save(): void {
    if (!this.changed || confinedBy(this.path) !== null) return
    const temporary = `${this.path}.${randomBytes(4).toString('hex')}.tmp`
    try {
      mkdirSync(dirname(this.path), { recursive: true })
      writeFileSync(temporary, this.bytes(), { flag: 'wx' })
      renameSync(temporary, this.path)
      this.changed = false
    } catch {
      rmSync(temporary, { force: true })
    }
  }

  /** Length of the header in 4 bytes, the header as JSON, filled up to 8 bytes, and the numbers as the machine has them. */
  private bytes(): Uint8Array {
    const numbers = new Map([...new Set([...this.runs.values()].map(({ tags }) => tags))].map((tags, i) => [tags, i]))
    const runs = [...this.runs].map(([id, { state, tags }]) => [id, state, numbers.get(tags)!])
    const head = new TextEncoder().encode(JSON.stringify({ schemaVersion: version, sets: [...numbers.keys()], runs }))
    const start = aligned(4 + head.length)
    const all = [...this.runs.values()]
    const out = new Uint8Array(start + all.reduce((sum, { values }) => sum + values.byteLength, 0))
    new DataView(out.buffer).setUint32(0, head.length, true)
    out.set(head, 4)
    let at = start
    for (const { values } of all) {
      out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
      at += values.byteLength
    }
    return out
  }

  private read(file: Buffer): void {
    const length = file.readUInt32LE(0)
    const { sets, runs } = header.parse(JSON.parse(file.subarray(4, 4 + length).toString('utf8')))
    const start = aligned(4 + length)
    const numbers = new Float64Array(new Uint8Array(file.subarray(start)).buffer)
    const lists = sets.map((tags) => this.onlyOne(tags))
    let at = 0
    for (const [id, state, set] of runs) {
      const end = at + lists[set].length * summaryWidth
      if (end > numbers.length) throw new RangeError('The index is cut off.')
      this.runs.set(id, { state, tags: lists[set], values: numbers.subarray(at, end) })
      at = end
    }
  }

  /** The same list of tags once, however many runs have it. */
  private onlyOne(tags: readonly string[]): readonly string[] {
    const key = tags.join('\0')
    const known = this.sets.get(key)
    if (known) return known
    this.sets.set(key, tags)
    return tags
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
