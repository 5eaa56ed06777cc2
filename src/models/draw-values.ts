/** Draws the initial values of a parameter. */
import type { Rng } from '../numeric/rng'
import { sizeOf, type ParameterSpec } from './architecture'

export function initialValues({ initial, shape }: Pick<ParameterSpec, 'initial' | 'shape'>, rng: Rng): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  const columns = shape.at(-1) ?? 1
  switch (initial.kind) {
    case 'zeros':
      return values
    case 'ones':
      return values.fill(1)
    case 'constant':
      return values.fill(initial.value)
    case 'normal': {
      const { mean = 0, std } = initial
      for (let i = 0; i < values.length; i++) values[i] = mean + std * rng.normal()
      return values
    }
    case 'truncated':
      for (let i = 0; i < values.length; i++) {
        let drawn = rng.normal()
        while (Math.abs(drawn) > 2) drawn = rng.normal()
        values[i] = initial.mean + initial.std * drawn
      }
      return values
    case 'uniform':
      for (let i = 0; i < values.length; i++) values[i] = initial.limit * (2 * rng.uniform() - 1)
      return values
    case 'between':
      for (let i = 0; i < values.length; i++) values[i] = initial.min + (initial.max - initial.min) * rng.uniform()
      return values
    case 'identity':
      for (let i = 0; i < values.length; i += columns + 1) values[i] = initial.gain
      return values
    case 'orthogonal':
      return orthogonal(values, columns, initial.gain, rng)
    case 'forgetOne': {
      const units = values.length / 4
      return values.fill(initial.value).fill(1, units, 2 * units)
    }
  }
}

/**
 * The longer side of a matrix of normal numbers made orthonormal by modified Gram-Schmidt, which is the Q of its QR
 * factorisation with a positive diagonal of R: uniform over all such matrices (Mezzadri 2007).
 */
function orthogonal(values: Float32Array, columns: number, gain: number, rng: Rng): Float32Array {
  const rows = values.length / columns
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, () => rng.normal()))
  vectors.forEach((vector, n) => {
    for (const other of vectors.slice(0, n)) {
      const along = vector.reduce((sum, value, i) => sum + value * other[i], 0)
      for (let i = 0; i < length; i++) vector[i] -= along * other[i]
    }
    const size = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    for (let i = 0; i < length; i++) vector[i] /= size
  })
  const [perVector, perPlace] = rows < columns ? [columns, 1] : [1, columns]
  vectors.forEach((vector, n) => {
    for (let i = 0; i < length; i++) values[n * perVector + i * perPlace] = gain * vector[i]
  })
  return values
}
