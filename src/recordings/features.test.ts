/** What a fit of foreign logs uses, from event files: features, roles, epochs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeFileVersion, encodeScalars, frameRecord } from '../events'
import { Rng } from '../numeric/rng'
import { optionsOf } from '../analysis/testing/builders'
import { prepareAnalysis } from './analyses'
import { featuresOf } from './features'
import type { RunSource } from './run-source'
import { seriesOf, tagsOf } from './series'

const home = mkdtempSync(join(tmpdir(), 'phasescope-features-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

function written(name: string, points: number, at: (t: number, rng: Rng) => Record<string, number>): RunSource {
  const folder = join(home, name)
  mkdirSync(folder, { recursive: true })
  const rng = new Rng(name.length)
  const events = Array.from({ length: points }, (_, t) => encodeScalars(100 + t, 10 * t, at(t, rng)))
  const records = [encodeFileVersion(100), ...events].map(frameRecord)
  writeFileSync(join(folder, 'events.out.tfevents.1000.host'), Buffer.concat(records))
  return { runId: name, folder, place: name, label: name, seed: null }
}

describe('a fit of foreign logs', () => {
  const runs = ['a', 'bb', 'ccc'].map((name) =>
    written(`keras/${name}`, 700, (t, rng) => ({
      val_loss: 3 / (t + 1) + rng.normal(),
      current_epoch: t / 7,
      grad_norm: rng.normal(),
      // It is still but for one point, which no even choice of 200 points has.
      spike: t === 333 ? rng.normal() : 0,
      still: 1,
      anneal: Math.min(1, t / 50)
    }))
  )
  const some = written('keras/dddd', 20, (_, rng) => ({ 'eval/loss': rng.normal(), grad_norm: rng.normal() }))

  it('uses what changes and is learnt, also what changes once', () => {
    expect(featuresOf({ runs, said: {} })).toEqual({
      chosen: ['grad_norm', 'spike'],
      left: [
        { tag: 'anneal', reason: 'the same in every run: a schedule' },
        { tag: 'current_epoch', reason: 'a counter: it says only how far the run is' },
        { tag: 'still', reason: 'never changes' },
        { tag: 'val_loss', reason: 'an outcome: phases are to explain it' }
      ],
      outcomes: ['val_loss'],
      roles: { valLoss: 'val_loss', epoch: 'current_epoch' }
    })
  })

  it('uses what every run has, as people say what it is for', () => {
    const { chosen, left, roles } = featuresOf({ runs: [...runs, some], said: { trainLoss: 'anneal' } })
    expect(chosen).toEqual(['grad_norm'])
    expect(left).toContainEqual({ tag: 'anneal', reason: 'an outcome: phases are to explain it' })
    expect(left.find(({ tag }) => tag === 'spike')?.reason).toMatch(/^not recorded by every run/)
    expect(roles).toEqual({ valLoss: 'val_loss', trainLoss: 'anneal', epoch: 'current_epoch' })
  })

  it('of nothing that can be read are none', () => {
    expect(featuresOf({ runs: [{ ...some, folder: join(dirname(some.folder), 'gone') }], said: {} })).toEqual({
      chosen: [],
      left: [],
      outcomes: [],
      roles: {}
    })
  })

  it('reads runs under the names of the others, and epochs whatever counts them', () => {
    const options = optionsOf({ runIds: [...runs, some].map(({ runId }) => runId), features: ['grad_norm'] })
    const { roles, runs: read, built } = prepareAnalysis([...runs, some], options, {})
    expect(roles).toEqual({ valLoss: 'val_loss', epoch: 'current_epoch' })
    expect(read.map(({ series }) => Object.keys(series).sort())).toEqual([
      ...Array.from({ length: 3 }, () => ['epoch', 'val_loss']),
      ['val_loss']
    ])
    expect(built.inputs.runs.map(({ epochs }) => epochs[7])).toEqual([1, 1, 1, 70])
    expect(seriesOf([runs[0]], ['grad_norm'], {}, 10_000)[0].epochs[14]).toBe(2)
    const without = prepareAnalysis(runs, options, { epoch: null })
    expect(without.roles).toEqual({ valLoss: 'val_loss' })
    expect(without.built.inputs.runs[0].epochs[7]).toBe(70)
  })

  it('tells the roles of runs along with their tags', () => {
    expect(tagsOf(runs).roles).toEqual({ valLoss: 'val_loss', epoch: 'current_epoch' })
    const held = written('keras/log/validation', 3, (t) => ({ epoch_loss: t }))
    expect(tagsOf([held]).roles).toEqual({ valLoss: 'epoch_loss' })
    expect(tagsOf([held], { valLoss: null }).roles).toEqual({})
  })
})
