/**
 * Two metrics of networks that compute with residues, from "The Clock and the Pizza" (Zhong, Liu, Tegmark & Andreas 2023),
 * where Q[a, b, c] is the logit of c for the input (a, b):
 * - gradient symmetricity: mean over triples of the cosine between dQ[a, b, c] / dE[a] and dQ[a, b, c] / dE[b];
 * - distance irrelevance: with L[a, b] = Q[a, b, a o b], the mean over differences d of std(L[a, b] : a - b = d), divided by
 *   std(L); 0 when the logit depends on the difference only through the answer, 1 when it does not depend on it.
 */
import * as tf from '@tensorflow/tfjs-core'
import { modularResult, type ModularOperation } from '../../datasets/bundled/modular-arithmetic'
import type { Model } from '../../models/model'
import type { Rng } from '../../numeric/rng'
import { watchGradient } from '../../tensor/ops/watch'
import { readValues } from '../../tensor/views'
import type { Params } from '../params'

/** Triples of the symmetricity, and pairs of the irrelevance: all of them for small p, else as many as drawn by `rng`. */
const triples = 100
const differences = 32
const perDifference = 32

export async function modularMetrics(params: Params, model: Model, rng: Rng): Promise<Record<string, number>> {
  const p = params.p as number
  const operation = params.operation as ModularOperation
  return {
    'modular/gradient_symmetricity': await gradientSymmetricity(p, operation, model, rng),
    'modular/distance_irrelevance': await distanceIrrelevance(p, operation, model, rng)
  }
}

async function gradientSymmetricity(p: number, operation: ModularOperation, model: Model, rng: Rng): Promise<number> {
  const lowest = operation === 'div' ? 1 : 0
  const tokens = new Int32Array(3 * triples)
  const chosen = new Float32Array(triples * p)
  for (let i = 0; i < triples; i++) {
    tokens.set([rng.integer(p), lowest + rng.integer(p - lowest), p], 3 * i)
    chosen[i * p + rng.integer(p)] = 1
  }
  const gradients: tf.Tensor[] = []
  const tap = (path: string, activation: tf.Tensor): tf.Tensor | void => {
    if (path === 'embed') return watchGradient(activation, (dy) => void gradients.push(tf.keep(tf.clone(dy))))
  }
  try {
    tf.tidy(() => {
      const mask = tf.tensor2d(chosen, [triples, p])
      const total = (): tf.Scalar => tf.sum(tf.mul(model.forward(tokens, triples, { tap })[0], mask))
      tf.valueAndGrads(total)(model.parameters.map(({ tensor }) => tensor))
    })
    const values = await readValues(gradients[0])
    const width = values.length / (3 * triples)
    let sum = 0
    for (let i = 0; i < triples; i++) {
      const [a, b] = [values.subarray(3 * i * width), values.subarray((3 * i + 1) * width)]
      let [ab, aa, bb] = [0, 0, 0]
      for (let j = 0; j < width; j++) {
        ab += a[j] * b[j]
        aa += a[j] * a[j]
        bb += b[j] * b[j]
      }
      sum += aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
    }
    return sum / triples
  } finally {
    tf.dispose(gradients)
  }
}

async function distanceIrrelevance(p: number, operation: ModularOperation, model: Model, rng: Rng): Promise<number> {
  const first = (count: number): Uint32Array =>
    rng.shuffle(Uint32Array.from({ length: p }, (_, i) => i)).slice(0, count)
  const pairs: { difference: number; a: number; b: number }[] = []
  for (const difference of first(differences)) {
    for (const b of first(perDifference)) {
      if (operation === 'div' && b === 0) continue
      pairs.push({ difference, a: (b + difference) % p, b })
    }
  }
  const tokens = new Int32Array(3 * pairs.length)
  pairs.forEach(({ a, b }, i) => tokens.set([a, b, p], 3 * i))
  const outputs = tf.tidy(() => model.forward(tokens, pairs.length))
  try {
    const logits = await readValues(outputs[0])
    const right = pairs.map(({ a, b }, i) => logits[i * p + modularResult(operation, a, b, p)])
    const byDifference = new Map<number, number[]>()
    pairs.forEach(({ difference }, i) => {
      byDifference.set(difference, [...(byDifference.get(difference) ?? []), right[i]])
    })
    const spreads = [...byDifference.values()].map(deviation)
    const whole = deviation(right)
    return whole > 0 ? spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length / whole : 0
  } finally {
    tf.dispose(outputs)
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
