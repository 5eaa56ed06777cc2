/** Layers of Keras that pad, crop, repeat and turn. */
import {
  checkOff,
  only,
  refused,
  reshaped,
  textOf,
  whole,
  type KerasLayer,
  type Part,
  type Reader
} from './keras-config'

type Edges = [number, number][]

/** 2, [1, 2] or [[1, 2], [3, 4]]: the same on all sides, the same before and after, or each by itself. */
function edges(layer: KerasLayer, key: string, dimensions: number): Edges {
  const value = layer.config[key]
  const isCount = (size: unknown): size is number => Number.isInteger(size) && (size as number) >= 0
  const pair = (side: unknown): [number, number] | null => {
    if (isCount(side)) return [side, side]
    return Array.isArray(side) && side.length === 2 && side.every(isCount) ? [side[0], side[1]] : null
  }
  const sides: unknown[] =
    dimensions === 1 && Array.isArray(value) && value.length === 2
      ? [value]
      : Array.isArray(value)
        ? value
        : new Array<unknown>(dimensions).fill(value)
  const all = sides.map(pair)
  if (all.length === dimensions && all.every((side) => side !== null)) return all
  throw refused(layer, `has no usable "${key}"`)
}

const padded =
  (type: 'zeroPad' | 'crop', key: string, dimensions: number): Reader =>
  (layer) =>
    only({ type, edges: edges(layer, key, dimensions) })

function upsampled(layer: KerasLayer, dimensions: number): Part {
  const { size, interpolation } = layer.config
  const scale = Array.isArray(size) ? size : new Array<unknown>(dimensions).fill(size ?? 2)
  if (scale.length !== dimensions || !scale.every((factor) => Number.isInteger(factor) && (factor as number) > 0)) {
    throw refused(layer, 'has no usable "size"')
  }
  if (interpolation != null && interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw refused(layer, `has interpolation=${textOf(interpolation)}. "nearest" and "bilinear" are read`)
  }
  return { type: 'upsample', scale: scale as number[], ...(interpolation === 'bilinear' ? { bilinear: true } : {}) }
}

export const arrangements: Record<string, Reader> = {
  ZeroPadding1D: padded('zeroPad', 'padding', 1),
  ZeroPadding2D: padded('zeroPad', 'padding', 2),
  ZeroPadding3D: padded('zeroPad', 'padding', 3),
  Cropping1D: padded('crop', 'cropping', 1),
  Cropping2D: padded('crop', 'cropping', 2),
  Cropping3D: padded('crop', 'cropping', 3),
  UpSampling1D: (layer) => only(upsampled(layer, 1)),
  UpSampling2D: (layer) => only(upsampled(layer, 2)),
  UpSampling3D: (layer) => only(upsampled(layer, 3)),
  Permute: (layer, rank) => {
    const { dims } = layer.config
    const order = Array.isArray(dims) ? dims.map((axis) => Number(axis) - 1) : []
    if ([...order].sort((a, b) => a - b).join() !== order.map((_, i) => i).join() || order.length !== rank) {
      throw refused(layer, `has dims=${textOf(dims)}; it names each of ${rank} dimensions once, from 1`)
    }
    return only({ type: 'permute', order })
  },
  RepeatVector: (layer) => reshaped({ type: 'repeat', times: whole(layer, 'n') }, 2),
  CenterCrop: (layer) => only({ type: 'centerCrop', size: [whole(layer, 'height'), whole(layer, 'width')] }),
  Resizing: (layer) => {
    checkOff(layer, 'crop_to_aspect_ratio', 'Leave it out.')
    checkOff(layer, 'pad_to_aspect_ratio', 'Leave it out.')
    checkOff(layer, 'antialias', 'Leave it out.')
    const { interpolation, fill_mode: _fill, fill_value: _value } = layer.config
    if (interpolation != null && interpolation !== 'bilinear') {
      throw refused(layer, `has interpolation=${textOf(interpolation)}. "bilinear" is read`)
    }
    return only({ type: 'resize', size: [whole(layer, 'height'), whole(layer, 'width')] })
  }
}
