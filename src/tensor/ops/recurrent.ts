/**
 * Recurrent layers over sequences, time first: [T, N, ..]. Whatever the inputs give is projected before, for all steps at
 * once; a step adds one product with the state before it. Gates lie side by side as Keras and PyTorch have them.
 */
import * as tf from '@tensorflow/tfjs-core'
import { inPlace } from '../views'
import { activation, type Activation } from './activations'
import { gruInPlace, lstmInPlace } from './recurrent-in-place'

export interface CellFunctions {
  /** Of the candidate and, in an LSTM, of the state on its way out. */
  activation: Activation
  gate: Activation
}

const isPlain = (functions: CellFunctions): boolean =>
  functions.activation === 'tanh' && functions.gate === 'sigmoid' && inPlace()

/**
 * projected [T, N, 4 U] (input, forget, candidate, output; biases included), recurrent [U, 4 U] -> states [T, N, U], from a state of
 * zeros. Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.
 */
export function lstm(projected: tf.Tensor3D, recurrent: tf.Tensor2D, functions: CellFunctions): tf.Tensor3D {
  if (isPlain(functions)) return lstmInPlace(projected, recurrent)
  const units = recurrent.shape[0]
  let carry: tf.Tensor | null = null
  return overTime(projected, units, (x, state) => {
    const z = tf.add(x, tf.matMul(state, recurrent))
    const [i, f, g, o] = tf.split(z, 4, 1)
    const candidate = tf.mul(activation(functions.gate, i), activation(functions.activation, g))
    carry = carry ? tf.add(tf.mul(activation(functions.gate, f), carry), candidate) : candidate
    return tf.mul(activation(functions.gate, o), activation(functions.activation, carry)) as tf.Tensor2D
  })
}

/**
 * projected [T, N, 3 U] (update, reset, candidate; input biases included), recurrent [U, 3 U], bias [3 U] of the recurrent product
 * or null -> states [T, N, U]. `resetAfter`: the reset gate works on the product with the state (cuDNN, PyTorch, Keras's
 * default); otherwise on the state itself, as in Cho et al. 2014, and there is no recurrent bias.
 */
export function gru(
  projected: tf.Tensor3D,
  recurrent: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  functions: CellFunctions,
  resetAfter: boolean
): tf.Tensor3D {
  const units = recurrent.shape[0]
  if (isPlain(functions) && resetAfter) {
    return gruInPlace(projected, recurrent, bias ?? (tf.zeros([3 * units]) as tf.Tensor1D))
  }
  const ofGates = resetAfter ? recurrent : (tf.slice(recurrent, [0, 0], [units, 2 * units]) as tf.Tensor2D)
  const ofCandidate = resetAfter ? null : (tf.slice(recurrent, [0, 2 * units], [units, units]) as tf.Tensor2D)
  return overTime(projected, units, (x, state) => {
    const [xz, xr, xh] = tf.split(x, 3, 1)
    const product = tf.matMul(state, ofGates)
    const inner = bias && resetAfter ? tf.add(product, bias) : product
    const [hz, hr, hh] = tf.split(inner, resetAfter ? 3 : 2, 1)
    const z = activation(functions.gate, tf.add(xz, hz))
    const r = activation(functions.gate, tf.add(xr, hr))
    const recalled = ofCandidate ? tf.matMul(tf.mul(r, state) as tf.Tensor2D, ofCandidate) : tf.mul(r, hh)
    const candidate = activation(functions.activation, tf.add(xh, recalled))
    return tf.add(tf.mul(z, state), tf.mul(tf.sub(1, z), candidate)) as tf.Tensor2D
  })
}

/** projected [T, N, U], recurrent [U, U] -> states [T, N, U]. Elman 1990. */
export function simpleRnn(projected: tf.Tensor3D, recurrent: tf.Tensor2D, fn: Activation): tf.Tensor3D {
  return overTime(projected, recurrent.shape[0], (x, state) =>
    activation(fn, tf.add(x, tf.matMul(state, recurrent)) as tf.Tensor2D)
  )
}

/** The states after each step. */
function overTime(
  projected: tf.Tensor3D,
  units: number,
  step: (x: tf.Tensor2D, before: tf.Tensor2D) => tf.Tensor2D
): tf.Tensor3D {
  const [steps, examples] = projected.shape
  const states: tf.Tensor2D[] = []
  // Zeros are multiplied, too: weights that are nowhere used would have no gradient.
  let state: tf.Tensor2D = tf.zeros([examples, units])
  const rows = tf.reshape(projected, [steps * examples, projected.shape[2]])
  // The gradient of a split into one piece fails.
  for (const x of steps === 1 ? [rows] : tf.split(rows, steps, 0)) {
    state = step(x as tf.Tensor2D, state)
    states.push(state)
  }
  return tf.reshape(tf.concat(states, 0), [steps, examples, units])
}
