/** A reader that goes on always ends where a first reading would: whatever happens to the files meanwhile. */
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeFileVersion, encodeScalars, frameRecord } from '../events'
import { findLogRuns } from './log-folder'
import { RunReader } from './run-reader'
import { temporaryFolder } from './testing/folders'

const point = (step: number, value: number): Uint8Array => frameRecord(encodeScalars(1000 + step, step, { a: value }))
const points = (...values: [number, number][]): Uint8Array =>
  Buffer.concat([frameRecord(encodeFileVersion(1)), ...values.map(([step, value]) => point(step, value))])

function read(reader: RunReader, attempts: 'latest' | 'all' = 'latest'): [number, number][] {
  reader.refresh()
  const view = reader.log.scalars('a')?.view(attempts)
  return Array.from({ length: view?.length ?? 0 }, (_, i) => [view!.steps[i], view!.values[i]])
}

function anew(folder: string, attempts: 'latest' | 'all' = 'latest'): [number, number][] {
  return read(new RunReader(folder), attempts)
}

/** Reading everything again may take a share of the time only, so that it may wait a moment for its turn. */
async function inOrder(reader: RunReader): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    reader.refresh()
    if (!reader.log.disordered) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a reader that goes on', () => {
  it('puts in order what an earlier file gets after a later one was read', async () => {
    const folder = temporaryFolder()
    const [early, late] = ['tfevents.1', 'tfevents.2'].map((name) => join(folder, name))
    writeFileSync(early, points([0, 1], [1, 2]))
    writeFileSync(late, points([1, 20], [2, 30]))
    const reader = new RunReader(folder)
    expect(read(reader)).toEqual([
      [0, 1],
      [1, 20],
      [2, 30]
    ])
    appendFileSync(early, point(2, 3))
    await inOrder(reader)
    expect(read(reader, 'all')).toEqual(anew(folder, 'all'))
    expect(read(reader)).toEqual([
      [0, 1],
      [1, 20],
      [2, 30]
    ])
    // A file that comes late and sorts first is no different.
    writeFileSync(join(folder, 'tfevents.0'), points([0, 100], [7, 700]))
    await inOrder(reader)
    expect(read(reader, 'all')).toEqual(anew(folder, 'all'))
  })

  it('does not mind two writers in one folder as long as they have tags of their own', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'tfevents.1'), points([0, 1]))
    writeFileSync(join(folder, 'tfevents.2'), frameRecord(encodeScalars(1, 5, { b: 1 })))
    const reader = new RunReader(folder)
    read(reader)
    const { log } = reader
    appendFileSync(join(folder, 'tfevents.1'), point(1, 2))
    expect(read(reader)).toHaveLength(2)
    expect(reader.log).toBe(log)
    expect(log.disordered).toBe(false)
  })

  it('begins again when a file was written anew or is gone', () => {
    const folder = temporaryFolder()
    const [first, second] = ['tfevents.1', 'tfevents.2'].map((name) => join(folder, name))
    writeFileSync(first, points([0, 1], [1, 2], [2, 3]))
    writeFileSync(second, points([3, 4]))
    const reader = new RunReader(folder)
    expect(read(reader)).toHaveLength(4)
    writeFileSync(first, points([0, 9]))
    expect(read(reader)).toEqual([
      [0, 9],
      [3, 4]
    ])
    rmSync(second)
    expect(read(reader)).toEqual([[0, 9]])
  })

  it('allocates nothing for a length that promises more than there is, and reads on when it was true', () => {
    const folder = temporaryFolder()
    const path = join(folder, 'tfevents.1')
    const large = frameRecord(encodeScalars(1, 1, { [`${'x'.repeat(6_000_000)}`]: 1, a: 5 }))
    writeFileSync(path, Buffer.concat([points([0, 1]), large.subarray(0, 100)]))
    const reader = new RunReader(folder)
    const before = process.memoryUsage().arrayBuffers
    expect(read(reader)).toEqual([[0, 1]])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6_000_000)
    expect(reader.log.files[0].needed).toBe(large.length)
    appendFileSync(path, large.subarray(100))
    expect(read(reader)).toEqual([
      [0, 1],
      [1, 5]
    ])
  })
})

it('finds each run once although links go round in circles', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  mkdirSync(join(folder, 'elsewhere'))
  writeFileSync(join(folder, 'a', 'b', 'tfevents.1'), points([0, 1]))
  writeFileSync(join(folder, 'elsewhere', 'tfevents.1'), points([0, 1]))
  symlinkSync(join(folder, 'a'), join(folder, 'a', 'b', 'back'))
  symlinkSync(join(folder, 'elsewhere', 'tfevents.1'), join(folder, 'a', 'tfevents.link'))
  const runs = await findLogRuns(join(folder, 'a'))
  expect(runs.map((run) => run.name)).toEqual(['.', 'b'])
})
