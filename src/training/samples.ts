/**
 * What is recorded at some points only, because it is large: pictures of the first convolution and precision-recall
 * curves. A function of model, data and step, so a continued run records what an uninterrupted one would have.
 */
import { tagOf, tagPart } from '../domain/tags'
import * as tf from '@tensorflow/tfjs-core'
import { firstConvolution } from '../models/architecture'
import type { Model } from '../models/model'
import { HeldActivations } from '../hooks/taps'
import { readValues } from '../tensor/views'
import { consecutive, type Batch } from './batches'
import { arrange, examplePictures, featureMapPictures, filterPictures, isPicture, mostTiles } from './pictures'
import { type PrCounter, prThresholds } from './pr-counts'
import type { ImageRecord, PrCurveRecord } from '../domain/records'
import type { Split } from '../domain/dataset'

export type Sample =
  | Pick<ImageRecord, 'kind' | 'tag' | 'description' | 'image'>
  | Pick<PrCurveRecord, 'kind' | 'tag' | 'description' | 'counts'>

/** The examples of the first batch, and the one whose feature maps are shown; nothing where the data are no pictures. */
export function firstSamples(model: Model, shape: readonly number[], batch: Batch, validation: Split): Sample[] {
  if (shape.length === 4) return volumeSamples(shape, batch)
  if (!isPicture(shape)) return []
  const shown = Math.min(batch.count, mostTiles)
  const samples = [
    image(
      'images/first_batch',
      `The first ${shown} of ${batch.count} training examples of the first batch, in reading order; ` +
        `${labelsText(batch, shown)}.`,
      examplePictures(batch, shape)
    )
  ]
  if (firstConvolution(model)) {
    const [example] = consecutive(validation, 1)
    const text = `The validation example whose feature maps are shown; ${labelsText(example, 1)}.`
    samples.push(image('feature_maps/input', text, examplePictures(example, shape)))
  }
  return samples
}

/** Of volumes [depth, height, width, channels], the slice in the middle. */
function volumeSamples(shape: readonly number[], batch: Batch): Sample[] {
  const [depth, height, width, channels] = shape
  if (channels !== 1 && channels !== 3) return []
  const slice = height * width * channels
  const middle = Math.floor(depth / 2) * slice
  const shown = Math.min(batch.count, mostTiles)
  const inputs = new Float32Array(shown * slice)
  for (let i = 0; i < shown; i++) {
    const from = i * depth * slice + middle
    inputs.set(batch.inputs.subarray(from, from + slice), i * slice)
  }
  const text =
    `The middle slice of the first ${shown} of ${batch.count} training volumes of the first batch, in reading order; ` +
    `${labelsText(batch, shown)}.`
  const pictures = examplePictures({ ...batch, inputs, count: shown }, [height, width, channels])
  return [image('images/first_batch', text, pictures)]
}

function labelsText({ labels, count }: Batch, shown: number): string {
  const heads = labels.length / count
  if (heads === 0) return 'their targets are numbers'
  const texts = Array.from({ length: shown }, (_, i) => labels.subarray(i * heads, (i + 1) * heads).join('-'))
  return `${shown === 1 ? 'label' : 'labels'} ${texts.join(' ')}`
}

/** Kernels and feature maps of the first convolution; nothing where there is none. */
export async function convolutionSamples(model: Model, validation: Split): Promise<Sample[]> {
  const layer = firstConvolution(model)
  if (!layer) return []
  const { owner, shape, tensor } = layer
  return [
    image(
      `filters/${owner}`,
      `The kernels of ${owner}; 127.5 + 127.5 w / max|w| of this step, so zero is mid-gray.`,
      filterPictures(await readValues(tensor), shape)
    ),
    image(
      `feature_maps/${owner}`,
      `The output of ${owner} for one validation example (feature_maps/input), channel by channel; ` +
        `from the smallest value of this step (black) to the largest (white).`,
      await featureMaps(model, owner, validation)
    )
  ]
}

/** @param names of the classes; by default their numbers */
export function curveSamples(counter: PrCounter, names?: readonly string[]): Sample[] {
  return [...counter.counts()].map(([key, counts]) => {
    const name = key === 'micro' ? key : tagPart(names?.[Number(key)] ?? key)
    const what =
      key === 'micro' ? 'all classes, each against the rest, counted together' : `class ${name} against the rest`
    const description =
      `Evaluated validation examples, ${what}: called positive when the softmax probability is at least ` +
      `the threshold, of which there are ${prThresholds} from 0 to 1.`
    return { kind: 'pr-curve', tag: tagOf.prCurve(name), description, counts }
  })
}

async function featureMaps(
  model: Model,
  path: string,
  validation: Split
): Promise<ReturnType<typeof featureMapPictures>> {
  const [example] = consecutive(validation, 1)
  const held = new HeldActivations(new Set([path]), { activations: true, gradients: false })
  try {
    tf.dispose(tf.tidy(() => model.forward(example.inputs, 1, { tap: held.tap })))
    for (const [, read] of held.activations()) {
      const { shape, values } = await read()
      return featureMapPictures(values, shape.slice(1))
    }
  } finally {
    held.dispose()
  }
  throw new Error(`${path} has shown no output.`)
}

function image(tag: string, description: string, tiles: Parameters<typeof arrange>[0]): Sample {
  return { kind: 'image', tag, description, image: arrange(tiles) }
}
