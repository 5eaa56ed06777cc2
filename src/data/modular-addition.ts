/** All sums of two numbers modulo p, as token sequences, split at random. */
import type { Rng } from '../numeric/rng'
import type { Dataset, Split } from '../training/types'

/**
 * Tokens [a, b, =] with p as the token of `=`; labels (a + b) mod p. `trainFraction` of the p * p pairs, rounded down and
 * drawn by `rng`, train; the others validate. As in Power et al. 2022 and Nanda et al. 2023.
 */
export function modularAddition(p: number, trainFraction: number, rng: Rng): Dataset {
  const pairs = rng.shuffle(Uint32Array.from({ length: p * p }, (_, i) => i))
  const train = Math.floor(trainFraction * pairs.length)
  if (train < 1 || train >= pairs.length) {
    throw new Error(`A fraction of ${trainFraction} leaves ${train} of ${pairs.length} pairs to train on.`)
  }
  const split = (from: number, to: number): Split => {
    const inputs = new Int32Array((to - from) * 3)
    const labels = new Int32Array(to - from)
    for (let i = from; i < to; i++) {
      const a = Math.floor(pairs[i] / p)
      const b = pairs[i] % p
      inputs.set([a, b, p], (i - from) * 3)
      labels[i - from] = (a + b) % p
    }
    return { inputs, labels, count: to - from }
  }
  return { inputShape: [3], classes: p, train: split(0, train), validation: split(train, pairs.length) }
}
