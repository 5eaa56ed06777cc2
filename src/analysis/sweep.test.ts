/** Verdicts on learning rates: on series made for one reason each, and on recorded runs. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeSweep, type SweptRun, type SweptSeries } from './sweep'

function run(rate: number, loss: number[], gradient: number[] | null = loss.map(() => 1)): SweptRun {
  const series = (values: number[]): SweptSeries => ({ steps: values.map((_, i) => i * 10), values })
  return { rate, loss: series(loss), gradient: gradient && series(gradient) }
}
const points = 21
const made = (f: (i: number) => number): number[] => Array.from({ length: points }, (_, i) => f(i))
const falling = (to: number): number[] => made((i) => to + (2.3 - to) * Math.exp(-i / 3))
const conclusions = (runs: SweptRun[]): string[] => judgeSweep(runs).map(({ conclusion }) => conclusion)
const best = run(0.01, falling(0.1))

describe('the verdict on a learning rate', () => {
  it('takes curves of any number of points', () => {
    const many = 300_000
    const long = (to: number): number[] =>
      Array.from({ length: many }, (_, i) => to + (2.3 - to) * Math.exp((-20 * i) / many))
    expect(conclusions([run(0.1, long(0.1)), run(0.01, long(0.2))])).toEqual(['best', 'good'])
  })

  it('is too high where the loss is no number, has risen, or is stuck with the gradient gone', () => {
    const broken = run(1, [2.3, 2.2, NaN, NaN, NaN])
    const risen = run(
      1,
      made((i) => 2.3 + i)
    )
    const stuck = run(
      1,
      made(() => 2.29),
      made((i) => (i < 3 ? 2 : 0.002))
    )
    const infinite = run(
      1,
      made(() => 2.29),
      made((i) => (i < 3 ? 2 : Infinity))
    )
    expect(conclusions([best, broken, risen, stuck, infinite])).toEqual([
      ...['best', 'too-high', 'too-high', 'too-high', 'too-high']
    ])
    const said = judgeSweep([best, broken, risen, stuck, infinite]).map(({ sentence }) => sentence)
    expect(said[1]).toBe('The loss is not a finite number from step 20 on, after 2.2 at best: the rate is too high.')
    expect(said[2]).toBe('After 200 steps the loss is 20.3, 8.83 times what it was at the start: the rate is too high.')
    expect(said[3]).toBe(
      "After 200 steps the loss is 2.29, as at the start; the last layer's gradient is at 0.1% of its first value: " +
        'the rate is too high.'
    )
    expect(said[4]).toBe(
      "The last layer's gradient is not finite from step 30 on; the loss is 2.29: the rate is too high."
    )
  })

  it('is too low where the loss crawls and the gradient stays', () => {
    const [, { conclusion, sentence }] = judgeSweep([
      best,
      run(
        1e-5,
        made((i) => 2.3 - 0.005 * i)
      )
    ])
    expect(conclusion).toBe('too-low')
    expect(sentence).toBe(
      "After 200 steps the loss is 2.21, still near the 2.3 of the start: it crawls; the last layer's gradient is at 100% " +
        'of its first value: the rate is too low.'
    )
  })

  it('is unstable where the loss comes down and jumps far back', () => {
    const bouncing = run(
      0.1,
      made((i) => (i > 5 && i % 4 === 3 ? 1.9 : 0.2))
    )
    bouncing.loss = { ...bouncing.loss, values: [2.3, ...Array.from(bouncing.loss.values).slice(1)] }
    const [, { conclusion, sentence }] = judgeSweep([best, bouncing])
    expect(conclusion).toBe('unstable')
    expect(sentence).toContain('had come down to 0.2 and is back at 1.9 at step 110')
  })

  it('calls the lowest loss the best, and others good that have come as far', () => {
    expect(conclusions([run(0.003, falling(0.3)), best, run(0.02, falling(0.15))])).toEqual(['good', 'best', 'good'])
    // Noise around a small loss is no jump.
    const noisy = run(
      0.01,
      falling(0).map((loss, i) => loss + (i % 2 ? 0.02 : 0.001))
    )
    expect(conclusions([run(0.003, falling(0.3)), noisy])).toEqual(['good', 'best'])
  })

  it('flips where its thresholds are', () => {
    const way = (share: number): SweptRun =>
      run(
        0.001,
        made((i) => 2.3 - share * 2.2 * Math.min(1, i / 10))
      )
    const full = run(
      0.01,
      made((i) => 2.3 - 2.2 * Math.min(1, i / 10))
    )
    expect(conclusions([full, way(0.67)])[1]).toBe('good')
    expect(conclusions([full, way(0.66)])[1]).toBe('too-low')
    const rise = (by: number): SweptRun =>
      run(
        1,
        made((i) => (i < 10 ? 2 : 2 * by))
      )
    expect(judgeSweep([full, rise(1.51)])[1].sentence).toContain('1.51 times what it was')
    expect(judgeSweep([full, rise(1.49)])[1].sentence).not.toContain('times what it was')
    const gone = (share: number): SweptRun[] => [
      run(
        1,
        made(() => 2.3),
        made((i) => (i === 0 ? 1 : share))
      )
    ]
    expect(conclusions(gone(0.049))).toEqual(['too-high'])
    expect(conclusions(gone(0.051))).toEqual(['too-low'])
  })

  it('without a recorded gradient goes by the side of the best rate', () => {
    const flat = made(() => 2.3)
    const runs = [run(1e-6, flat, null), best, run(10, flat, null)]
    expect(conclusions(runs)).toEqual(['too-low', 'best', 'too-high'])
    expect(judgeSweep(runs)[0].sentence).toContain('no gradient of the last layer was recorded')
  })

  it('waits for points, and compares a run that is behind with the others at its own step', () => {
    expect(judgeSweep([run(0.01, [2.3, 2.2, 2.1])])[0]).toEqual({
      conclusion: 'open',
      sentence: 'Too early to say: 3 of at least 4 points are recorded.'
    })
    expect(conclusions([run(0.01, []), best])).toEqual(['open', 'best'])
    const flat = run(
      1e-5,
      made(() => 2.3)
    )
    expect(judgeSweep([flat, run(0.01, [])])[0]).toEqual({
      conclusion: 'open',
      sentence: 'After 200 steps the loss is 2.3, as at the start; the other rates are not as far.'
    })
    const behind = run(0.009, falling(0.1).slice(0, 5))
    expect(conclusions([best, behind])).toEqual(['best', 'good'])
  })
})

describe('recorded sweeps', () => {
  type Recorded = Record<'adamw' | 'sgd', SweptRun[]>
  // JSON has no NaN and no infinity; the file has them as text.
  const revive = (_key: string, value: unknown): unknown =>
    value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value
  const file = new URL('../../testdata/analysis/sweeps.json', import.meta.url)
  const { adamw, sgd } = JSON.parse(readFileSync(file, 'utf8'), revive) as Recorded
  const table = (runs: SweptRun[]): [number, string][] =>
    judgeSweep(runs.map((one) => ({ ...one, gradient: one.gradient ?? null }))).map(({ conclusion }, i) => [
      runs[i].rate,
      conclusion
    ])

  it('of AdamW on digits go from too low over the best to too high', () => {
    expect(table(adamw)).toEqual([
      [1e-6, 'too-low'],
      [1e-4, 'too-low'],
      [1e-3, 'good'],
      [1e-2, 'best'],
      [1e-1, 'too-high'],
      [1, 'too-high']
    ])
  })

  it('of SGD with momentum on digits, too', () => {
    expect(table(sgd)).toEqual([
      [1e-5, 'too-low'],
      [1e-3, 'too-low'],
      [1e-2, 'good'],
      [0.1, 'best'],
      [0.5, 'good'],
      [2, 'too-high'],
      [5, 'too-high']
    ])
    const said = judgeSweep(sgd).map(({ sentence }) => sentence)
    expect(said[5]).toBe(
      'After 160 steps the loss is 2.31, as at the start; at the lower rate 0.1 it was 0.00226 by then; ' +
        "the last layer's gradient is at 74% of its first value: the rate is too high."
    )
    expect(said[6]).toContain('not a finite number from step 13 on')
  })
})
