/** Initial values of parameters as networks set them, as what is drawn. */
import { sizeOf, type Initialiser } from './architecture'
import type { InitialValues } from '../domain/layer-settings'
import type { Layer } from '../domain/network'

/** Standard deviation of a normal distribution that is cut at two standard deviations, as a share of what it was. */
const truncatedShare = 0.87962566103423978

/** What a layer of Keras has where it says nothing. @param key end of the parameter's name: `W`, `recurrent.W` */
export function kerasInitial(type: Layer['type'], key: string): InitialValues {
  if (key.endsWith('b')) {
    return type === 'lstm' && key === 'kernel.b' ? { kind: 'forgetOne', value: 0 } : { kind: 'constant', value: 0 }
  }
  if (type === 'embedding') return { kind: 'uniform', min: -0.05, max: 0.05 }
  if (key === 'recurrent.W') return { kind: 'orthogonal', gain: 1 }
  const gains: readonly Layer['type'][] = ['batchNorm', 'layerNorm', 'groupNorm', 'rmsNorm']
  if (gains.includes(type)) return { kind: 'constant', value: 1 }
  return { kind: 'scaled', scale: 1, fan: 'average', spread: 'uniform' }
}

/** Fans of a parameter as Keras counts them (`compute_fans`): windows of convolutions multiply both. */
function fansOf(shape: readonly number[]): { in: number; out: number } {
  if (shape.length < 2) return { in: sizeOf(shape), out: sizeOf(shape) }
  const window = sizeOf(shape.slice(0, -2))
  return { in: window * shape.at(-2)!, out: window * shape.at(-1)! }
}

/**
 * @param shape that the fans are counted of
 * @param scale multiplies what is drawn
 */
export function drawnAs(initial: InitialValues, shape: readonly number[], scale: number): Initialiser {
  switch (initial.kind) {
    case 'constant':
      return { kind: 'constant', value: scale * initial.value }
    case 'uniform':
      return { kind: 'between', min: scale * initial.min, max: scale * initial.max }
    case 'normal':
    case 'truncated':
      return { kind: initial.kind, mean: scale * initial.mean, std: scale * initial.std }
    case 'orthogonal':
    case 'identity':
      return { kind: initial.kind, gain: scale * initial.gain }
    case 'forgetOne':
      return initial
    case 'scaled': {
      const fans = fansOf(shape)
      const fan = { in: fans.in, out: fans.out, average: (fans.in + fans.out) / 2 }[initial.fan]
      const variance = initial.scale / Math.max(1, fan)
      if (initial.spread === 'uniform') {
        const limit = scale * Math.sqrt(3 * variance)
        return { kind: 'between', min: -limit, max: limit }
      }
      if (initial.spread === 'normal') return { kind: 'normal', mean: 0, std: scale * Math.sqrt(variance) }
      return { kind: 'truncated', mean: 0, std: (scale * Math.sqrt(variance)) / truncatedShare }
    }
  }
}
