/** What the training and analysis views are told about runs, some of which may be gone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeFileVersion, encodeScalars, frameRecord } from '../events'
import type { RunSource } from './run-source'
import { seriesOf, tagsOf } from './series'

const home = mkdtempSync(join(tmpdir(), 'phasescope-queries-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

function written(name: string): RunSource {
  const folder = join(home, name)
  mkdirSync(folder)
  const events = [encodeFileVersion(100), encodeScalars(101, 1, { loss: 0.5 }), encodeScalars(102, 2, { loss: 0.25 })]
  writeFileSync(join(folder, 'events.out.tfevents.1000.host'), Buffer.concat(events.map(frameRecord)))
  return { runId: name, folder, place: name, label: name, seed: null }
}

describe('a run that was deleted on disk', () => {
  const runs = ['a', 'b', 'c'].map(written)
  // Read once, as a followed run is, and gone the next time.
  tagsOf(runs)
  rmSync(runs[1].folder, { recursive: true })

  it('hides none of the others, and is told', () => {
    expect(seriesOf(runs, ['loss'], {}, 100).map(({ runId, total }) => [runId, total])).toEqual([
      ['a', 2],
      ['c', 2]
    ])
    const { scalars, problems } = tagsOf(runs)
    expect(scalars).toEqual(['loss'])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^b: .*does not exist/)
  })

  it('is an error where it is all that was asked for', () => {
    expect(() => seriesOf([runs[1]], ['loss'], {}, 100)).toThrow(/does not exist/)
    expect(seriesOf([], ['loss'], {}, 100)).toEqual([])
  })
})
