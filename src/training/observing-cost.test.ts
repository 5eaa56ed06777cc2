import { describe, expect, it } from 'vitest'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { runPlan } from './experiments'
import { measureObserving } from './measure-speed'
import { observingCosts } from './observing-cost'
import { tinyDataset, tinyMnist, tinySpec } from './testing/tiny-runs'

describe('the cost of a hook point', () => {
  const spec = tinySpec('mnist', tinyMnist)
  const record = { ...spec.record, activationsEvery: 4 }

  it('is that of an observed batch over the updates in between, and the room of what is recorded', () => {
    const costs = observingCosts(spec, record, { quiet: 10, observed: { fc1: 12, fc3: 9.5 } })
    const plan = (hooks: string[]): number => runPlan(spec, hooks, record).bytes
    expect(costs.map(({ hook }) => hook)).toEqual(['fc1', 'fc3'])
    // 2 ms more in one of four updates of 10 ms.
    expect(costs[0].time).toBeCloseTo(0.05, 12)
    // Faster than nothing is noise.
    expect(costs[1].time).toBe(0)
    expect(costs[0].bytes).toBe(plan(['fc1']) - plan([]))
    expect(costs[0].bytes).toBeGreaterThan(0)
  })

  it('is measured on real updates, which leave nothing behind', async () => {
    await prepareBackend('wasm')
    // A clock of its own, so that nothing depends on the machine: every look takes 5 ms.
    let clock = 0
    const port = { now: () => (clock += 5), wallTime: () => 0, yield: () => Promise.resolve() }
    const dataset = await tinyDataset(spec)
    const before = tensorMemory().tensors
    const times = await measureObserving(spec, dataset, 600, port)
    expect(tensorMemory().tensors).toBe(before)
    expect(Object.keys(times.observed)).toEqual(spec.hooks)
    for (const ms of [times.quiet, ...Object.values(times.observed)]) expect(ms).toBeGreaterThan(0)
  })
})
