/** Files of kilobytes that ask for gigabytes: each is refused in a sentence, before the memory is taken. */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesSource } from './byte-source'
import { crc32, zipOf } from './testing/archives'
import { readIdxNumbers, idxBytes } from './idx'
import { gunzip } from './inflate'
import { readNpz } from './npz'
import { npzTensors } from './npz-tensors'
import { decodePicture } from './pictures'
import { torchTensors } from './torch-checkpoint'
import { mostObjects } from './torch-pickle'

const mega = 1024 * 1024

/** Bytes of resident memory that the work took at its end, and what it threw. */
async function cost(work: () => Promise<unknown>): Promise<{ error: Error; bytes: number }> {
  const before = process.memoryUsage()
  let highest = before.rss
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 5)
  try {
    await work()
    throw new Error('it was read')
  } catch (error) {
    return { error: error as Error, bytes: Math.max(highest, process.memoryUsage().rss) - before.rss }
  } finally {
    clearInterval(watch)
  }
}

function idxHeader(...shape: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt32BE(0x800 + shape.length)
  shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis))
  return header
}

describe('gzip', () => {
  it('gives what its header declares', async () => {
    const file = Buffer.concat([idxHeader(3, 2), Buffer.from([1, 2, 3, 4, 5, 6])])
    const packed = new Uint8Array(gzipSync(file))
    const { values } = readIdxNumbers(await gunzip(packed, 'x.gz', idxBytes), 'x')
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6])
    // Of two members, as `cat a.gz b.gz` makes it, the last tells only its own size.
    const two = new Uint8Array(Buffer.concat([gzipSync(file.subarray(0, 15)), gzipSync(file.subarray(15))]))
    expect([...(await gunzip(two, 'x.gz', idxBytes))]).toEqual([...file])
  })

  it('that goes on after what it declares ends there', async () => {
    const packed = new Uint8Array(gzipSync(Buffer.concat([idxHeader(10), Buffer.alloc(200 * mega)])))
    const { error, bytes } = await cost(() => gunzip(packed, 'x.gz', idxBytes))
    expect(error.message).toBe('x.gz goes on after the 0 kB that its beginning declares. Save or copy it again.')
    expect(bytes).toBeLessThan(64 * mega)
  })

  it('that declares what is not plausible is not unpacked', async () => {
    const packed = new Uint8Array(gzipSync(Buffer.concat([idxHeader(600, 1000, 1000), Buffer.alloc(300 * mega)])))
    const { error, bytes } = await cost(() => gunzip(packed, 'x.gz', idxBytes))
    expect(error.message).toMatch(
      /^x\.gz unpacks to more than 268 MB, from [\d.]+ kB, which is not plausible\. If it is right, unpack it with gunzip/
    )
    expect(bytes).toBeLessThan(64 * mega)
  })

  it('that declares nothing ends at the limit', async () => {
    const packed = new Uint8Array(gzipSync(Buffer.alloc(300 * mega)))
    await expect(gunzip(packed, 'x.gz')).rejects.toThrow(/^x\.gz unpacks to more than 268 MB/)
  })
})

describe('zip archives', () => {
  it('with an entry that claims too much', async () => {
    const content = deflateRawSync(Buffer.alloc(300 * mega))
    const archive = zipOf([{ path: 'w.npy', content, method: 8, size: 300 * mega, crc: 0 }])
    const wanted =
      /^a\.npz, w\.npy: it would unpack to 315 MB, from [\d.]+ kB; at most 268 MB are plausible\. If it is right, save/
    const { error, bytes } = await cost(() => npzTensors(bytesSource('a.npz', archive)))
    expect(error.message).toMatch(wanted)
    expect((await cost(() => readNpz(archive, 'a.npz'))).error.message).toMatch(wanted)
    expect(bytes).toBeLessThan(64 * mega)
  })

  it('with an entry that gives more than it claims', async () => {
    const content = deflateRawSync(Buffer.alloc(200 * mega))
    const archive = zipOf([{ path: 'w.npy', content, method: 8, size: 1000, crc: 0 }])
    const { error, bytes } = await cost(() => readNpz(archive, 'a.npz'))
    expect(error.message).toMatch(/^a\.npz, w(\.npy)?[,:]/)
    expect(bytes).toBeLessThan(64 * mega)
  })
})

describe('pickles', () => {
  const checkpoint = (pickle: Uint8Array): Uint8Array =>
    zipOf([
      {
        path: 'm/data.pkl',
        content: deflateRawSync(pickle, { level: 9 }),
        method: 8,
        size: pickle.length,
        crc: crc32(pickle)
      }
    ])
  const of = (...parts: (number[] | Uint8Array)[]): Uint8Array =>
    Buffer.concat(parts.map((part) => Uint8Array.from(part)))
  const proto = [0x80, 2]

  it('of 200 MB of empty lists', async () => {
    const archive = checkpoint(of(proto, Buffer.alloc(200 * mega, 0x5d), [0x2e]))
    expect(archive.length).toBeLessThan(250_000)
    const { error, bytes } = await cost(() => torchTensors(bytesSource('a.pt', archive)))
    expect(error.message).toMatch(/^a\.pt has a structure of 210 MB; at most 67 MB are plausible\. Save it again with/)
    expect(bytes).toBeLessThan(64 * mega)
  })

  it.each([
    ['lists', of(proto, Buffer.alloc(60 * mega, 0x5d), [0x2e])],
    ['dictionaries', of(proto, Buffer.alloc(60 * mega, 0x7d), [0x2e])],
    ['marks', of(proto, Buffer.alloc(60 * mega, 0x28), [0x2e])],
    ['empty texts', of(proto, Buffer.alloc(60 * mega, Buffer.from([0x8c, 0])), [0x2e])],
    ['tuples', of(proto, [0x4e], Buffer.alloc(60 * mega, 0x85), [0x2e])]
  ])('of more %s than any checkpoint has', async (_name, pickle) => {
    const { error, bytes } = await cost(() => torchTensors(bytesSource('a.pt', checkpoint(pickle))))
    expect(error.message).toMatch(
      new RegExp(`^a\\.pt has a structure of more than ${mostObjects} objects, which no checkpoint has\\. Save`)
    )
    expect(bytes).toBeLessThan(600 * mega)
  })

  it('of a thousand dictionaries that are made of one list', async () => {
    const pairs = Array.from({ length: 1000 }, (_, key) => [0x4d, key & 255, key >> 8, 0x4e, 0x86]).flat()
    const list = of([0x5d, 0x71, 0, 0x28], pairs, [0x65, 0x30])
    const name = of([0x63], Buffer.from('collections\nOrderedDict\n'), [0x71, 1, 0x30])
    const calls = Buffer.alloc(6 * 3000, Buffer.from([0x68, 1, 0x68, 0, 0x85, 0x52]))
    const { error, bytes } = await cost(() =>
      torchTensors(bytesSource('a.pt', checkpoint(of(proto, list, name, calls, [0x2e]))))
    )
    expect(error.message).toMatch(new RegExp(`more than ${mostObjects} objects`))
    expect(bytes).toBeLessThan(600 * mega)
  })

  it('of more instructions than any checkpoint has', async () => {
    const archive = checkpoint(of(proto, Buffer.alloc(60 * mega, 0x4e), [0x2e]))
    await expect(torchTensors(bytesSource('a.pt', archive))).rejects.toThrow(/more than 20000000 instructions/)
  })

  it('whose parts hold each other a million times', async () => {
    // L = [None] * 100,000, and a dictionary with 20,000 keys that all lead to it.
    const put = (n: number): number[] => [0x72, n & 255, (n >> 8) & 255, 0, 0]
    const list = of([0x5d], put(1), [0x28], Buffer.alloc(100_000, 0x4e), [0x65])
    const items = Array.from({ length: 20_000 }, (_, i) => [0x4d, i & 255, i >> 8, 0x5d, 0x68, 1, 0x61])
    const pickle = of(proto, [0x7d, 0x28, 0x8c, 1, 97], list, items.flat(), [0x75, 0x2e])
    await expect(torchTensors(bytesSource('a.pt', checkpoint(pickle)))).rejects.toThrow(
      /^a\.pt holds too much besides tensors\. Save it again with/
    )
  })
})

describe('PNG', () => {
  const chunk = (kind: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), content])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(content.length)
    ends.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const png = (...chunks: Buffer[]): Uint8Array => {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(8)
    header.writeUInt32BE(8, 4)
    header.set([8, 0, 0, 0, 0], 8)
    const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    return new Uint8Array(Buffer.concat([mark, chunk('IHDR', header), ...chunks, chunk('IEND', Buffer.alloc(0))]))
  }
  const pixels = deflateSync(Buffer.alloc(8 * 9, 0))

  it('of 8 x 8 pixels that unpack to hundreds of megabytes', async () => {
    const bomb = png(chunk('IDAT', deflateSync(Buffer.alloc(400 * mega))))
    const { error, bytes } = await cost(() => decodePicture(bomb, 'p.png'))
    // No more is unpacked than its 8 rows need.
    expect(error.message).toBe('it was read')
    expect(bytes).toBeLessThan(64 * mega)
  })

  it('with a packed text or profile that nobody reads', async () => {
    const long = deflateSync(Buffer.alloc(400 * mega))
    const text = chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), long]))
    const profile = chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), long]))
    const picture = await decodePicture(png(profile, text, chunk('IDAT', pixels)), 'p.png')
    expect([picture.width, picture.height, picture.data.length]).toEqual([8, 8, 64])
  })
})
