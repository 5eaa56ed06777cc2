import { expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { envelopeOf, outsideOf, type Recorded } from './envelope'

const steps = Array.from({ length: 30 }, (_, i) => i * 10)
/** Falls over two powers of ten, each run by its own factor and with noise of its own; another series rises. */
function run(rng: Rng, change: (value: number, i: number) => number = (value) => value): Recorded {
  const own = Math.exp(0.1 * rng.normal())
  const noisy = (of: (i: number) => number): number[] => steps.map((_, i) => own * of(i) * (1 + 0.05 * rng.normal()))
  return new Map([
    ['loss', { steps, values: noisy((i) => 2 * 0.85 ** i).map(change) }],
    ['std', { steps, values: noisy((i) => 1 + i / 30) }]
  ])
}
const healthy = (count: number, seed = 1): Recorded[] => {
  const rng = new Rng(seed)
  return Array.from({ length: count }, () => run(rng))
}

it('needs enough runs that have recorded the same', () => {
  expect(envelopeOf(healthy(4))).toBeNull()
  expect(envelopeOf([...healthy(4), new Map()])?.bands.size ?? 0).toBe(0)
  expect([...envelopeOf(healthy(5))!.bands.keys()]).toEqual(['loss', 'std'])
})

it('holds runs of the same kind, and says of others which series left it, where, and what was usual', () => {
  const envelope = envelopeOf(healthy(12))!
  const rng = new Rng(99)
  const outside = Array.from({ length: 200 }, () => outsideOf(run(rng), envelope)).filter((one) => one !== null)
  expect(outside.length).toBeLessThanOrEqual(4)
  const stuck = outsideOf(
    run(rng, (value, i) => (i < 10 ? value : 2 * 0.85 ** 10)),
    envelope
  )
  expect(stuck?.evidence[0].tag).toBe('loss')
  expect(stuck?.since).toBeGreaterThan(100)
  expect(stuck?.text).toMatch(
    /^loss is 0\.\d+ at step \d+; in the 12 runs that came to something it lay between .* and .* there\.$/
  )
})

it('a value that is no number lies outside, and so does a run that breaks off with one', () => {
  const envelope = envelopeOf(healthy(8))!
  const rng = new Rng(5)
  expect(
    outsideOf(
      run(rng, (value, i) => (i === 20 ? NaN : value)),
      envelope
    )
  ).toMatchObject({ since: 200 })
})

it('single points are noise', () => {
  const envelope = envelopeOf(healthy(12))!
  const rng = new Rng(7)
  expect(
    outsideOf(
      run(rng, (value, i) => (i === 12 ? 5 * value : value)),
      envelope
    )
  ).toBeNull()
})

it('runs of twenty thousand points are compared at some of them', () => {
  const long = Float64Array.from({ length: 20_000 }, (_, i) => i)
  const rng = new Rng(3)
  const of = (offset: number): Recorded =>
    new Map([['std', { steps: long, values: long.map((i) => offset + i / 1e4 + 0.01 * rng.normal()) }]])
  const envelope = envelopeOf(Array.from({ length: 20 }, () => of(1)))!
  expect(envelope.bands.get('std')!.steps.length).toBe(120)
  expect(outsideOf(of(1), envelope)).toBeNull()
  expect(outsideOf(of(5), envelope)).not.toBeNull()
})
