/**
 * Encoding of Event messages: scalars and histograms in the v1 fields that every reader knows, and scalars as tensors
 * where single precision would not do. The other kinds have files of their own.
 */
import type { HistogramValue } from './histogram'
import { ProtoWriter } from './protobuf'

export { encodeGraph, moduleGraphNodes, type GraphAttribute, type GraphDefNode } from './encode-graph'
export { encodeHParams, encodeSessionEnd, type HParamValue, type SessionStatus } from './encode-hparams'
export { encodeAudio, encodeImage, encodeImages, encodeText, type EncodedImage } from './encode-media'
export { encodePrCurve, type PrCounts } from './encode-pr-curve'
export type { TagMetadata } from './encode-value'
export type { HistogramValue }

export function encodeFileVersion(wallTime: number): Uint8Array {
  return new ProtoWriter()
    .double(1, wallTime)
    .string(3, 'brain.Event:2')
    .message(10, (metadata) => metadata.string(1, 'phasescope'))
    .finish()
}

/** SessionLog START at a step: readers that follow TensorFlow's rule drop earlier points from this step on. */
export function encodeSessionStart(wallTime: number, step: number): Uint8Array {
  return new ProtoWriter()
    .double(1, wallTime)
    .int64(2, step)
    .message(7, (log) => log.int64(1, 1))
    .finish()
}

export function encodeScalars(wallTime: number, step: number, values: Record<string, number>): Uint8Array {
  return new ProtoWriter()
    .double(1, wallTime)
    .int64(2, step)
    .message(5, (summary) => {
      for (const [tag, value] of Object.entries(values)) {
        summary.message(1, (item) => item.string(1, tag).float(2, value))
      }
    })
    .finish()
}

const dataTypes = { double: 2 }

/**
 * Scalars in double precision, as rank-0 tensors of the plugin `scalars`. One encoder per file: readers take what a tag
 * is from its first value, so the metadata is written once per tag.
 */
export class DoubleEncoder {
  private readonly items = new Map<string, { bytes: Uint8Array; view: DataView }>()

  encode(wallTime: number, step: number, values: Iterable<readonly [tag: string, value: number]>): Uint8Array {
    return new ProtoWriter()
      .double(1, wallTime)
      .int64(2, step)
      .message(5, (summary) => {
        for (const [tag, value] of values) summary.lengthDelimited(1, this.item(tag, value))
      })
      .finish()
  }

  /** All values of a tag but the first are the same bytes up to the last eight, which are the double itself. */
  private item(tag: string, value: number): Uint8Array {
    const known = this.items.get(tag)
    if (!known) {
      const bytes = doubleItem(tag, 0, false)
      this.items.set(tag, { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) })
      return doubleItem(tag, value, true)
    }
    known.view.setFloat64(known.bytes.length - 8, value, true)
    return known.bytes
  }
}

function doubleItem(tag: string, value: number, withMetadata: boolean): Uint8Array {
  const item = new ProtoWriter().string(1, tag)
  if (withMetadata) {
    item.message(9, (metadata) => metadata.message(1, (plugin) => plugin.string(1, 'scalars')).int64(4, 1))
  }
  return item
    .message(8, (tensor) =>
      tensor
        .int64(1, dataTypes.double)
        .message(2, () => undefined)
        .packedDoubles(6, [value])
    )
    .finish()
}

export function encodeHistogram(wallTime: number, step: number, tag: string, histogram: HistogramValue): Uint8Array {
  return new ProtoWriter()
    .double(1, wallTime)
    .int64(2, step)
    .message(5, (summary) =>
      summary.message(1, (item) =>
        item
          .string(1, tag)
          .message(5, (proto) =>
            proto
              .double(1, histogram.min)
              .double(2, histogram.max)
              .double(3, histogram.num)
              .double(4, histogram.sum)
              .double(5, histogram.sumSquares)
              .packedDoubles(6, histogram.bucketLimits)
              .packedDoubles(7, histogram.buckets)
          )
      )
    )
    .finish()
}
