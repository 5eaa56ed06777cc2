/** Encoding and decoding of Event messages: scalars and histograms, in the v1 fields that every reader knows. */
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
      }
    }
    if (scalar !== null) values.push({ kind: 'scalar', tag, value: scalar })
    else if (histogram) values.push({ kind: 'histogram', tag, value: histogram })
  }
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
