// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { connectHost } from '../bridge/host'
import { useRuns } from './runs'
import { useRunFilter } from './run-filter'

let asked: string[]
beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  asked = []
  connectHost({
    request: async (name, params) => {
      if (name === 'runs.filter') asked.push((params as { text: string }).text)
      return { ok: true, value: { runIds: ['a'], problem: null, asWords: false } }
    },
    onEvent: () => undefined
  })
})
afterEach(() => vi.useRealTimers())

it('an expression is asked again while runs change all the time, and never half typed', async () => {
  const scope = effectScope()
  const text = ref('loss < 1')
  scope.run(() => useRunFilter(text))
  /** More often than it may be asked. */
  const train = async (seconds: number): Promise<void> => {
    for (let n = 0; n < seconds * 4; n++) {
      useRuns().all = [{ id: 'a', step: n }] as never
      await vi.advanceTimersByTimeAsync(250)
    }
  }
  await train(5)
  expect(asked.length).toBeGreaterThanOrEqual(3)
  expect(asked.length).toBeLessThanOrEqual(5)
  asked = []
  for (let typed = 'loss < 1'; typed.length < 30; typed += '0') {
    text.value = typed
    await vi.advanceTimersByTimeAsync(50)
    // So many that half of a word is not worth asking about.
    useRuns().all = Array.from({ length: 2001 }, (_, i) => ({ id: String(i), step: typed.length })) as never
    await vi.advanceTimersByTimeAsync(50)
  }
  await vi.advanceTimersByTimeAsync(5000)
  expect(new Set(asked)).toEqual(new Set([text.value]))

  useRuns().all = [{ id: 'a', step: 0 }] as never
  await vi.advanceTimersByTimeAsync(5000)
  asked = []
  text.value = 'loss < 2'
  await vi.advanceTimersByTimeAsync(40)
  expect(asked).toEqual(['loss < 2'])
  scope.stop()
})
