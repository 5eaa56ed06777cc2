import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { goldenBytes, goldenJson } from '../testing/golden'
import { activationEdges, toHistogramValue } from './activation-histogram'
import {
  crc32c,
  decodeEvent,
  DoubleEncoder,
  encodeFileVersion,
  encodeHistogram,
  encodeScalars,
  encodeSessionStart,
  frameRecord,
  maskedCrc32c,
  readRecord,
  RunColumns
} from './index'
import { ProtoWriter } from './protobuf'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))
const scalars = (step: number, values: Record<string, number>): Uint8Array =>
  frameRecord(encodeScalars(1000 + step, step, values))

describe('checksums', () => {
  it('match the published vectors', () => {
    expect(crc32c(text('123456789'))).toBe(0xe3069283)
    expect(maskedCrc32c(text('123456789'))).toBe(0xc78ab0e5)
    expect(maskedCrc32c(new Uint8Array(0))).toBe(0xa282ead8)
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(maskedCrc32c(text('\x1a\x11CRC test, one two'))).toBe(0x5794d08a)
  })
})

describe('records', () => {
  it('treat every cut as "not yet"', () => {
    const framed = scalars(1, { a: 1 })
    for (let cut = 0; cut < framed.length; cut++) {
      expect(readRecord(framed.subarray(0, cut), 0).kind).toBe('truncated')
    }
    expect(readRecord(framed, 0).kind).toBe('record')
  })

  it('tell a bad length from bad data', () => {
    const framed = scalars(1, { a: 1 })
    const badLength = framed.slice()
    badLength[0] ^= 1
    expect(readRecord(badLength, 0).kind).toBe('bad-length')
    const badData = framed.slice()
    badData[14] ^= 1
    expect(readRecord(badData, 0).kind).toBe('bad-data')
  })
})

describe('events', () => {
  it('keep doubles to the last bit, with the metadata at the first value of a tag only', () => {
    const encoder = new DoubleEncoder()
    const tags = ['loss/train', 'größe', 'x'.repeat(200)]
    const values = [0.1, Number.MIN_VALUE, -Number.MAX_VALUE, -0, Math.PI, Number.NaN, Infinity, -Infinity, 1 / 3]
    const sizes = values.map((value, step) => {
      const bytes = encoder.encode(
        1,
        step,
        tags.map((tag, i) => [tag, value * (i + 1)] as const)
      )
      expect(decodeEvent(bytes)).toMatchObject({
        step,
        values: tags.map((tag, i) => ({ kind: 'scalar', tag, value: value * (i + 1) }))
      })
      return bytes.length
    })
    expect(new Set(sizes.slice(2)).size).toBe(1)
    expect(sizes[0]).toBeGreaterThan(sizes[2])
  })

  it('read scalar tensors as TensorBoard writes them, and take no other tensor for a scalar', () => {
    const tensor = (write: (item: ProtoWriter) => void): number | null => {
      const event = new ProtoWriter().message(5, (summary) =>
        summary.message(1, (item) => item.string(1, 'a').message(8, write))
      )
      const [value] = decodeEvent(event.finish()).values
      return value?.kind === 'scalar' ? value.value : null
    }
    const float = new Uint8Array(Float32Array.of(0.1).buffer)
    const double = new Uint8Array(Float64Array.of(0.1).buffer)
    const shape = (...sizes: number[]) => {
      return (proto: ProtoWriter) => sizes.forEach((size) => proto.message(2, (dimension) => dimension.int64(1, size)))
    }
    expect(tensor((item) => item.int64(1, 1).float(5, 0.1))).toBe(Math.fround(0.1))
    expect(tensor((item) => item.int64(1, 1).lengthDelimited(5, float))).toBe(Math.fround(0.1))
    expect(tensor((item) => item.int64(1, 1).message(2, shape()).lengthDelimited(4, float))).toBe(Math.fround(0.1))
    expect(tensor((item) => item.int64(1, 2).message(2, shape(1)).lengthDelimited(4, double))).toBe(0.1)
    expect(tensor((item) => item.int64(1, 2).double(6, 0.1))).toBe(0.1)
    expect(tensor((item) => item.int64(1, 2).message(2, shape(2)).packedDoubles(6, [1, 2]))).toBeNull()
    expect(tensor((item) => item.int64(1, 2).message(2, shape(0, 3)))).toBeNull()
    expect(tensor((item) => item.int64(1, 2).lengthDelimited(4, float))).toBeNull()
    expect(tensor((item) => item.int64(1, 7).string(8, 'words'))).toBeNull()
  })

  it('keep scalars, steps and non-finite values', () => {
    const event = decodeEvent(encodeScalars(12.5, 2 ** 40, { 'loss/train': 0.5, bad: Number.NaN, up: Infinity }))
    expect(event.step).toBe(2 ** 40)
    expect(event.wallTime).toBe(12.5)
    expect(event.values).toEqual([
      { kind: 'scalar', tag: 'loss/train', value: 0.5 },
      { kind: 'scalar', tag: 'bad', value: Number.NaN },
      { kind: 'scalar', tag: 'up', value: Infinity }
    ])
    expect(decodeEvent(encodeScalars(0, -3, {})).step).toBe(-3)
    expect(decodeEvent(encodeFileVersion(1)).fileVersion).toBe('brain.Event:2')
    expect(decodeEvent(encodeSessionStart(1, 7)).sessionStart).toBe(true)
  })

  it('keep an activation histogram with its out-of-range counts', () => {
    const value = toHistogramValue({
      kind: 'histogram',
      step: 3,
      epoch: 1,
      wallTimeSeconds: 9,
      tag: 'activations/fc1',
      min: -1,
      max: 1,
      counts: Float64Array.of(5, 1, 2, 3, 4, 6),
      lowest: -9,
      highest: 8,
      num: 21,
      sum: 2,
      sumSquares: 50,
      zeros: 1,
      nonFinite: 0
    })
    const [read] = decodeEvent(encodeHistogram(9, 3, 'activations/fc1', value)).values
    expect(read).toEqual({ kind: 'histogram', tag: 'activations/fc1', value })
    expect(activationEdges(Float64Array.from(value.bucketLimits))).toEqual(Float64Array.of(-1, -0.5, 0, 0.5, 1))
  })
})

describe('RunColumns', () => {
  it('reads a growing file in odd pieces, each point once', () => {
    const file = concat(
      frameRecord(encodeFileVersion(1)),
      ...Array.from({ length: 50 }, (_, i) => scalars(i, { a: i }))
    )
    for (const chunk of [1, 3, 17, 64]) {
      const run = new RunColumns()
      for (let end = chunk; ; end = Math.min(file.length, end + chunk)) {
        run.feed('f', file.subarray(run.consumed('f'), end))
        if (end === file.length) break
      }
      expect(run.scalars.get('a')?.length).toBe(50)
      expect(run.problems).toEqual([])
    }
  })

  it('shows the latest attempt after a restart', () => {
    const run = new RunColumns()
    run.feed(
      '1',
      concat(frameRecord(encodeSessionStart(0, 0)), ...[0, 1, 2, 3, 4].map((s) => scalars(s, { a: s, b: s })))
    )
    run.feed('2', concat(frameRecord(encodeSessionStart(0, 3)), scalars(3, { a: 30 })))
    const a = run.scalars.get('a')!
    expect([...a.values.subarray(0, a.length)]).toEqual([0, 1, 2, 30])
    expect(run.scalars.get('b')!.length).toBe(3)
  })

  it('keeps each tag its own points although tags share their times: against arrays per tag, with restarts', () => {
    const rng = new Rng(4)
    for (let trial = 0; trial < 20; trial++) {
      const columns = new RunColumns()
      const expected = new Map<string, { step: number; wall: number; value: number }[]>()
      const tags = ['a', 'b', 'c', 'd'].slice(0, 1 + rng.integer(4))
      let step = 0
      for (let n = 0; n < 300; n++) {
        step = rng.uniform() < 0.03 ? rng.integer(step + 1) : step + 1 + rng.integer(2)
        const wall = 1000 + n
        const now = tags.filter(() => rng.uniform() < 0.8)
        const values = Object.fromEntries(now.map((tag) => [tag, Math.fround(rng.normal())]))
        for (const [tag, value] of Object.entries(values))
          expected.set(tag, [...(expected.get(tag) ?? []).filter((point) => point.step < step), { step, wall, value }])
        columns.feed(`file${trial}`, frameRecord(encodeScalars(wall, step, values)))
      }
      for (const [tag, points] of expected) {
        const { steps, wallTimes, values, length } = columns.scalars.get(tag)!
        expect([...steps.subarray(0, length)]).toEqual(points.map((point) => point.step))
        expect([...wallTimes.subarray(0, length)]).toEqual(points.map((point) => point.wall))
        expect([...values.subarray(0, length)]).toEqual(points.map((point) => point.value))
      }
    }
  })

  it('skips one damaged record and reports it; a damaged length ends the file', () => {
    const parts = [0, 1, 2].map((s) => scalars(s, { a: s }))
    parts[1][20] ^= 255
    const run = new RunColumns()
    run.feed('f', concat(...parts))
    expect(run.scalars.get('a')!.length).toBe(2)
    expect(run.problems).toHaveLength(1)
    parts[1] = scalars(1, { a: 1 })
    parts[1][0] ^= 255
    const other = new RunColumns()
    other.feed('f', concat(...parts))
    expect(other.scalars.get('a')!.length).toBe(1)
    expect(other.problems[0]).toContain('the rest of the file is not read')
  })

  it('reads the points that the TensorBoard writer wrote', () => {
    const run = new RunColumns()
    run.feed('good', goldenBytes('events/events.out.tfevents.1700000000.testhost.4242.0'))
    expect(run.problems).toEqual([])
    const raw = goldenJson<{ tags: { loss: { points: number[][] } } }>('events/corrupt__good.raw.json')
    const { points } = raw.tags.loss
    const loss = run.scalars.get('loss')!
    expect(points.length).toBeGreaterThan(0)
    expect([...loss.steps.subarray(0, loss.length)]).toEqual(points.map((point) => point[3]))
    expect([...loss.values.subarray(0, loss.length)]).toEqual(points.map((point) => point[4]))
    expect([...loss.wallTimes.subarray(0, loss.length)]).toEqual(points.map((point) => point[2]))
  })
})
