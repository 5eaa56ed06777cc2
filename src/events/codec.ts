/**
 * Encoding and decoding of Event messages: scalars and histograms in the v1 fields that every reader knows, and scalars
 * as tensors where single precision would not do.
 */
import { ProtoReader, ProtoWriter } from './protobuf'

export interface HistogramValue {
  min: number
  max: number
  num: number
  sum: number
  sumSquares: number
  /** Right edges; bucket i counts (limit[i-1], limit[i]]. */
  bucketLimits: number[]
  buckets: number[]
}

export type SummaryValue =
  { kind: 'scalar'; tag: string; value: number } | { kind: 'histogram'; tag: string; value: HistogramValue }

export interface DecodedEvent {
  wallTime: number
  step: number | bigint
  fileVersion: string | null
  sessionStart: boolean
  values: SummaryValue[]
}

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

const dataTypes = { float: 1, double: 2 }

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

/** @throws ProtoError when the bytes are no Event. */
export function decodeEvent(data: Uint8Array): DecodedEvent {
  const event: DecodedEvent = { wallTime: 0, step: 0, fileVersion: null, sessionStart: false, values: [] }
  const reader = new ProtoReader(data)
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        event.wallTime = reader.double()
        break
      case 2:
        event.step = reader.int64()
        break
      case 3:
        event.fileVersion = reader.string()
        break
      case 5:
        decodeSummary(reader.message(), event.values)
        break
      case 7: {
        const log = reader.message()
        while (log.next()) if (log.field === 1) event.sessionStart = log.int64() === 1
        break
      }
    }
  }
  return event
}

function decodeSummary(summary: ProtoReader, values: SummaryValue[]): void {
  while (summary.next()) {
    if (summary.field !== 1) continue
    const item = summary.message()
    let tag = ''
    let scalar: number | null = null
    let histogram: HistogramValue | null = null
    while (item.next()) {
      if (item.field === 1) tag = item.string()
      else if (item.field === 2) {
        scalar = item.float()
        histogram = null
      } else if (item.field === 5) {
        histogram = decodeHistogram(item.message())
        scalar = null
      } else if (item.field === 8) {
        scalar = decodeScalarTensor(item.message())
        histogram = null
      }
    }
    if (scalar !== null) values.push({ kind: 'scalar', tag, value: scalar })
    else if (histogram) values.push({ kind: 'histogram', tag, value: histogram })
  }
}

/** The value of a float or double tensor with exactly one element; null for every other tensor. */
function decodeScalarTensor(tensor: ProtoReader): number | null {
  let type = 0
  let elements = 1
  let content: Uint8Array | null = null
  const listed: number[] = []
  while (tensor.next()) {
    switch (tensor.field) {
      case 1:
        type = Number(tensor.int64())
        break
      case 2: {
        const shape = tensor.message()
        while (shape.next()) {
          if (shape.field !== 2) continue
          const dimension = shape.message()
          let size = 0
          while (dimension.next()) if (dimension.field === 1) size = Number(dimension.int64())
          elements *= size
        }
        break
      }
      case 4:
        content = tensor.lengthDelimited()
        break
      case 5:
        tensor.floatsInto(listed)
        break
      case 6:
        tensor.doublesInto(listed)
        break
    }
  }
  const bytes = type === dataTypes.double ? 8 : type === dataTypes.float ? 4 : 0
  if (elements !== 1 || bytes === 0) return null
  if (!content || content.length === 0) return listed.length === 1 ? listed[0] : null
  if (content.length !== bytes) return null
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  return bytes === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true)
}

function decodeHistogram(proto: ProtoReader): HistogramValue {
  const value: HistogramValue = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, bucketLimits: [], buckets: [] }
  while (proto.next()) {
    switch (proto.field) {
      case 1:
        value.min = proto.double()
        break
      case 2:
        value.max = proto.double()
        break
      case 3:
        value.num = proto.double()
        break
      case 4:
        value.sum = proto.double()
        break
      case 5:
        value.sumSquares = proto.double()
        break
      case 6:
        proto.doublesInto(value.bucketLimits)
        break
      case 7:
        proto.doublesInto(value.buckets)
        break
    }
  }
  return value
}
