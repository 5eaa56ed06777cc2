/** The data of a run, from its seed and the application's resource files. */
import { mnistDataset } from '../data/mnist'
import { modularAddition } from '../data/modular-addition'
import { Rng } from '../numeric/rng'
import { resolveParams } from './experiments'
import type { Dataset, RunSpec } from './types'

export interface Resources {
  /** The bytes of a file in the application's resource folder; throws with a sentence when it is missing. */
  read(name: string): Uint8Array | Promise<Uint8Array>
}

export const mnistFiles = { images: 'mnist-10k-images.idx3.gz', labels: 'mnist-10k-labels.idx1.gz' } as const

/** Which examples train and which validate is drawn by the seed. */
export async function loadDataset(
  spec: Pick<RunSpec, 'experiment' | 'params' | 'seed'>,
  resources: Resources
): Promise<Dataset> {
  const params = resolveParams(spec.experiment, spec.params)
  const rng = Rng.forPurpose(spec.seed, 'data')
  if (spec.experiment === 'modular-addition') {
    return modularAddition(params.p as number, params.trainFraction as number, rng)
  }
  const images = await unpacked(await resources.read(mnistFiles.images), mnistFiles.images)
  const labels = await unpacked(await resources.read(mnistFiles.labels), mnistFiles.labels)
  const sizes = { train: params.trainSamples as number, validation: params.validationSamples as number }
  return mnistDataset(images, labels, sizes, rng)
}

/** The web's own decompression, which browsers and Node share. Bytes without the gzip mark are passed through. */
async function unpacked(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
  } catch (error) {
    throw new Error(`The data file ${name} is damaged: it cannot be unpacked.`, { cause: error })
  }
}
