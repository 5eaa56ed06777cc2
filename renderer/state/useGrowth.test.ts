// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectHost } from '../bridge/host'
import { useGroupCurves } from '../pages/explore/scalars/useGroupCurves'
import { useGrowth } from './useGrowth'

/** A host that answers when the test says so, and counts what is asked. */
function slowHost(value: unknown = []): {
  asked: string[]
  answer: () => Promise<void>
  grow: (runId: string) => void
} {
  const asked: string[] = []
  const open: (() => void)[] = []
  let push: (name: string, payload: unknown) => void = () => undefined
  connectHost({
    request: (name) => {
      asked.push(name)
      return new Promise((resolve) => open.push(() => resolve({ ok: true, value })))
    },
    onEvent: (listener) => (push = listener)
  })
  return {
    asked,
    async answer() {
      open.shift()!()
      await vi.advanceTimersByTimeAsync(1)
    },
    grow: (runId) => push('runs.grew', { runId, step: 1 })
  }
}

describe('following runs that grow', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('calls once for what grows while it waits, and once more for what grows during a call', async () => {
    const host = slowHost()
    const scope = effectScope()
    const open: (() => void)[] = []
    const calls: (readonly string[])[] = []
    const followed = ref(['a', 'b'])
    scope.run(() =>
      useGrowth(
        (runId) => followed.value.includes(runId),
        (grown) => new Promise<void>((resolve) => (calls.push(grown), open.push(resolve)))
      )
    )
    host.grow('a')
    host.grow('a')
    host.grow('b')
    host.grow('another')
    await vi.advanceTimersByTimeAsync(1000)
    expect(open).toHaveLength(1)
    host.grow('b')
    await vi.advanceTimersByTimeAsync(5000)
    expect(open).toHaveLength(1)
    open[0]()
    await vi.advanceTimersByTimeAsync(1000)
    expect(open).toHaveLength(2)
    open[1]()
    await vi.advanceTimersByTimeAsync(5000)
    expect(calls).toEqual([['a', 'b'], ['b']])
    // Nobody looks at it any more when its turn comes.
    host.grow('a')
    followed.value = ['b']
    await vi.advanceTimersByTimeAsync(5000)
    host.grow('b')
    scope.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(open).toHaveLength(2)
  })

  it('loses no growth of a group that comes while its curves are read', async () => {
    const host = slowHost()
    const scope = effectScope()
    const groups = ref([{ name: 'g', runIds: ['a'] }])
    scope.run(() =>
      useGroupCurves(() => ({
        groups: groups.value,
        tag: 'loss',
        x: 'step',
        attempts: 'latest',
        smoothing: 0,
        center: 'mean',
        band: 'none'
      }))
    )
    await vi.advanceTimersByTimeAsync(10)
    await host.answer()
    host.grow('a')
    await vi.advanceTimersByTimeAsync(2100)
    expect(host.asked).toEqual(['recordings.groups', 'recordings.groups'])
    // The answer that is on its way is of before this.
    host.grow('a')
    await host.answer()
    await vi.advanceTimersByTimeAsync(2100)
    expect(host.asked).toHaveLength(3)
    scope.stop()
  })

  it('shows the tags of a run that grows faster than they are read', async () => {
    const { useTags } = await import('./useTags')
    setActivePinia(createPinia())
    const found = { scalars: ['loss'], histograms: [], problems: [], roles: {} }
    const host = slowHost(found)
    const scope = effectScope()
    const { scalars } = scope.run(() => useTags(() => ['a']))!
    for (let second = 0; second < 5; second++) {
      host.grow('a')
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(host.asked).toEqual(['runs.tags', 'runs.tags'])
    await host.answer()
    await host.answer()
    expect(scalars.value).toEqual(['loss'])
    scope.stop()
  })
})
