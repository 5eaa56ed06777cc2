/**
 * A hundred thousand damaged event files, and those that once were trouble: whatever is in a file, reading it and
 * looking at everything in it ends, throws nothing but ProtoError, and takes little more memory than the file.
 */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { goldenJson } from '../testing/golden'
import { graphOf } from './graph'
import { bucketsOf } from './histogram'
import { declaredMetricsOf, sessionEndOf, sessionStartOf } from './hparams'
import { audioOf, imageOf } from './media'
import { prPointsOf } from './pr-curve'
import { ProtoError } from './protobuf'
import { RunLog } from './run-log'
import { allStrings, allValues, decodeTensor } from './tensor'
import { joined, mutant } from './testing/mutate'
import { textOf } from './text'
import { trouble } from './testing/trouble'

/** PHASESCOPE_LONG=1: for a long look. */
const files = process.env.PHASESCOPE_LONG === '1' ? 100_000 : 30_000
const aboveFileBytes = 64 * 1024 * 1024

/** Reads a file as a run and everything that is in it, as the views would. */
function readAll(file: Uint8Array): { events: number; values: number } {
  const log = new RunLog()
  const at = log.file('f')
  log.feed(at, file)
  // A tail that is not yet whole is looked at again with the next bytes.
  const { offset, ended } = log.files[at]
  if (!ended) log.feed(at, file.subarray(offset))
  let values = 0
  const attempt = (decode: () => unknown): void => {
    try {
      decode()
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error
    }
  }
  for (const { kind, metadata, scalars, places } of log.series()) {
    attempt(() => sessionStartOf(metadata.content))
    attempt(() => sessionEndOf(metadata.content))
    attempt(() => declaredMetricsOf(metadata.content))
    for (const attempts of ['latest', 'all'] as const) {
      const view = (scalars ?? places)!.view(attempts)
      values += view.length
      for (let i = 0; places && i < Math.min(view.length, 20); i++) {
        const { offset: from, length, form } = places.place(view.at(i))
        const bytes = file.subarray(from, from + length)
        expect(bytes.length).toBe(length)
        attempt(() => bucketsOf(bytes, form))
        attempt(() => imageOf(bytes, form, 0))
        attempt(() => audioOf(bytes, form, 0))
        attempt(() => textOf(bytes))
        attempt(() => prPointsOf(bytes))
        attempt(() => graphOf(bytes, form, kind))
        attempt(() => {
          const tensor = decodeTensor(bytes)
          allValues(tensor)
          allStrings(tensor)
        })
      }
    }
  }
  return { events: log.files[at].records, values }
}

/** Files that are small enough to damage a hundred thousand times, with every kind of value among them. */
function seeds(): Uint8Array[] {
  const made = goldenJson<{ files: Record<string, string> }>('events/made.json')
  return Object.values(made.files)
    .map((content) => new Uint8Array(Buffer.from(content, 'base64')))
    .filter((file) => file.length > 0 && file.length < 6000)
}

describe('damaged event files', () => {
  it(`do no harm: ${files} of them`, () => {
    const rng = new Rng(20261121)
    const sources = seeds()
    expect(sources.length).toBeGreaterThan(30)
    let events = 0
    let before = held()
    for (let n = 0; n < files; n++) {
      const file = mutant(sources, rng)
      try {
        events += readAll(file).events
      } catch (error) {
        throw new Error(`Add to testing/trouble.ts: ${Buffer.from(file).toString('base64')}`, { cause: error })
      }
      const after = held()
      if (after - before > aboveFileBytes + file.length) {
        throw new Error(`${after - before} bytes for ${file.length}: ${Buffer.from(file).toString('base64')}`)
      }
      before = after
    }
    // Most mutants still hold sound events: what is tested is the reading, not the refusal.
    expect(events).toBeGreaterThan(files)
  })

  for (const [name, parts] of Object.entries(trouble)) {
    it(`once were trouble: ${name}`, () => {
      const before = held()
      const file = joined(parts())
      readAll(file)
      expect(held() - before).toBeLessThan(aboveFileBytes + 2 * file.length)
    })
  }
})

/** Memory taken since the last collection counts, too: what one file needs shows as a step. */
function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
