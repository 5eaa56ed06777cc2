/** Early stopping and the best point against what Keras's callbacks do, on any metric. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend } from '../tensor/backend'
import { completeParams } from './params'
import { findExperiment } from './experiments'
import { finalState, RecordingPort, runTiny, stored, tinyMnist, tinySpec } from './testing/tiny-runs'
import type { ParamValue } from '../domain/recipe'
import { WatchedMetric } from './watched-metric'

function metric(params: Record<string, ParamValue>): WatchedMetric {
  return new WatchedMetric({ watched: 'loss/val', better: 'name', patience: 0, minChange: 0, ...params })
}

/** EarlyStopping of Keras 3, in its own words: `wait`, `best`, `min_delta`. Index of the epoch that it stops after, or null. */
function kerasStops(values: readonly number[], mode: 'min' | 'max', patience: number, minDelta: number): number | null {
  let best: number | null = null
  let wait = 0
  const improved = (now: number, than: number): boolean =>
    mode === 'min' ? now < than - minDelta : now > than + minDelta
  for (const [epoch, value] of values.entries()) {
    wait++
    if (best === null || improved(value, best)) {
      best = value
      wait = 0
      continue
    }
    if (wait >= patience && epoch > 0) return epoch
  }
  return null
}

describe('a watched metric', () => {
  it('stops where Keras stops, and its best point is the first of the best values', () => {
    const rng = Rng.forPurpose(3, 'watched')
    for (let round = 0; round < 300; round++) {
      const better = round % 2 === 0 ? 'lower' : 'higher'
      const minChange = round % 3 === 0 ? 0.05 : 0
      const patience = 1 + (round % 7)
      const values = Array.from({ length: 40 }, () => Math.round(rng.uniform() * 50) / 50)
      const watched = metric({ better, patience, minChange })
      let stopped: number | null = null
      for (const [step, value] of values.entries()) {
        watched.seen({ 'loss/val': value }, step)
        if (!watched.stops) continue
        stopped = step
        break
      }
      expect(stopped).toBe(kerasStops(values, better === 'lower' ? 'min' : 'max', patience, minChange))
      const seen = values.slice(0, (stopped ?? 39) + 1)
      const best = better === 'lower' ? Math.min(...seen) : Math.max(...seen)
      expect(watched.bestPoint).toEqual({ metric: 'loss/val', better, value: best, step: seen.indexOf(best) })
    }
  })

  it.each([
    ['loss/val', 'lower'],
    ['val_mse', 'lower'],
    ['accuracy/val', 'higher'],
    ['f1/val/cat', 'higher'],
    ['user/val_acc', 'higher']
  ])('%s is better %s', (watched, better) => {
    const one = metric({ watched })
    one.seen({ [watched]: 1 }, 0)
    one.seen({ [watched]: 2 }, 1)
    expect(one.bestPoint).toMatchObject({ better, step: better === 'lower' ? 0 : 1 })
  })

  it('whose name says nothing has to be told which way', () => {
    const spec = findExperiment('mnist')
    const problems = (params: Record<string, ParamValue>): unknown[] => completeParams(spec, params).problems
    expect(problems({ watched: 'weights/l2' })).toEqual([
      {
        key: 'better',
        message: 'Nothing in the name weights/l2 says whether lower or higher is better; choose it (better).'
      }
    ])
    expect(problems({ watched: 'weights/l2', better: 'lower' })).toEqual([])
    expect(problems({ watched: '' })).toMatchObject([{ key: 'watched' }])
  })

  it('that is not finite is no better than anything', () => {
    const one = metric({ patience: 2 })
    for (const [step, value] of [NaN, 3, -Infinity, NaN].entries()) one.seen({ 'loss/val': value }, step)
    expect(one.bestPoint).toMatchObject({ value: 3, step: 1 })
    expect(one.stops).toBe(true)
    expect(one.why()).toBe('loss/val has not been below 3 at 2 recorded points')
  })

  it('that has a gap goes on: what only observes ends no run', () => {
    const one = metric({ patience: 3 })
    one.seen({ 'loss/val': 3 }, 0)
    expect(one.seen({ 'loss/train': 1 }, 1)).toBe(false)
    expect(one.seen({ 'loss/val': 2 }, 2)).toBe(true)
    for (const step of [3, 4, 5]) one.seen({}, step)
    expect(one.stops).toBe(true)
    const resumed = metric({})
    resumed.restore(one.state())
    expect(() => resumed.seen({}, 6)).not.toThrow()
    expect(() => metric({}).seen({}, 0)).toThrow('is not among what this run records')
  })

  it('goes on from a checkpoint of version 0.1', () => {
    const one = metric({ patience: 3 })
    one.restore({ best: 0.5, since: 2 })
    one.seen({ 'loss/val': 0.6 }, 9)
    expect(one.stops).toBe(true)
  })
})

describe('a run', () => {
  beforeEach(() => prepareBackend('wasm'))
  const params = { ...tinyMnist, epochs: 12, learningRate: 0.02, watched: 'accuracy/val' }
  const spec = tinySpec('mnist', params)
  const seldom = { ...spec.record, checkpointEvery: 5, keepBest: true }

  it('hands out the checkpoint of its best point, as it was', async () => {
    const { port: every } = await runTiny(spec)
    const { port } = await runTiny({ ...spec, record: seldom })
    const accuracies = every.of('scalars').filter(({ values }) => 'accuracy/val' in values)
    const best = Math.max(...accuracies.map(({ values }) => values['accuracy/val']))
    const { step } = accuracies.find(({ values }) => values['accuracy/val'] === best)!
    expect(port.of('checkpoint').at(-1)!.best).toEqual({ metric: 'accuracy/val', better: 'higher', value: best, step })
    const kept = port.checkpoints().find((state) => state.step === step)!
    // Not one of those that the schedule writes, or nothing would be shown.
    expect(step % 20).not.toBe(0)
    expect(kept.weights).toEqual(every.checkpoints().find((state) => state.step === step)!.weights)
    expect(kept.optimizer).toEqual(every.checkpoints().find((state) => state.step === step)!.optimizer)
    // What is recorded does not depend on it, but for the text at the beginning that says so.
    const { port: without } = await runTiny({ ...spec, record: { ...seldom, keepBest: false } })
    expect(port.deterministic(1)).toEqual(without.deterministic(1))
  })

  it('knows its best point when it is continued, from any checkpoint', async () => {
    const { port } = await runTiny({ ...spec, record: seldom })
    const last = port.of('checkpoint').at(-1)!
    for (const state of port.checkpoints().slice(0, -1)) {
      const again = await runTiny({ ...spec, record: seldom }, new RecordingPort(), stored(state))
      expect(again.port.of('checkpoint').at(-1)!.best).toEqual(last.best)
      expect(finalState(again.port)).toEqual(finalState(port))
    }
  })

  it('stops by any metric that it records: of a class, of weights beside the training, of updates', async () => {
    for (const watched of ['accuracy/val/3', 'weights/l2', 'updates/fc1/ratio', 'activations/fc1/mean']) {
      const still = { ...tinyMnist, epochs: 9, learningRate: 0, patience: 2, watched, better: 'lower' }
      const plain = tinySpec('mnist', still, { hooks: ['fc1'] })
      const record = { ...plain.record, observe: ['weights' as const, 'activations' as const, 'updates' as const] }
      const { outcome } = await runTiny({ ...plain, record })
      expect(outcome).toMatchObject({ status: 'done', epoch: watched.startsWith('updates') ? 3 : 2 })
      expect(outcome.stoppedEarly).toContain(`${watched} has not been below`)
    }
  })

  it('that does not record its metric says so at its first point, with what there is', async () => {
    const wrong = tinySpec('mnist', { ...tinyMnist, patience: 2, watched: 'accuracy/test' })
    await expect(runTiny(wrong)).rejects.toThrow(
      /^The watched metric accuracy\/test is not among what this run records; there are .*accuracy\/val.* and others\. Watch one of these/
    )
    // Nobody follows it there.
    expect((await runTiny(tinySpec('mnist', { ...tinyMnist, watched: 'accuracy/test' }))).outcome.status).toBe('done')
  })
})
