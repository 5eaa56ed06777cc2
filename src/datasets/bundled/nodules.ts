/** Generated volumes as from a lung scan: vessels and noise everywhere, in some of them one nodule to be found. */
import type { Rng } from '../../numeric/rng'
import type { Dataset, Split } from '../../domain/dataset'
import { addNodule, addVessels, fillBackground, type Volume, withNoise } from './volumes'

export interface NodulesOptions {
  train: number
  validation: number
  /** Voxels along each edge of a volume. */
  size?: number
  /** Share of the volumes that have a nodule, 0..1. */
  positiveShare?: number
  /** Standard deviation of the noise in every voxel, as a share of the range from black to white. */
  noise: number
}

export const smallestVolume = 12

/**
 * Bytes [N, size, size, size, 1]; label 1 where there is a nodule. Exactly round(positiveShare * N) of each split are
 * positive. A nodule is as bright as a vessel and thicker: no threshold tells it, its shape does.
 */
export function nodulesDataset(
  { train, validation, size = 24, positiveShare = 0.1, noise }: NodulesOptions,
  rng: Rng
): Dataset {
  if (!(Number.isInteger(size) && size >= smallestVolume)) {
    throw new Error(`Volumes of ${size} voxels were asked for; an edge has at least ${smallestVolume}.`)
  }
  if (!(positiveShare >= 0 && positiveShare <= 1)) {
    throw new Error(`A share of ${positiveShare} positives was asked for; it is between 0 and 1.`)
  }
  const draw = (count: number): Split => {
    const voxels = size ** 3
    const inputs = new Uint8Array(count * voxels)
    const labels = rng.shuffle(Int32Array.from({ length: count }, (_, i) => +(i < Math.round(positiveShare * count))))
    const volume: Volume = { size, values: new Float32Array(voxels) }
    for (let i = 0; i < count; i++) {
      fillBackground(volume, rng)
      addVessels(volume, rng)
      if (labels[i] === 1) addNodule(volume, rng)
      withNoise(volume, noise, rng, inputs.subarray(i * voxels, (i + 1) * voxels))
    }
    return { inputs, labels, count }
  }
  return {
    inputShape: [size, size, size, 1],
    classes: 2,
    classNames: ['no nodule', 'nodule'],
    train: draw(train),
    validation: draw(validation)
  }
}
