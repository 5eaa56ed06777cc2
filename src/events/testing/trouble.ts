/** Files that were trouble for a reader once, ours or another's, each with what is wrong in it. */
import { frameRecord } from '../framing'
import { ProtoWriter } from '../protobuf'

const value = (write: (item: ProtoWriter) => void): Uint8Array =>
  frameRecord(new ProtoWriter().message(5, (summary) => summary.message(1, write)).finish())

const tensor = (write: (proto: ProtoWriter) => void): Uint8Array =>
  value((item) => item.string(1, 'a').message(8, write))

const sizes = (proto: ProtoWriter, ...dimensions: number[]): ProtoWriter =>
  proto.message(2, (shape) => dimensions.forEach((size) => shape.message(2, (dimension) => dimension.int64(1, size))))

export const trouble: Record<string, () => Uint8Array[]> = {
  'one element that stands for 10^18': () => [
    tensor((proto) => sizes(proto.int64(1, 1), 1e9, 1e9).packedDoubles(6, [1])),
    tensor((proto) => sizes(proto.int64(1, 7), 1e9, 1e9).string(8, 'x'))
  ],
  'a shape whose product is no number any more': () => [
    tensor((proto) => sizes(proto.int64(1, 2), ...new Array<number>(60).fill(2 ** 53)).packedDoubles(6, [1, 2]))
  ],
  'groups in groups, ten thousand deep': () => [frameRecord(new Uint8Array(10_000).fill((15 << 3) | 3))],
  'a table of text with more rows than text': () => [
    tensor((proto) => sizes(proto.int64(1, 7), 5e8, 1).string(8, 'x'))
  ],
  'wall times that are not numbers, each of them another clock': () => {
    const point = (i: number, tag: string): Uint8Array =>
      frameRecord(
        new ProtoWriter()
          .double(1, Number.NaN)
          .int64(2, i)
          .message(5, (summary) => summary.message(1, (item) => item.string(1, tag).float(2, i)))
          .finish()
      )
    return Array.from({ length: 4000 }, (_, i) => point(i >> 1, i % 2 === 0 ? 'a' : 'b'))
  },
  'two tags that never share a time': () =>
    Array.from({ length: 8000 }, (_, i) =>
      frameRecord(
        new ProtoWriter()
          .double(1, i)
          .int64(2, i)
          .message(5, (summary) => summary.message(1, (item) => item.string(1, i % 2 === 0 ? 'a' : 'b').float(2, i)))
          .finish()
      )
    ),
  'steps that only go down': () =>
    Array.from({ length: 8000 }, (_, i) =>
      frameRecord(
        new ProtoWriter()
          .int64(2, 8000 - i)
          .message(5, (summary) => summary.message(1, (item) => item.string(1, 'a').float(2, i)))
          .finish()
      )
    )
}
