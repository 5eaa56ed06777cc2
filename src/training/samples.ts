/**
 * What is recorded at some points only, because it is large: pictures of the first convolution and precision-recall
 * curves. A function of model, data and step, so a continued run records what an uninterrupted one would have.
 */
import * as tf from '@tensorflow/tfjs-core'
import { firstConvolution } from '../models/architecture'
import type { Model } from '../models/model'
import { valuesOf } from '../tensor/views'
import { consecutive, type Batch } from './batches'
import { arrange, examplePictures, featureMapPictures, filterPictures, isPicture, maxTiles } from './pictures'
import { type PrCounter, prThresholds } from './pr-counts'
import type { ImageRecord, PrCurveRecord, Split } from './types'

export type Sample =
  | Pick<ImageRecord, 'kind' | 'tag' | 'description' | 'image'>
  | Pick<PrCurveRecord, 'kind' | 'tag' | 'description' | 'counts'>

/** The examples of the first batch, and the one whose feature maps are shown; nothing where the data are no pictures. */
export function firstSamples(model: Model, shape: readonly number[], batch: Batch, validation: Split): Sample[] {
  if (!isPicture(shape)) return []
  const shown = Math.min(batch.count, maxTiles)
  const samples = [
    image(
      'images/first_batch',
      `The first ${shown} of ${batch.count} training examples of the first batch, in reading order; ` +
        `labels ${batch.labels.subarray(0, shown).join(' ')}.`,
      examplePictures(batch, shape)
    )
  ]
  if (firstConvolution(model)) {
    const [example] = consecutive(validation, 1)
    const text = `The validation example whose feature maps are shown; label ${example.labels[0]}.`
    samples.push(image('feature_maps/input', text, examplePictures(example, shape)))
  }
  return samples
}

/** Kernels and feature maps of the first convolution; nothing where there is none. */
export function convolutionSamples(model: Model, validation: Split): Sample[] {
  const layer = firstConvolution(model)
  if (!layer) return []
  const { owner, shape, tensor } = layer
  return [
    image(
      `filters/${owner}`,
      `The kernels of ${owner}; 127.5 + 127.5 w / max|w| of this step, so zero is mid-gray.`,
      filterPictures(valuesOf(tensor), shape)
    ),
    image(
      `feature_maps/${owner}`,
      `The output of ${owner} for one validation example (feature_maps/input), channel by channel; ` +
        `from the smallest value of this step (black) to the largest (white).`,
      featureMaps(model, owner, validation)
    )
  ]
}

export function curveSamples(counter: PrCounter): Sample[] {
  return [...counter.counts()].map(([name, counts]) => {
    const what =
      name === 'micro' ? 'all classes, each against the rest, counted together' : `class ${name} against the rest`
    const description =
      `Evaluated validation examples, ${what}: called positive when the softmax probability is at least ` +
      `the threshold, of which there are ${prThresholds} from 0 to 1.`
    return { kind: 'pr-curve', tag: `pr/${name}`, description, counts }
  })
}

function featureMaps(model: Model, path: string, validation: Split): ReturnType<typeof featureMapPictures> {
  const [example] = consecutive(validation, 1)
  let maps: ReturnType<typeof featureMapPictures> | null = null
  tf.tidy(() => {
    model.forward(example.inputs, 1, (at, activation) => {
      if (at === path) maps = featureMapPictures(valuesOf(activation), activation.shape.slice(1))
    })
  })
  if (!maps) throw new Error(`${path} has shown no output.`)
  return maps
}

function image(tag: string, description: string, tiles: Parameters<typeof arrange>[0]): Sample {
  return { kind: 'image', tag, description, image: arrange(tiles) }
}
