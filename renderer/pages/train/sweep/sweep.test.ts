import { describe, expect, it } from 'vitest'
import type { RunInfo } from '../../../../src/domain/run'
import { sweptRuns } from './sweep-runs'

function run(id: string, learningRate: number, change: object = {}, seed = 0): RunInfo {
  const spec = { experiment: 'mnist', params: { learningRate, epochs: 3, ...change }, data: null, network: null }
  return { id, group: 'g', spec: { ...spec, hooks: ['fc1'], seed, parent: null } } as unknown as RunInfo
}
const ids = (runs: RunInfo[]): string[] => runs.map(({ id }) => id)

describe('a sweep', () => {
  it('is the runs of one seed that differ in their rate only, by ascending rate', () => {
    const chosen = run('b', 0.01)
    const all = [run('c', 0.1), chosen, run('a', 0.001), run('other seed', 1, {}, 1), run('longer', 2, { epochs: 9 })]
    expect(ids(sweptRuns(chosen, all))).toEqual(['a', 'b', 'c'])
    expect(ids(sweptRuns(all[3], all))).toEqual([])
    expect(ids(sweptRuns(all[4], all))).toEqual([])
  })

  it('has no forks, which began elsewhere, and no imported runs', () => {
    const chosen = run('a', 0.01)
    const fork = run('fork', 0.1)
    fork.spec!.parent = { runId: 'a', step: 5 }
    expect(sweptRuns(chosen, [chosen, fork])).toEqual([])
    expect(sweptRuns(fork, [chosen, fork])).toEqual([])
    expect(sweptRuns({ ...chosen, spec: null }, [chosen])).toEqual([])
  })
})
