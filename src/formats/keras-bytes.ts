/**
 * What a model takes pictures of bytes as. Where a program divides them by 255 before the model, they are 0 to 1 for it, as
 * they are here; a model that scales them itself takes 0 to 255.
 */
import type { Layer } from './keras-config'

/** What leaves the range of its values as it is. */
const passive: ReadonlySet<Layer['type']> = new Set<Layer['type']>([
  ...(['randomFlip', 'randomShift', 'randomZoom', 'centerCrop', 'crop', 'zeroPad', 'resize', 'upsample'] as const),
  ...(['permute', 'reshape', 'flatten', 'reverse', 'pick', 'repeat'] as const)
])

/** Scales from here down are for 0 to 255: 1 / 255, 1 / 127.5, 1 / standard deviation of such values. */
const smallScale = 0.1

/** The first layer that says what values it is for, and whether these are 0 to 255. */
function scaling(layers: readonly Layer[]): { name: string; isWhole: boolean } | null {
  const plain = new Set(['input'])
  let previous = 'input'
  for (const layer of layers) {
    const isPlain = (layer.inputs ?? [previous]).every((name) => plain.has(name))
    previous = layer.name
    if (!isPlain) continue
    if (layer.type === 'rescale') {
      return { name: layer.name, isWhole: Math.max(...layer.scale.map(Math.abs)) <= smallScale }
    }
    if (layer.type === 'randomContrast' || layer.type === 'randomBrightness') {
      if (layer.range[1] > 1) return { name: layer.name, isWhole: true }
      plain.add(layer.name)
    } else if (passive.has(layer.type)) plain.add(layer.name)
  }
  return null
}

/** For a network that was made of these layers. */
export function byteRange(layers: readonly Layer[]): { byteMaximum?: 255; notes: string[] } {
  const found = scaling(layers)
  if (!found) return { notes: [] }
  if (found.isWhole) {
    const note = `Layer ${found.name} is for values of 0 to 255, so pictures of bytes reach the network as 0 to 255, not as 0 to 1.`
    return { byteMaximum: 255, notes: [note] }
  }
  return { notes: [`Layer ${found.name} is for values as they come; pictures of bytes reach it as 0 to 1.`] }
}
