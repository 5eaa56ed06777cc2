/** The parity of a few bits among many: the other bits are noise, and which ones count is for the network to find. */
import type { Rng } from '../../numeric/rng'
import type { Dataset, Split } from '../../domain/dataset'

export interface SparseParityOptions {
  bits: number
  /** How many of the bits decide the label. */
  relevant: number
  train: number
  validation: number
}

/**
 * Inputs [N, bits] of -1 and +1, each with probability 1/2; the label is 1 where the product of the relevant bits is
 * positive, else 0. `rng` draws the relevant bits first, then the training examples, then the validation examples, so that
 * more validation examples leave the training as it is. Barak et al. 2022, "Hidden Progress in Deep Learning", section 2.
 */
export function sparseParity({ bits, relevant, train, validation }: SparseParityOptions, rng: Rng): Dataset {
  if (!(bits >= 1)) throw new Error(`Sparse parity needs at least 1 bit, not ${bits}.`)
  if (!(relevant >= 1 && relevant <= bits)) {
    throw new Error(`${relevant} relevant bits were asked for; with ${bits} bits they can be 1 to ${bits}.`)
  }
  const deciding = rng.shuffle(Uint32Array.from({ length: bits }, (_, i) => i)).slice(0, relevant)
  const draw = (count: number): Split => {
    const inputs = new Float32Array(count * bits)
    const labels = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const start = i * bits
      let word = 0
      for (let bit = 0; bit < bits; bit++) {
        if (bit % 32 === 0) word = rng.uint32()
        inputs[start + bit] = word & 1 ? 1 : -1
        word >>>= 1
      }
      let product = 1
      for (const bit of deciding) product *= inputs[start + bit]
      labels[i] = product > 0 ? 1 : 0
    }
    return { inputs, labels, count }
  }
  return {
    inputShape: [bits],
    classes: 2,
    classNames: ['odd', 'even'],
    train: draw(train),
    validation: draw(validation)
  }
}
