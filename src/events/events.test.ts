import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { activationEdges, toHistogramValue } from './activation-histogram'
import {
  crc32c,
  decodeHistogramValue,
  DoubleEncoder,
  encodeFileVersion,
  encodeHistogram,
  encodeScalars,
  encodeSessionStart,
  frameRecord,
  maskedCrc32c,
  readRecord,
  RunLog
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

/** A log of whole events in one file. */
function logOf(...events: Uint8Array[]): RunLog {
  const log = new RunLog()
  log.feed(log.file('f'), concat(...events.map(frameRecord)))
  return log
}

/** [step, value] of a tag. */
function pointsOf(log: RunLog, tag: string, attempts: 'latest' | 'all' = 'latest'): [number | bigint, number][] {
  const view = log.scalars(tag)?.view(attempts)
  return Array.from({ length: view?.length ?? 0 }, (_, i) => [view!.exactStep(i), view!.values[i]])
}

describe('events', () => {
  it('keep doubles to the last bit, with the metadata at the first value of a tag only', () => {
    const encoder = new DoubleEncoder()
    const tags = ['loss/train', 'größe', 'x'.repeat(200)]
    const values = [0.1, Number.MIN_VALUE, -Number.MAX_VALUE, -0, Math.PI, Number.NaN, Infinity, -Infinity, 1 / 3]
    const events = values.map((value, step) =>
      encoder.encode(
        1,
        step,
        tags.map((tag, i) => [tag, value * (i + 1)] as const)
      )
    )
    const log = logOf(...events)
    tags.forEach((tag, i) => expect(pointsOf(log, tag)).toEqual(values.map((value, step) => [step, value * (i + 1)])))
    expect(new Set(events.slice(2).map((event) => event.length)).size).toBe(1)
    expect(events[0].length).toBeGreaterThan(events[2].length)
  })

  it('read scalar tensors as TensorBoard writes them, and take no other tensor for a scalar', () => {
    const tensor = (write: (item: ProtoWriter) => void): number | null => {
      const event = new ProtoWriter().message(5, (summary) =>
        summary.message(1, (item) => item.string(1, 'a').message(8, write))
      )
      const log = logOf(event.finish())
      expect(log.problems).toEqual([])
      expect(log.series()).toHaveLength(1)
      return pointsOf(log, 'a')[0]?.[1] ?? null
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
    const log = logOf(
      encodeFileVersion(1),
      encodeScalars(12.5, -3, { first: 1 }),
      encodeScalars(12.5, 2 ** 40, { 'loss/train': 0.5, bad: Number.NaN, up: Infinity })
    )
    expect(log.fileVersion).toBe('brain.Event:2')
    expect(pointsOf(log, 'first')).toEqual([[-3, 1]])
    expect(pointsOf(log, 'loss/train')).toEqual([[2 ** 40, 0.5]])
    expect(pointsOf(log, 'bad')).toEqual([[2 ** 40, Number.NaN]])
    expect(pointsOf(log, 'up')).toEqual([[2 ** 40, Infinity]])
    expect(log.startTime).toBe(1)
  })

  it('keep steps beyond 2^53 apart that a number cannot', () => {
    const steps = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 63n - 1n]
    const log = logOf(
      ...steps.map((step, i) =>
        new ProtoWriter()
          .double(1, i)
          .int64(2, step)
          .message(5, (summary) => summary.message(1, (item) => item.string(1, 'a').float(2, i)))
          .finish()
      )
    )
    expect(pointsOf(log, 'a').map(([step]) => BigInt(step))).toEqual(steps)
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
    const event = frameRecord(encodeHistogram(9, 3, 'activations/fc1', value))
    const log = new RunLog()
    log.feed(log.file('f'), event)
    const place = log.find('activations/fc1', 'histograms')!.places!.place(0)
    expect(decodeHistogramValue(event.subarray(place.offset, place.offset + place.length))).toEqual(value)
    expect(activationEdges(Float64Array.from(value.bucketLimits))).toEqual(Float64Array.of(-1, -0.5, 0, 0.5, 1))
  })
})

describe('protobuf rules', () => {
  const summary = (event: ProtoWriter, tag: string, value: number): ProtoWriter =>
    event.message(5, (proto) => proto.message(1, (item) => item.string(1, tag).float(2, value)))

  it('the last member of an event counts, and several summaries are one', () => {
    const dropped = summary(new ProtoWriter().int64(2, 1), 'a', 1).string(3, 'brain.Event:2').finish()
    const joined = summary(summary(new ProtoWriter().int64(2, 2), 'a', 2), 'b', 3).finish()
    const log = logOf(dropped, joined)
    expect(log.fileVersion).toBe('brain.Event:2')
    expect(pointsOf(log, 'a')).toEqual([[2, 2]])
    expect(pointsOf(log, 'b')).toEqual([[2, 3]])
  })

  it('the last form of a value counts, and a value of none is none', () => {
    const two = new ProtoWriter().message(5, (proto) =>
      proto
        .message(1, (item) => item.string(1, 'a').lengthDelimited(5, new Uint8Array(0)).float(2, 7))
        .message(1, (item) => item.string(1, 'b'))
    )
    // What an earlier event had at the same place is forgotten.
    const before = encodeScalars(0, 0, { c: 1, d: 1 })
    const log = logOf(before, two.finish(), summary(new ProtoWriter().int64(2, 1), 'b', 1).finish())
    expect(log.series().map(({ tag, kind }) => `${kind} ${tag}`)).toEqual(
      ['c', 'd', 'a', 'b'].map((tag) => `scalars ${tag}`)
    )
    expect(pointsOf(log, 'b')).toEqual([[1, 1]])
  })

  it('the list of a tensor counts where its content is empty', () => {
    const event = new ProtoWriter().message(5, (proto) =>
      proto.message(1, (item) =>
        item
          .string(1, 'a')
          .message(8, (tensor) => tensor.int64(1, 1).lengthDelimited(4, new Uint8Array(0)).float(5, 0.5))
      )
    )
    expect(pointsOf(logOf(event.finish()), 'a')).toEqual([[0, 0.5]])
  })

  it('tags that are recorded together share their times, also when those are no numbers', () => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`tag ${i}`, i]))
    const events = (wall: number) => Array.from({ length: 500 }, (_, step) => encodeScalars(wall, step, tags))
    expect(logOf(...events(Number.NaN)).bytes).toBe(logOf(...events(1)).bytes)
    // 50 columns of values, one of steps, one of times.
    expect(logOf(...events(1)).bytes).toBeLessThan(53 * 512 * 8 + 50 * 200)
  })
})

describe('RunLog', () => {
  it('reads a growing file in odd pieces, each point once', () => {
    const file = concat(
      frameRecord(encodeFileVersion(1)),
      ...Array.from({ length: 50 }, (_, i) => scalars(i, { a: i }))
    )
    for (const chunk of [1, 3, 17, 64]) {
      const log = new RunLog()
      const at = log.file('f')
      for (let end = chunk; ; end = Math.min(file.length, end + chunk)) {
        log.feed(at, file.subarray(log.files[at].offset, end))
        if (end === file.length) break
      }
      expect(pointsOf(log, 'a')).toHaveLength(50)
      expect(log.problems).toEqual([])
    }
  })

  it('shows the latest attempt after a restart, and all of them as pieces', () => {
    const log = new RunLog()
    log.feed(log.file('1'), concat(...[0, 1, 2, 3, 4].map((s) => scalars(s, { a: s, b: s }))))
    log.feed(log.file('2'), concat(frameRecord(encodeSessionStart(0, 3)), scalars(3, { a: 30 })))
    expect(pointsOf(log, 'a').map(([, value]) => value)).toEqual([0, 1, 2, 30])
    expect(pointsOf(log, 'b')).toHaveLength(5)
    expect(pointsOf(log, 'a', 'all').map(([, value]) => value)).toEqual([0, 1, 2, 3, 4, 30])
    expect(log.scalars('a')!.view('all').starts).toEqual([0, 5])
  })

  it('keeps each tag its own points although tags share their times: against arrays per tag, with restarts', () => {
    const rng = new Rng(4)
    for (let trial = 0; trial < 20; trial++) {
      const log = new RunLog()
      const file = log.file('f')
      const latest = new Map<string, { step: number; wall: number; value: number }[]>()
      const all = new Map<string, number[]>()
      const tags = ['a', 'b', 'c', 'd'].slice(0, 1 + rng.integer(4))
      let step = 0
      for (let n = 0; n < 300; n++) {
        step = rng.uniform() < 0.03 ? rng.integer(step + 1) : step + 1 + rng.integer(2)
        const wall = 1000 + n
        const now = tags.filter(() => rng.uniform() < 0.8)
        const values = Object.fromEntries(now.map((tag) => [tag, Math.fround(rng.normal())]))
        for (const [tag, value] of Object.entries(values)) {
          latest.set(tag, [...(latest.get(tag) ?? []).filter((point) => point.step < step), { step, wall, value }])
          all.set(tag, [...(all.get(tag) ?? []), value])
        }
        log.feed(file, frameRecord(encodeScalars(wall, step, values)))
      }
      for (const [tag, points] of latest) {
        const view = log.scalars(tag)!.view('latest')
        expect([...view.steps]).toEqual(points.map((point) => point.step))
        expect([...view.wallTimes]).toEqual(points.map((point) => point.wall))
        expect([...view.values]).toEqual(points.map((point) => point.value))
        expect([...log.scalars(tag)!.view('all').values]).toEqual(all.get(tag))
      }
    }
  })

  it('skips one damaged record and reports it; a damaged length ends the file', () => {
    const parts = [0, 1, 2].map((s) => scalars(s, { a: s }))
    parts[1][20] ^= 255
    const log = new RunLog()
    log.feed(log.file('f'), concat(...parts))
    expect(pointsOf(log, 'a')).toHaveLength(2)
    expect(log.problems).toHaveLength(1)
    parts[1] = scalars(1, { a: 1 })
    parts[1][0] ^= 255
    const other = new RunLog()
    other.feed(other.file('f'), concat(...parts))
    expect(pointsOf(other, 'a')).toHaveLength(1)
    expect(other.problems[0]).toContain('the rest of the file is not read')
  })

  it('waits with a damaged record at the end until the next header tells whether its length was right', () => {
    const parts = [0, 1, 2].map((s) => scalars(s, { a: s }))
    parts[1][20] ^= 255
    const whole = concat(...parts)
    const log = new RunLog()
    const file = log.file('f')
    const cut = parts[0].length + parts[1].length + 11
    log.feed(file, whole.subarray(0, cut))
    expect(log.problems).toEqual([])
    expect(log.files[file].offset).toBe(parts[0].length)
    log.feed(file, whole.subarray(log.files[file].offset))
    expect(pointsOf(log, 'a')).toHaveLength(2)
    expect(log.problems).toHaveLength(1)
  })

  it('keeps only whole events: one that cannot be read leaves no point of it', () => {
    const cut = new ProtoWriter()
      .message(5, (summary) =>
        summary
          .message(1, (item) => item.string(1, 'a').float(2, 1))
          .lengthDelimited(1, Uint8Array.of(0x0a, 0x7f, 0x61))
      )
      .finish()
    const log = logOf(cut, encodeScalars(1, 1, { b: 2 }))
    expect(pointsOf(log, 'a')).toEqual([])
    expect(pointsOf(log, 'b')).toEqual([[1, 2]])
    expect(log.problems[0]).toMatch(/the record at byte 0 is no event .* was skipped/)
  })
})
