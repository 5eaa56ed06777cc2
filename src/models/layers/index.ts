/** The types of layers that are described each in one place; the others are in `network-shapes.ts` and beside it. */
import type { Layer } from '../network'
import { arrangementKinds, type ArrangementLayer } from './arrangements'
import { attentionKinds, type AttentionLayer } from './attention'
import { augmentationKinds, type AugmentationLayer } from './augmentation'
import type { LayerKind } from './kind'
import { mergeKinds, type MergeLayer } from './merges'
import { noiseKinds, type NoiseLayer } from './noise'
import { scaleKinds, type ScaleLayer } from './scales'
import { sequenceKinds, type SequenceLayer } from './sequences'
import { windowKinds, type WindowLayer } from './windows'

export type DescribedLayer =
  | ArrangementLayer
  | AttentionLayer
  | AugmentationLayer
  | MergeLayer
  | NoiseLayer
  | ScaleLayer
  | SequenceLayer
  | WindowLayer

const kinds = {
  ...{ ...arrangementKinds, ...attentionKinds, ...augmentationKinds, ...mergeKinds },
  ...{ ...noiseKinds, ...scaleKinds, ...sequenceKinds, ...windowKinds }
} satisfies { [T in DescribedLayer['type']]: unknown }

export const describedTypes = Object.keys(kinds) as DescribedLayer['type'][]

/** What a layer's type is made of; null for the types that are not in this folder. */
export function kindOf(layer: Pick<Layer, 'type'>): LayerKind<Layer> | null {
  return Object.hasOwn(kinds, layer.type)
    ? (kinds[layer.type as DescribedLayer['type']] as unknown as LayerKind<Layer>)
    : null
}
