/**
 * Convolution and pooling over drawn shapes, windows, strides and paddings against plain loops, forward and backward, on every
 * backend of the machine. PHASESCOPE_WINDOW_CASES draws more of them than the few of an ordinary run, and
 * PHASESCOPE_WINDOW_SEED draws those that a failure names.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { convolution } from './ops/convolution'
import { avgPool, maxPool } from './ops/pooling'
import { backends, expectClose, missingBackends, randomInput, valueAndGradients, type Input } from './testing/compare'
import { convolutionLoops, placesOf, poolLoops, type Answer, type Slide } from './testing/window-loops'

const cases = Number(process.env.PHASESCOPE_WINDOW_CASES ?? 40)
const seed = Number(process.env.PHASESCOPE_WINDOW_SEED ?? 20261126)

for (const reason of missingBackends) it.skip(reason, () => undefined)

type Images = tf.Tensor4D
type Case = Slide & { input: number[]; examples: number; channels: number; filters: number }

/** Those that were wrong: strides beyond the window, in all dimensions or beside one that has to be padded. */
const known: Case[] = [
  { input: [3, 3], window: [2, 2], strides: [3, 3], pad: 'same', examples: 1, channels: 1, filters: 1 },
  { input: [28, 28], window: [3, 3], strides: [4, 4], pad: 'same', examples: 2, channels: 1, filters: 2 },
  { input: [6, 6], window: [2, 2], strides: [3, 3], pad: 'same', examples: 2, channels: 3, filters: 5 },
  { input: [6, 5], window: [2, 3], strides: [3, 1], pad: 'same', examples: 2, channels: 2, filters: 4 },
  { input: [8, 8], window: [1, 1], strides: [2, 2], pad: 'same', examples: 2, channels: 4, filters: 8 },
  { input: [4, 4, 4], window: [1, 1, 1], strides: [2, 2, 2], pad: 'same', examples: 2, channels: 2, filters: 3 },
  { input: [6, 6, 6], window: [2, 2, 2], strides: [3, 3, 3], pad: 'same', examples: 1, channels: 2, filters: 2 },
  { input: [6, 4, 5], window: [2, 3, 1], strides: [3, 1, 2], pad: 'same', examples: 2, channels: 1, filters: 3 }
]

function drawn(rng: Rng): Case {
  const spatial = 2 + rng.integer(2)
  const input = Array.from({ length: spatial }, () => 1 + rng.integer(spatial === 3 ? 6 : 10))
  const pad = rng.integer(3) === 0 ? 'valid' : 'same'
  const window = input.map((length) => 1 + rng.integer(pad === 'valid' ? Math.min(4, length) : 4))
  const strides = input.map(() => 1 + rng.integer(5))
  const [examples, channels, filters] = [1 + rng.integer(3), 1 + rng.integer(5), 1 + rng.integer(6)]
  return { input, window, strides, pad, examples, channels, filters }
}

/** The direction in which `valueAndGradients` takes them. */
const dy = (i: number): number => Math.fround(Math.sin(i * 1.7 + 1))

async function expectLoops(what: string, inputs: Input[], compute: (...x: never[]) => tf.Tensor, answer: Answer) {
  for (const backend of backends) {
    const [values, ...gradients] = await valueAndGradients(backend, inputs, compute)
    expectClose(values, answer.values, 1e-5, `${what}, ${backend}: value`)
    gradients.forEach((gradient, i) =>
      expectClose(gradient, answer.gradients[i], 1e-5, `${what}, ${backend}: gradient ${i}`)
    )
  }
}

async function check(one: Case, rng: Rng, what: string): Promise<void> {
  const { input, window, strides, pad, examples, channels, filters } = one
  const x = randomInput(rng, examples, ...input, channels)
  const filter = randomInput(rng, ...window, channels, filters)
  const bias = randomInput(rng, filters)
  await expectLoops(
    `${what}, convolution`,
    [x, filter, bias],
    (a: Images, f: Images, b: tf.Tensor1D) => convolution(a, f, b, { strides, pad }),
    convolutionLoops([x, filter, bias], one, dy)
  )
  const pools = [
    ['max', maxPool],
    ['average', avgPool]
  ] as const
  for (const [kind, pool] of pools) {
    const own = (a: Images): tf.Tensor => pool(a, window, strides, pad)
    await expectLoops(`${what}, ${kind} pooling`, [x], own, poolLoops(kind, x, one, dy))
  }
}

it('gives the right values in cases written out by hand', () => {
  // A window of 2 every 3 on [1, 2, 3]: 1 * 1 + 2 * 10. A window of 2 every 1 on [1, 2] is padded behind: 1 + 20, 2.
  const line = (...values: number[]): Input => ({ shape: [1, values.length, 1], values: Float32Array.from(values) })
  const filter: Input = { shape: [2, 1, 1], values: Float32Array.from([1, 10]) }
  const none: Input = { shape: [1], values: Float32Array.from([0]) }
  const slide = (stride: number): Slide => ({ window: [2], strides: [stride], pad: 'same' })
  expect([...convolutionLoops([line(1, 2, 3), filter, none], slide(3), () => 1).values]).toEqual([21])
  expect([...convolutionLoops([line(1, 2), filter, none], slide(1), () => 1).values]).toEqual([21, 2])
  expect([...poolLoops('average', line(1, 2, 9), slide(2), () => 1).values]).toEqual([1.5, 9])
  expect([...poolLoops('max', line(4, 2, 9), slide(2), () => 1).gradients[0]]).toEqual([1, 0, 1])
  expect(placesOf([28], { window: [3], strides: [4], pad: 'same' }).output).toEqual([7])
})

it.each(known.map((one) => [JSON.stringify(one), one] as const))('agrees with loops: %s', async (what, one) => {
  await check(one, new Rng(3), what)
})

it(`agrees with loops in ${cases} cases of seed ${seed}`, async () => {
  for (let i = 0; i < cases; i++) {
    const rng = Rng.forPurpose(seed, `window/${i}`)
    const one = drawn(rng)
    await check(one, rng, `PHASESCOPE_WINDOW_SEED=${seed}, case ${i}, ${JSON.stringify(one)}`)
  }
}, 1_800_000)
