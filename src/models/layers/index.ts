/** The types of layers that are described each in one place; the others are in `network-shapes.ts` and beside it. */
import type { Layer } from '../../domain/network'
import { arrangementKinds } from './arrangements'
import { attentionKinds } from './attention'
import { augmentationKinds } from './augmentation'
import type { LayerKind } from './kind'
import { mergeKinds } from './merges'
import { noiseKinds } from './noise'
import { scaleKinds } from './scales'
import { sequenceKinds } from './sequences'
import { windowKinds } from './windows'
import type { DescribedLayer } from '../../domain/network-layers'

const kinds = {
  ...arrangementKinds,
  ...attentionKinds,
  ...augmentationKinds,
  ...mergeKinds,
  ...noiseKinds,
  ...scaleKinds,
  ...sequenceKinds,
  ...windowKinds
} satisfies { [T in DescribedLayer['type']]: unknown }

export const describedTypes = Object.keys(kinds) as DescribedLayer['type'][]

/** What a layer's type is made of; null for the types that are not in this folder. */
export function kindOf(layer: Pick<Layer, 'type'>): LayerKind<Layer> | null {
  return Object.hasOwn(kinds, layer.type)
    ? (kinds[layer.type as DescribedLayer['type']] as unknown as LayerKind<Layer>)
    : null
}
