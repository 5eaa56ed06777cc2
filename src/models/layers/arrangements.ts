/** Layers that move values about and change none. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../architecture'
import { croppedAxis, paddedAxis } from '../../tensor/ops/edges'
import { interpolated, repeatedAxis } from '../../tensor/ops/resample'
import { checkWhole, type Fail, type LayerKind } from './kind'
import type { ArrangementLayer, Edges } from '../../domain/network-layers'

type Of<T extends ArrangementLayer['type']> = LayerKind<Extract<ArrangementLayer, { type: T }>>

const permute: Of<'permute'> = {
  shape: ({ order }, [input], fail) => {
    const found = [...order].sort((a, b) => a - b).join()
    if (found !== input.map((_, i) => i).join()) {
      fail(`has the order [${order.join(', ')}]; it must name each of the ${input.length} dimensions once, from 0.`)
    }
    return order.map((axis) => input[axis])
  },
  label: () => 'permute',
  forward: ({ layer, x }) => tf.transpose(x, [0, ...layer.order.map((axis) => axis + 1)])
}

const repeat: Of<'repeat'> = {
  shape: ({ times }, [input], fail) => {
    checkWhole(fail, times, 'times')
    return input.length === 1 ? [times, ...input] : fail(`needs [width], but gets [${input.join(', ')}].`)
  },
  label: ({ times }) => `repeat ${times}`,
  forward: ({ layer, x }) => repeatedAxis(tf.reshape(x, [x.shape[0], 1, x.size / x.shape[0]]), 1, layer.times)
}

const reverse: Of<'reverse'> = {
  shape: (_, [input]) => input,
  label: () => 'reverse',
  forward: ({ x }) => {
    // As [N, T, ..] in three dimensions: what all backends have.
    const [examples, steps] = x.shape
    return tf.reshape(tf.reverse(tf.reshape(x, [examples, steps, x.size / (examples * steps)]), 1), x.shape)
  }
}

const pick: Of<'pick'> = {
  shape: ({ axis, at }, [input], fail) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= input.length || input.length < 2) {
      fail(`picks along dimension ${axis} of [${input.join(', ')}]; it needs two or more, and one of them.`)
    }
    if (!Number.isInteger(at) || at < -input[axis] || at >= input[axis]) {
      fail(`picks place ${at} of ${input[axis]}; places count from 0, or from -1 back.`)
    }
    return input.filter((_, i) => i !== axis)
  },
  label: ({ at }) => `place ${at}`,
  forward: ({ layer: { axis, at: place }, x, output }) => {
    const at = place < 0 ? (x.shape as number[])[axis + 1] + place : place
    const outer = sizeOf(x.shape.slice(0, axis + 1))
    const length: number = (x.shape as number[])[axis + 1]
    const blocks = tf.reshape(x, [outer, length, x.size / (outer * length)])
    return tf.reshape(tf.slice(blocks, [0, at, 0], [outer, 1, x.size / (outer * length)]), [x.shape[0], ...output])
  }
}

function checkEdges(edges: Edges, input: readonly number[], fail: Fail): void {
  if (input.length !== edges.length + 1) {
    fail(`has edges for ${edges.length} dimensions, but gets [${input.join(', ')}].`)
  }
  for (const value of edges.flat()) checkWhole(fail, value, 'an edge of', 0)
}

const zeroPad: Of<'zeroPad'> = {
  shape: ({ edges }, [input], fail) => {
    checkEdges(edges, input, fail)
    return [...edges.map(([before, after], axis) => before + input[axis] + after), input.at(-1)!]
  },
  label: () => 'zero pad',
  forward: ({ layer, x }) =>
    layer.edges.reduce<tf.Tensor>((value, [before, after], axis) => paddedAxis(value, axis + 1, before, after), x)
}

const crop: Of<'crop'> = {
  shape: ({ edges }, [input], fail) => {
    checkEdges(edges, input, fail)
    const sizes = edges.map(([before, after], axis) => input[axis] - before - after)
    if (sizes.some((size) => size < 1)) fail(`leaves nothing of [${input.join(', ')}].`)
    return [...sizes, input.at(-1)!]
  },
  label: () => 'crop',
  forward: ({ layer, x }) =>
    layer.edges.reduce<tf.Tensor>((value, [before, after], axis) => croppedAxis(value, axis + 1, before, after), x)
}

const centreEdges = (size: readonly number[], input: readonly number[]): Edges =>
  size.map((length, axis) => {
    const before = Math.floor((input[axis] - length) / 2)
    return [before, input[axis] - length - before]
  })

const centerCrop: Of<'centerCrop'> = {
  shape: ({ size }, [input], fail) => {
    if (input.length !== 3) fail(`needs [height, width, channels], but gets [${input.join(', ')}].`)
    for (const length of size) checkWhole(fail, length, 'a size of')
    if (size.some((length, axis) => length > input[axis])) fail(`crops [${input.join(', ')}] to more than it is.`)
    return [...size, input[2]]
  },
  label: ({ size }) => `crop ${size.join('x')}`,
  forward: ({ layer, x }) =>
    centreEdges(layer.size, x.shape.slice(1)).reduce<tf.Tensor>(
      (value, [before, after], axis) => croppedAxis(value, axis + 1, before, after),
      x
    )
}

const upsample: Of<'upsample'> = {
  shape: ({ scale }, [input], fail) => {
    if (input.length !== scale.length + 1) {
      fail(`has ${scale.length} factors, but gets [${input.join(', ')}].`)
    }
    for (const factor of scale) checkWhole(fail, factor, 'a factor of')
    return [...scale.map((factor, axis) => factor * input[axis]), input.at(-1)!]
  },
  label: ({ scale }) => `upsample ${scale.join('x')}`,
  forward: ({ layer, x }) =>
    layer.scale.reduce<tf.Tensor>((value, factor, axis) => {
      const length = (value.shape as number[])[axis + 1]
      return layer.bilinear === true
        ? interpolated(value, axis + 1, length * factor)
        : repeatedAxis(value, axis + 1, factor)
    }, x)
}

const resize: Of<'resize'> = {
  shape: ({ size }, [input], fail) => {
    if (input.length !== 3) fail(`needs [height, width, channels], but gets [${input.join(', ')}].`)
    for (const length of size) checkWhole(fail, length, 'a size of')
    return [...size, input[2]]
  },
  label: ({ size }) => `resize ${size.join('x')}`,
  forward: ({ layer, x }) =>
    layer.size.reduce<tf.Tensor>((value, length, axis) => interpolated(value, axis + 1, length), x)
}

export const arrangementKinds: { [T in ArrangementLayer['type']]: Of<T> } = {
  permute,
  repeat,
  reverse,
  pick,
  zeroPad,
  crop,
  centerCrop,
  upsample,
  resize
}
