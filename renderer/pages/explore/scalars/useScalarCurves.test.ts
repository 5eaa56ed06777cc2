// @vitest-environment happy-dom
import { effectScope, nextTick, ref } from 'vue'
import type { EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reply } from '../../../../src/contract/wire'
import { connectHost } from '../../../bridge/host'
import { useScalarCurves } from './useScalarCurves'
import type { CurvesQuestion, ScalarCurves } from './useScalarCurves'

interface Asked {
  runIds: string[]
  smoothing: number
  mostPoints: number
}

/** A host that holds every answer back until the test gives it. */
function slowHost(): {
  asked: Asked[]
  answer: (reply?: Reply) => Promise<void>
  grow: (runId: string) => void
  waiting: () => number
} {
  const asked: Asked[] = []
  const open: ((reply: Reply) => void)[] = []
  let push: (name: string, payload: unknown) => void = () => undefined
  connectHost({
    request: (_name, params) => {
      asked.push(params as Asked)
      return new Promise((resolve) => open.push(resolve))
    },
    onEvent: (listener) => (push = listener)
  })
  return {
    asked,
    async answer(reply) {
      const { runIds, smoothing, mostPoints } = asked[asked.length - open.length]
      const none = new Float64Array(0)
      const curves = runIds.map((runId) => ({
        runId,
        x: Float64Array.of(0, 1),
        values: Float64Array.of(smoothing, mostPoints),
        smoothed: none,
        steps: Float64Array.of(0, 1),
        wallTimes: Float64Array.of(0, 1),
        pieces: Int32Array.of(0),
        total: 2
      }))
      open.shift()!(reply ?? { ok: true, value: { curves, inner: [0, runIds.length] } })
      await settle()
    },
    grow: (runId) => push('runs.grew', { runId, step: 1 }),
    waiting: () => open.length
  }
}

/** Answers pass the bridge, the gate (a turn of the timers) and the watchers. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await vi.advanceTimersByTimeAsync(1)
    await nextTick()
  }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `r${i}`)

describe('curves of many runs', () => {
  let scope: EffectScope
  let host: ReturnType<typeof slowHost>
  const question = ref<CurvesQuestion>({ tag: 'loss', x: 'step', attempts: 'latest', smoothing: 0, inner: false })
  const runIds = ref<string[]>([])

  function open(count: number): ScalarCurves {
    runIds.value = names(count)
    scope = effectScope()
    return scope.run(() =>
      useScalarCurves(
        () => question.value,
        () => runIds.value
      )
    )!
  }
  beforeEach(() => {
    vi.useFakeTimers()
    host = slowHost()
    question.value = { tag: 'loss', x: 'step', attempts: 'latest', smoothing: 0, inner: false }
  })
  afterEach(async () => {
    scope.stop()
    // Unanswered questions would keep the gate, which all cards share, closed for the next test.
    while (host.waiting() > 0) await host.answer()
    vi.useRealTimers()
  })

  it('come in pieces that grow, and are there as they come', async () => {
    const { curves, progress } = open(20)
    await settle()
    await host.answer()
    expect([curves.value.size, progress.value]).toEqual([4, { done: 4, total: 20 }])
    await host.answer()
    await host.answer()
    expect(host.asked.map((ask) => ask.runIds.length)).toEqual([4, 12, 4])
    expect([curves.value.size, progress.value]).toEqual([20, null])
  })

  it('that turn up meanwhile are asked for, and no answer is lost', async () => {
    const { curves } = open(2)
    await settle()
    runIds.value = names(5)
    await settle()
    await host.answer()
    expect(curves.value.size).toBe(2)
    await host.answer()
    expect(host.asked.map((ask) => ask.runIds)).toEqual([
      ['r0', 'r1'],
      ['r2', 'r3', 'r4']
    ])
    expect(curves.value.size).toBe(5)
    runIds.value = ['r1']
    await settle()
    expect([...curves.value.keys()]).toEqual(['r1'])
  })

  it('stay while they are smoothed anew, but not on another axis', async () => {
    const { curves } = open(2)
    await settle()
    question.value = { ...question.value, smoothing: 0.5 }
    await settle()
    await host.answer()
    expect(curves.value.size, 'the answer to the first question comes too late').toBe(0)
    await host.answer()
    expect(curves.value.get('r0')?.values[0]).toBe(0.5)
    question.value = { ...question.value, smoothing: 0.9 }
    await settle()
    expect(curves.value.get('r0')?.values[0]).toBe(0.5)
    await host.answer()
    expect(curves.value.get('r0')?.values[0]).toBe(0.9)
    question.value = { ...question.value, x: 'epoch' }
    await settle()
    expect(curves.value.size).toBe(0)
  })

  it('tell a failure in words and can be asked for again', async () => {
    const { curves, failure, retry } = open(1)
    await settle()
    await host.answer({ ok: false, error: { code: 'internal', message: 'The disk is gone.' } })
    expect(failure.value).toBe('The disk is gone.')
    retry()
    await settle()
    await host.answer()
    expect([failure.value, curves.value.size]).toEqual([null, 1])
  })

  it('of a run in training are asked for alone, twice a second at most', async () => {
    open(3)
    await settle()
    await host.answer()
    for (let i = 0; i < 10; i++) host.grow('r1')
    host.grow('somewhere else')
    await vi.advanceTimersByTimeAsync(499)
    await settle()
    expect(host.asked.slice(1).map((ask) => ask.runIds)).toEqual([['r1']])
    // A slow disk is not asked again before it has answered.
    host.grow('r1')
    await vi.advanceTimersByTimeAsync(5000)
    expect(host.asked).toHaveLength(2)
    await host.answer()
    await vi.advanceTimersByTimeAsync(500)
    expect(host.asked).toHaveLength(3)
  })

  it('of a run that was hidden while it was asked for are asked for again when it is shown', async () => {
    const { curves } = open(1)
    await settle()
    runIds.value = []
    await settle()
    await host.answer()
    expect(curves.value.size).toBe(0)
    // It grows, and ends, while it is hidden.
    host.grow('r0')
    runIds.value = names(1)
    await settle()
    expect(host.waiting()).toBe(1)
    await host.answer()
    expect(curves.value.size).toBe(1)
  })

  it('of a run that was hidden for a moment while it was asked for are asked for once more', async () => {
    const { curves } = open(1)
    await settle()
    runIds.value = []
    await settle()
    host.grow('r0')
    runIds.value = names(1)
    await settle()
    expect(host.asked).toHaveLength(1)
    await host.answer()
    expect(host.asked).toHaveLength(2)
    await host.answer()
    expect([curves.value.size, host.waiting()]).toEqual([1, 0])
  })

  it('have their percentiles together, not of the first piece', async () => {
    question.value = { ...question.value, inner: true }
    const { inner } = open(6)
    await settle()
    await host.answer()
    expect(inner.value).toEqual([0, 4])
    await host.answer()
    await host.answer()
    expect(host.asked[2]).toMatchObject({ runIds: names(6), mostPoints: 2 })
    expect(inner.value).toEqual([0, 6])
  })
})
