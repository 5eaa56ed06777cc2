/** What the writer writes is what the reader reads: while it grows, after a restart, and after a crash. */
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bucketsOf, decodeHistogramValue } from '../events/histogram'
import type { HistogramRecord } from '../domain/records'
import { RunReader } from './run-reader'
import { RunWriter } from './run-writer'
import { temporaryFolder, withReadOnly } from './testing/folders'

function scalars(step: number, values: Record<string, number>) {
  return { kind: 'scalars', step, epoch: step / 4, wallTimeSeconds: 1000 + step, values } as const
}

function histogram(step: number, counts: number[]): HistogramRecord {
  const num = counts.reduce((sum, count) => sum + count, 0)
  return {
    kind: 'histogram',
    step,
    epoch: step / 4,
    wallTimeSeconds: 1000 + step,
    tag: 'activations/fc1',
    min: -1,
    max: 1,
    counts: Float64Array.from(counts),
    lowest: -3,
    highest: 4,
    num,
    sum: 0.5 * num,
    sumSquares: 0.5 * num,
    zeros: 2,
    nonFinite: 1
  }
}

/** [step, value] pairs of a series. */
function points(reader: RunReader, tag: string, attempts: 'latest' | 'all' = 'latest'): [number, number][] {
  const view = reader.log.scalars(tag)?.view(attempts)
  if (!view) return []
  return Array.from({ length: view.length }, (_, i) => [view.steps[i], view.values[i]])
}

function eventFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .sort()
}

describe('a run log', () => {
  it('keeps scalars, values that are not finite among them, and histograms with their outsides', () => {
    const folder = temporaryFolder()
    const writer = new RunWriter(folder, 0)
    writer.scalars(scalars(0, { 'loss/train': 2.5, 'loss/val': NaN }))
    writer.scalars(scalars(4, { 'loss/train': Infinity }))
    writer.histogram(histogram(1, [5, 10, 20, 7]))
    writer.histogram(histogram(3, [0, 1, 2, 3]))
    writer.close()
    const reader = new RunReader(folder)
    reader.refresh()
    expect(points(reader, 'loss/train')).toEqual([
      [0, 2.5],
      [4, Infinity]
    ])
    expect(points(reader, 'loss/val')).toEqual([[0, NaN]])
    const { places } = reader.log.find('activations/fc1', 'histograms')!
    const [first, second] = [0, 1].map((i) => reader.place(places!, i))
    expect(Array.from(places!.view('latest').steps)).toEqual([1, 3])
    expect(decodeHistogramValue(first.bytes)).toMatchObject({
      bucketLimits: [-1, 0, 1, Number.MAX_VALUE],
      buckets: [5, 10, 20, 7]
    })
    expect(decodeHistogramValue(second.bytes).buckets).toEqual([0, 1, 2, 3])
    expect(bucketsOf(first.bytes, first.form)).toMatchObject({ mean: 0.5, std: 0.5 })
    expect(points(reader, 'activations/fc1/zeros')).toEqual([
      [1, 2],
      [3, 2]
    ])
    expect(reader.log.problems).toEqual([])
  })

  it('can be read while it grows, and is never read twice', () => {
    const folder = temporaryFolder()
    const writer = new RunWriter(folder, 0)
    const reader = new RunReader(folder)
    reader.refresh()
    expect(points(reader, 'a')).toEqual([])
    for (let step = 0; step < 5; step++) {
      writer.scalars(scalars(step, { a: step }))
      writer.flush(false)
      reader.refresh()
      expect(points(reader, 'a')).toHaveLength(step + 1)
    }
    const [file] = eventFiles(folder)
    expect(reader.log.files[reader.log.file(file)].offset).toBe(readFileSync(join(folder, file)).length)
    writer.close()
  })

  it('shows of each tag the latest attempt', () => {
    const folder = temporaryFolder()
    const first = new RunWriter(folder, 0)
    for (let step = 0; step <= 6; step++) first.scalars(scalars(step, { a: step, rare: step }))
    first.histogram(histogram(5, [1, 1, 1, 1]))
    first.close()
    const second = new RunWriter(folder, 4)
    second.scalars(scalars(5, { a: 50 }))
    second.close()
    const third = new RunWriter(folder, 6)
    third.scalars(scalars(6, { a: 60 }))
    third.close()
    expect(eventFiles(folder)).toHaveLength(3)
    const reader = new RunReader(folder)
    reader.refresh()
    expect(points(reader, 'a').map(([, value]) => value)).toEqual([0, 1, 2, 3, 4, 50, 60])
    // A tag that a later attempt has not come to yet keeps what the earlier one had (TensorBoard's Rust rule).
    expect(points(reader, 'rare').map(([, value]) => value)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(points(reader, 'a', 'all').map(([, value]) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 50, 60])
    expect(reader.log.scalars('a')!.view('all').starts).toEqual([0, 7])
  })

  it('loses only the torn record of a crash, and the next attempt goes on', () => {
    const folder = temporaryFolder()
    const writer = new RunWriter(folder, 0)
    for (let step = 0; step < 3; step++) writer.scalars(scalars(step, { a: step }))
    writer.close()
    const path = join(folder, eventFiles(folder)[0])
    truncateSync(path, readFileSync(path).length - 3)
    const reader = new RunReader(folder)
    reader.refresh()
    expect(points(reader, 'a')).toEqual([
      [0, 0],
      [1, 1]
    ])
    const next = new RunWriter(folder, 2)
    next.scalars(scalars(2, { a: 20 }))
    next.close()
    reader.refresh()
    expect(points(reader, 'a')).toEqual([
      [0, 0],
      [1, 1],
      [2, 20]
    ])
    expect(reader.log.problems).toEqual([])
  })

  it('says where a file is damaged', () => {
    const folder = temporaryFolder()
    const writer = new RunWriter(folder, 0)
    writer.scalars(scalars(0, { a: 1 }))
    writer.close()
    const [file] = eventFiles(folder)
    const { length } = readFileSync(join(folder, file))
    appendFileSync(join(folder, file), Buffer.alloc(100, 1))
    const reader = new RunReader(folder)
    reader.refresh()
    expect(points(reader, 'a')).toEqual([[0, 1]])
    expect(reader.log.problems).toEqual([`${file}: damaged at byte ${length}; the rest of the file is not read.`])
  })

  it('reads records larger than what it reads at a time', () => {
    const folder = temporaryFolder()
    const writer = new RunWriter(folder, 0)
    // 12 MB in one record; the reader takes 4 MB at a time.
    const many = Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`${'long-tag-'.repeat(7)}${i}`, i]))
    writer.scalars(scalars(0, many))
    writer.scalars(scalars(1, { a: 1 }))
    writer.close()
    const [file] = eventFiles(folder)
    expect(readFileSync(join(folder, file)).length).toBeGreaterThan(9_000_000)
    const reader = new RunReader(folder)
    reader.refresh()
    expect(reader.log.series()).toHaveLength(150_001)
    expect(points(reader, 'a')).toEqual([[1, 1]])
  })

  it('says that the folder is read-only or gone', async () => {
    const folder = temporaryFolder()
    await expect(withReadOnly(folder, async () => new RunWriter(folder, 0))).rejects.toMatchObject({
      code: 'read-only'
    })
    expect(() => new RunReader(join(folder, 'gone')).refresh()).toThrow(/gone could not be read: it does not exist/)
  })

  it('takes no file of others for its own attempts', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'events.out.tfevents.9999999999.other-tool'), '')
    new RunWriter(folder, 0).close()
    expect(eventFiles(folder)[0]).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.0$/)
  })
})
