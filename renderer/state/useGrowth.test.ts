// @vitest-environment happy-dom
import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectHost } from '../bridge/host'
import { useGroupCurves } from '../pages/explore/scalars/useGroupCurves'
import { useGrowth } from './useGrowth'

/** A host that answers when the test says so, and counts what is asked. */
function slowHost(): { asked: string[]; answer: () => Promise<void>; grow: (runId: string) => void } {
  const asked: string[] = []
  const open: (() => void)[] = []
  let push: (name: string, payload: unknown) => void = () => undefined
  connectHost({
    request: (name) => {
      asked.push(name)
      return new Promise((resolve) => open.push(() => resolve({ ok: true, value: [] })))
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
    scope.run(() =>
      useGrowth(
        () => ['a', 'b'],
        () => new Promise<void>((resolve) => open.push(resolve))
      )
    )
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
    expect(open).toHaveLength(2)
    host.grow('a')
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
})
