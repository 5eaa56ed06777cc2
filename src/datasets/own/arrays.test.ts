/** Arrays of words and of several labels, and channels that stand first. Files of NumPy's own are in formats/arrays.test.ts. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'
import type { NumericValues } from '../../formats/arrays'
import { readNpyWords, writeNpy } from '../../formats/npy'
import { type DataChoices, DataQuestion, type UserData } from './choices'
import { readUserData } from './read'

const npy = (shape: number[], values: NumericValues): Uint8Array => writeNpy({ shape, values })
const counting = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i / count)
const labels = npy([6], Int32Array.of(0, 1, 0, 1, 0, 1))

const read = (contents: Record<string, Uint8Array>, choices: DataChoices = {}): Promise<UserData> =>
  readUserData(
    Object.entries(contents).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      read: () => Promise.resolve(bytes)
    })),
    'mine',
    choices
  )

/** As numpy.save writes numpy.array(words). */
function npyOfWords(words: string[], kind: 'U' | 'S'): Uint8Array {
  const most = Math.max(
    ...words.map((word) => (kind === 'U' ? [...word].length : new TextEncoder().encode(word).length))
  )
  const header =
    `{'descr': '${kind === 'U' ? '<' : '|'}${kind}${most}', 'fortran_order': False, 'shape': (${words.length},), }`.padEnd(
      117
    ) + '\n'
  const width = most * (kind === 'U' ? 4 : 1)
  const bytes = new Uint8Array(10 + header.length + words.length * width)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
  bytes.set(new TextEncoder().encode(header), 10)
  const view = new DataView(bytes.buffer, 10 + header.length)
  words.forEach((word, i) => {
    if (kind === 'S') bytes.set(new TextEncoder().encode(word), 10 + header.length + i * width)
    else [...word].forEach((letter, c) => view.setUint32(i * width + c * 4, letter.codePointAt(0)!, true))
  })
  return bytes
}

describe('labels of arrays', () => {
  // base64 of numpy.save(numpy.array(['cat', 'été', '𝄞'])), NumPy 2.4.6.
  const saved =
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPFUzJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIApjAAAAYQAAAHQAAADpAAAAdAAAAOkAAAAe0QEAAAAAAAAAAAA='

  it('are words as NumPy saves them', async () => {
    expect(readNpyWords(new Uint8Array(Buffer.from(saved, 'base64')), 'w')?.words).toEqual(['cat', 'été', '𝄞'])
    for (const kind of ['U', 'S'] as const) {
      const words = npyOfWords(['cat', 'dog', 'cat', 'dög', 'cat', 'dog'], kind)
      const data = await read({ 'x.npy': npy([6, 2], counting(12)), 'y.npy': words })
      expect([data.classNames, [...data.train.labels]]).toEqual([['cat', 'dog', 'dög'], [0, 1, 0, 2, 0, 1]]) // prettier-ignore
    }
    const cut = npyOfWords(['cat', 'dog', 'cat', 'dog', 'cat', 'dog'], 'U').slice(0, 140)
    await expect(read({ 'x.npy': npy([6, 2], counting(12)), 'y.npy': cut })).rejects.toThrow('y.npy is cut off')
  })

  it('may be several for each example, none of them or all', async () => {
    const flags = Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0)
    const data = await read({ 'x.npy': npy([6, 2], counting(12)), 'y.npy': npy([6, 3], flags) })
    expect([data.classes, data.targetWidth, data.labelNames]).toEqual([0, 3, ['0', '1', '2']])
    expect(data.train.targets).toEqual(Float32Array.from(flags))
    expect(data.notes[0]).toBe('Predicted: 3 labels, each yes or no; an example may have several.')
    const numbers = await read(
      { 'x.npy': npy([6, 2], counting(12)), 'y.npy': npy([6, 3], flags) },
      { predict: 'numbers' }
    )
    expect([numbers.labelNames, numbers.targetWidth]).toEqual([undefined, 3])
    // One yes in each row is a class, unless somebody says otherwise.
    const hot = Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1)
    const one = { 'x.npy': npy([6, 2], counting(12)), 'y.npy': npy([6, 2], hot) }
    expect((await read(one)).classes).toBe(2)
    expect((await read(one, { predict: 'labels' })).labelNames).toEqual(['0', '1'])
  })

  it('lie beside arrays that are left out by name', async () => {
    const writer = new ZipWriter(new Uint8ArrayWriter())
    const objects = new TextEncoder().encode(
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".padEnd(117) + '\n'
    )
    const bad = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, objects.length, 0, ...objects, 0x80])
    for (const [name, bytes] of Object.entries({ meta: bad, x_train: npy([6, 2], counting(12)), y_train: labels }))
      await writer.add(`${name}.npy`, new Uint8ArrayReader(bytes))
    const data = await read({ 'd.npz': await writer.close() })
    expect(data.left).toEqual([{ file: 'd.npz, meta', reason: 'an array of Python objects' }])
  })
})

it('whose labels are objects, or that are alone, say so', async () => {
  const objects = new TextEncoder().encode(
    "{'descr': '|O', 'fortran_order': False, 'shape': (6,), }".padEnd(117) + '\n'
  )
  const y = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, objects.length, 0, ...objects, 0x80])
  const writer = new ZipWriter(new Uint8ArrayWriter())
  for (const [name, bytes] of Object.entries({ x_train: npy([6, 2], counting(12)), y_train: y }))
    await writer.add(`${name}.npy`, new Uint8ArrayReader(bytes))
  await expect(read({ 'd.npz': await writer.close() })).rejects.toThrow(
    'd.npz, y_train is an array of Python objects, and without it'
  )
  await expect(read({ 'x.npy': npy([6, 2], counting(12)) })).rejects.toThrow(
    'mine holds one array only, "x.npy" [6, 2].'
  )
})

it('of which a class only validates say so', async () => {
  const [x, x2] = [npy([6, 2], counting(12)), npy([2, 2], counting(4))]
  const data = await read({
    'x_train.npy': x,
    'y_train.npy': labels,
    'x_val.npy': x2,
    'y_val.npy': npy([2], Int32Array.of(0, 2))
  })
  expect(data.notes).toContain('There is nothing to train on of "2": these examples validate and cannot be learnt.')
})

describe('channels of arrays', () => {
  const shaped = (...shape: number[]) => ({
    'x.npy': npy([6, ...shape], counting(6 * shape.reduce((a, b) => a * b))),
    'y.npy': labels
  })

  it.each([
    [
      [3, 8, 9],
      [8, 9, 3]
    ],
    [
      [1, 6, 8, 9],
      [6, 8, 9, 1]
    ],
    [
      [8, 9, 3],
      [8, 9, 3]
    ],
    [
      [28, 28],
      [28, 28]
    ],
    [
      [6, 8, 9, 2],
      [6, 8, 9, 2]
    ],
    [
      [9, 7],
      [9, 7]
    ]
  ])('that are few and stand first are moved: %j', async (shape, wanted) => {
    const data = await read(shaped(...shape))
    expect(data.inputShape).toEqual(wanted)
    const plane = shape.slice(1).reduce((a, b) => a * b)
    // The second value of the first place is the first one of the second channel.
    if (shape[0] === 3) expect(data.train.inputs[1]).toBe(counting(6 * plane * 3)[plane])
  })

  it.each([[[12, 1000]], [[13, 16, 16]], [[3, 5, 4]], [[2, 4, 4, 3]]])(
    'are asked about where they may be either: %j',
    async (shape) => {
      const question: unknown = await read(shaped(...shape)).catch((error: unknown) => error)
      expect(question).toBeInstanceOf(DataQuestion)
      expect((question as DataQuestion).about).toBe('channels')
      expect((await read(shaped(...shape), { channels: 'last' })).inputShape).toEqual(shape)
      expect((await read(shaped(...shape), { channels: 'first' })).inputShape).toEqual([...shape.slice(1), shape[0]])
    }
  )

  it('say how far values reach that are not scaled', async () => {
    const inputs = Float32Array.from({ length: 6 * 16 }, (_, i) => (i % 2 ? 255 : 0.5))
    const data = await read({ 'x.npy': npy([6, 4, 4], inputs), 'y.npy': labels })
    expect(data.notes).toContain('The inputs reach 255, and are taken as they are: they are not scaled.')
  })
})
