/** Decoding of Event messages. */
import { ProtoReader } from './protobuf'

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

const dataTypes = { float: 1, double: 2 }

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
