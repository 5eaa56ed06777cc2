/** All results of one operation on two numbers modulo p, as token sequences, split at random. */
import type { Rng } from '../../numeric/rng'
import type { Dataset, Split } from '../../domain/dataset'

export type ModularOperation = 'add' | 'sub' | 'mul' | 'div'

/** Pairs (a, b): p * p, for division p * (p - 1), because nothing can be divided by 0. */
export function pairCount(operation: ModularOperation, p: number): number {
  return p * (operation === 'div' ? p - 1 : p)
}

/** a o b modulo the prime p; a / b is the c with b c = a. */
export function modularResult(operation: ModularOperation, a: number, b: number, p: number): number {
  switch (operation) {
    case 'add':
      return (a + b) % p
    case 'sub':
      return (a - b + p) % p
    case 'mul':
      return (a * b) % p
    case 'div':
      return (a * power(b, p - 2, p)) % p
  }
}

/** b^e mod p; by Fermat's little theorem b^(p-2) is 1 / b. p is below 2^26, so that products are exact. */
function power(base: number, exponent: number, p: number): number {
  let result = 1
  for (let b = base % p, e = exponent; e > 0; e = Math.floor(e / 2), b = (b * b) % p) {
    if (e % 2 === 1) result = (result * b) % p
  }
  return result
}

/**
 * Tokens [a, b, =] with p as the token of `=`; labels a o b mod p. `trainFraction` of the pairs, rounded down and drawn by
 * `rng`, train; the others validate. As in Power et al. 2022 and Nanda et al. 2023.
 */
export function modularArithmetic(operation: ModularOperation, p: number, trainFraction: number, rng: Rng): Dataset {
  const first = operation === 'div' ? 1 : 0
  const divisors = p - first
  const pairs = rng.shuffle(Uint32Array.from({ length: pairCount(operation, p) }, (_, i) => i))
  const train = Math.floor(trainFraction * pairs.length)
  if (train < 1 || train >= pairs.length) {
    throw new Error(`A fraction of ${trainFraction} leaves ${train} of ${pairs.length} pairs to train on.`)
  }
  const split = (from: number, to: number): Split => {
    const inputs = new Int32Array((to - from) * 3)
    const labels = new Int32Array(to - from)
    for (let i = from; i < to; i++) {
      const a = Math.floor(pairs[i] / divisors)
      const b = first + (pairs[i] % divisors)
      inputs.set([a, b, p], (i - from) * 3)
      labels[i - from] = modularResult(operation, a, b, p)
    }
    return { inputs, labels, count: to - from }
  }
  return { inputShape: [3], classes: p, train: split(0, train), validation: split(train, pairs.length) }
}
