/**
 * Changes of pictures that are drawn for each example anew in training, and are none otherwise. They are those of Keras 3.15:
 * its formulas, with the numbers of the pass.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Pass } from '../pass'
import { checkRank, type LayerKind, type LayerPass } from './kind'
import type { AugmentationLayer, Range, Fill } from '../../domain/network-layers'

type Of<T extends AugmentationLayer['type']> = LayerKind<Extract<AugmentationLayer, { type: T }>>

const between = ({ rng }: Pass, [low, high]: Range): number => low + (high - low) * rng.uniform()

/** Of pictures, and only in training. */
const augmentation = <L>(label: string, inTraining: (pass: LayerPass<L>) => tf.Tensor): LayerKind<L> => ({
  shape: (_, [input], fail) => {
    checkRank(fail, input, 3, 'pictures [height, width, channels]')
    return input
  },
  label: () => label,
  forward: (pass) => {
    if (!pass.pass.training) return pass.x
    const x = pass.x.dtype === 'float32' ? pass.x : tf.cast(pass.x, 'float32')
    return inTraining({ ...pass, x })
  }
})

const perExample = ({ x, pass }: LayerPass<unknown>, draw: () => number): tf.Tensor3D => {
  const values = Float32Array.from({ length: pass.count }, draw)
  return tf.tensor(values, [x.shape[0], 1, 1])
}

/** [N, H, W, C] with an axis in the middle, reversed. */
function flipped(x: tf.Tensor, axis: 1 | 2): tf.Tensor {
  const shape: number[] = x.shape
  const outer = shape.slice(0, axis).reduce((product, n) => product * n, 1)
  return tf.reshape(tf.reverse(tf.reshape(x, [outer, shape[axis], x.size / (outer * shape[axis])]), 1), shape)
}

const randomFlip: Of<'randomFlip'> = augmentation('random flip', (pass) => {
  const { layer, x } = pass
  const [examples, ...rest] = x.shape
  const share = perExample(pass, () => (pass.pass.rng.uniform() <= 0.5 ? 1 : 0))
  const across = layer.horizontal ? flipped(x, 2) : x
  const turned = layer.vertical ? flipped(across, 1) : across
  const flat = (value: tf.Tensor): tf.Tensor => tf.reshape(value, [examples, 1, x.size / examples])
  const mixed = tf.add(tf.mul(flat(turned), share), tf.mul(flat(x), tf.sub(1, share)))
  return tf.reshape(mixed, [examples, ...rest])
})

/** Where a place beyond [0, length) is found; null: nowhere. */
function filledPlace(place: number, length: number, fill: Fill): number | null {
  if (place >= 0 && place < length) return place
  switch (fill) {
    case 'constant':
      return null
    case 'nearest':
      return place < 0 ? 0 : length - 1
    case 'wrap':
      return ((place % length) + length) % length
    case 'reflect': {
      // The edge is there twice: d c b a | a b c d | d c b a.
      const at = ((place % (2 * length)) + 2 * length) % (2 * length)
      return at < length ? at : 2 * length - 1 - at
    }
  }
}

/** Output i of an axis lies at `scale * i + offset` of the input. */
interface Line {
  scale: number
  offset: number
}

/** [N, length, length]: how each output of an axis is mixed from the inputs, for every example. */
function mixes(lines: Line[], length: number, { fill, nearest }: { fill: Fill; nearest?: boolean }): tf.Tensor3D {
  const shares = new Float32Array(lines.length * length * length)
  lines.forEach(({ scale, offset }, n) => {
    for (let i = 0; i < length; i++) {
      const row = (n * length + i) * length
      const exact = scale * i + offset
      const low = nearest === true ? Math.round(exact) : Math.floor(exact)
      const above = nearest === true ? 0 : exact - low
      for (const [place, share] of [
        [low, 1 - above],
        [low + 1, above]
      ]) {
        const at = share > 0 ? filledPlace(place, length, fill) : null
        if (at !== null) shares[row + at] += share
      }
    }
  })
  return tf.tensor(shares, [lines.length, length, length])
}

/** Pictures whose rows and columns are moved along straight lines. */
function resampled(
  x: tf.Tensor,
  rows: Line[],
  columns: Line[],
  options: { fill: Fill; value?: number; nearest?: boolean }
): tf.Tensor {
  const [examples, height, width, channels] = x.shape
  const ground = options.fill === 'constant' ? (options.value ?? 0) : 0
  const above = ground === 0 ? x : tf.sub(x, ground)
  const down = tf.matMul(
    mixes(rows, height, options),
    tf.reshape(above, [examples, height, width * channels]) as tf.Tensor3D
  )
  const turned = tf.transpose(tf.reshape(down, [examples, height, width, channels]), [0, 2, 1, 3])
  const across = tf.matMul(
    mixes(columns, width, options),
    tf.reshape(turned, [examples, width, height * channels]) as tf.Tensor3D
  )
  const back = tf.transpose(tf.reshape(across, [examples, width, height, channels]), [0, 2, 1, 3])
  return ground === 0 ? back : tf.add(back, ground)
}

const randomShift: Of<'randomShift'> = augmentation('random shift', ({ layer, x, pass }) => {
  const [, height, width] = x.shape as number[]
  const [rows, columns]: [Line[], Line[]] = [[], []]
  for (let n = 0; n < pass.count; n++) {
    rows.push({ scale: 1, offset: -between(pass, layer.height) * height })
    columns.push({ scale: 1, offset: -between(pass, layer.width) * width })
  }
  return resampled(x, rows, columns, layer)
})

const randomZoom: Of<'randomZoom'> = augmentation('random zoom', ({ layer, x, pass }) => {
  const around = (factor: number, length: number): Line => ({
    scale: factor,
    offset: ((length - 1) / 2) * (1 - factor)
  })
  const [, height, width] = x.shape as number[]
  const [rows, columns]: [Line[], Line[]] = [[], []]
  for (let n = 0; n < pass.count; n++) {
    const down = 1 + between(pass, layer.height)
    rows.push(around(down, height))
    columns.push(around(layer.width ? 1 + between(pass, layer.width) : down, width))
  }
  return resampled(x, rows, columns, layer)
})

const randomContrast: Of<'randomContrast'> = augmentation('random contrast', (pass) => {
  const { layer, x } = pass
  const [examples, height, width, channels] = x.shape
  const places = tf.reshape(x, [examples, height * width, channels])
  const mean = tf.mean(places, 1, true)
  const factor = perExample(pass, () => between(pass.pass, layer.factor))
  const changed = tf.add(tf.mul(tf.sub(places, mean), factor), mean)
  return tf.reshape(tf.clipByValue(changed, ...layer.range), x.shape)
})

const randomBrightness: Of<'randomBrightness'> = augmentation('random brightness', (pass) => {
  const { layer, x } = pass
  const flat = tf.reshape(x, [x.shape[0], 1, x.size / x.shape[0]])
  const delta = perExample(pass, () => between(pass.pass, layer.delta))
  return tf.reshape(tf.clipByValue(tf.add(flat, delta), ...layer.range), x.shape)
})

export const augmentationKinds: { [T in AugmentationLayer['type']]: Of<T> } = {
  randomFlip,
  randomShift,
  randomZoom,
  randomContrast,
  randomBrightness
}
