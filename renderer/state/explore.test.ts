// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunInfo } from '../../src/domain/run'
import { connectHost } from '../bridge/host'
import { useExplore } from './explore'
import { useProject } from './project'
import { useRuns } from './runs'

/** What the host says of an expression; a text that is none is a problem for it. */
const answers: Record<string, object> = {
  'seed > 1': { runIds: ['b', 'c'], asWords: false, problem: null },
  '^run [ab]$': { runIds: [], asWords: false, problem: { text: 'no value', at: 0, length: 1 } },
  'seed >': { runIds: [], asWords: false, problem: { text: 'It ends too early.', at: 5, length: 1 } }
}
const runOf = (id: string, lr: number): RunInfo =>
  ({ id, name: `run ${id}`, group: 'g', groupName: 'g', createdAt: id, spec: { params: { lr } } }) as never

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  connectHost({
    request: async (name, params) => {
      if (name === 'views.get') return { ok: true, value: { value: null, problem: null } }
      if (name === 'runs.filter') return { ok: true, value: answers[(params as { text: string }).text] }
      return { ok: false, error: { code: 'internal', message: 'not asked for' } }
    },
    onEvent: () => undefined
  })
})
afterEach(() => vi.useRealTimers())

async function opened(): Promise<ReturnType<typeof useExplore>> {
  const runs = useRuns()
  const explore = useExplore()
  useProject().project = { id: 'p' } as never
  await nextTick()
  await vi.advanceTimersByTimeAsync(10)
  runs.all = [runOf('c', 0.1), runOf('a', 0.001), runOf('b', 0.01)]
  await nextTick()
  return explore
}

describe('runs in Explore', () => {
  it('are found by an expression, else by a regular expression, and what is neither says what it looks like', async () => {
    const explore = await opened()
    const found = async (text: string): Promise<string[]> => {
      explore.view.search = text
      await vi.advanceTimersByTimeAsync(1000)
      return explore.found.map(({ id }) => id)
    }
    expect(await found('seed > 1')).toEqual(['c', 'b'])
    expect(explore.searchProblem).toEqual({ expression: null, text: null })
    expect(await found('^run [ab]$')).toEqual(['a', 'b'])
    expect(explore.searchProblem).toEqual({ expression: null, text: null })
    expect(await found('seed >')).toEqual([])
    expect(explore.searchProblem.expression?.text).toBe('It ends too early.')
    expect(await found('run c')).toEqual(['c'])
  })

  it('are coloured by a hyperparameter in the order of its values', async () => {
    const explore = await opened()
    explore.view.colorBy = 'param:lr'
    await nextTick()
    expect(explore.view.colors).toMatchObject({ 'param:lr 0.001': 1, 'param:lr 0.01': 2, 'param:lr 0.1': 3 })
  })
})
