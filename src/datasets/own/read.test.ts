import { encode as encodeJpeg } from 'jpeg-js'
import { encode as encodePng } from 'fast-png'
import { gzipSync } from 'node:zlib'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js'
import { describe, expect, it } from 'vitest'
import type { NumericValues } from '../../formats/arrays'
import { writeIdx } from '../../formats/idx'
import { writeNpy } from '../../formats/npy'
import { type DataChoices, type DataFile, DataQuestion } from './choices'
import { readUserData } from './read'

type Contents = Record<string, Uint8Array | string>

function filesOf(contents: Contents): DataFile[] {
  return Object.entries(contents).map(([name, content]) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    return { name, bytes: bytes.length, read: async () => bytes }
  })
}
const read = (contents: Contents, choices: DataChoices = {}, sample?: number) =>
  readUserData(filesOf(contents), 'mine', choices, sample)
const npy = (shape: number[], values: NumericValues) => writeNpy({ shape, values })
const counting = (count: number) => Float32Array.from({ length: count }, (_, i) => i)
/** [count] labels 0, 1, 2, 0, 1, 2, ... */
const cycling = (count: number) => Int32Array.from({ length: count }, (_, i) => i % 3)

async function npz(arrays: Record<string, Uint8Array>): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter())
  for (const [name, bytes] of Object.entries(arrays)) await writer.add(`${name}.npy`, new Uint8ArrayReader(bytes))
  return writer.close()
}

describe('arrays as data', () => {
  it('of an npz are told by their names, in the manners that people use', async () => {
    const spellings = [
      ['x_train', 'y_train', 'x_test', 'y_test'],
      ['X_train', 'Y_train', 'X_val', 'Y_val'],
      ['train_images', 'train_labels', 'test_images', 'test_labels'],
      ['trainX', 'trainY', 'testX', 'testY'],
      ['xtrain', 'ytrain', 'xtest', 'ytest'],
      ['inputs', 'targets', 'valid_inputs', 'valid_targets']
    ]
    for (const [x, y, x2, y2] of spellings) {
      const file = await npz({
        [x2]: npy([3, 2], counting(6)),
        [y2]: npy([3], cycling(3)),
        [x]: npy([12, 2], counting(24)),
        [y]: npy([12], cycling(12))
      })
      const data = await read({ 'd.npz': file })
      expect([data.inputShape, data.classes, data.counts]).toEqual([[2], 3, { train: 12, validation: 3 }])
      expect([...data.train.inputs.subarray(0, 4)]).toEqual([0, 1, 2, 3])
      expect([...data.train.labels.subarray(0, 4)]).toEqual([0, 1, 2, 0])
      expect(data.validation?.count).toBe(3)
    }
  })

  it('validate on validation examples and leave the test examples out', async () => {
    const one = (count: number) => [npy([count, 2], counting(2 * count)), npy([count], cycling(count))]
    const [[a, b], [c, d], [e, f]] = [one(12), one(3), one(6)]
    const data = await read({
      'x_train.npy': a,
      'y_train.npy': b,
      'x_test.npy': c,
      'y_test.npy': d,
      'x_val.npy': e,
      'y_val.npy': f
    })
    expect(data.counts).toEqual({ train: 12, validation: 6 })
    expect(data.notes).toContain('The test examples were left out: there are validation examples as well.')
  })

  it('without telling names are the larger and the smaller one, or a question', async () => {
    const two = { 'a.npy': npy([12, 4], counting(48)), 'b.npy': npy([12], cycling(12)) }
    expect((await read(two)).label).toBe('b.npy')
    const three = { ...two, 'c.npy': npy([12], cycling(12)) }
    const asked = await read(three).catch((error: unknown) => error)
    expect(asked).toBeInstanceOf(DataQuestion)
    expect((asked as DataQuestion).message).toBe(
      'Which array of mine holds the labels? There are "a.npy" [12, 4], "b.npy" [12], "c.npy" [12]. ' +
        'Choose one, or call them x_train and y_train.'
    )
    const chosen = await read({ ...two, 'x_other.npy': npy([5, 1], counting(5)) }, { label: 'b.npy' })
    expect([chosen.inputShape, chosen.label]).toEqual([[4], 'b.npy'])
  })

  it('keep bytes of pictures, give gray ones a channel, move channels to the end, keep tokens whole', async () => {
    const y = npy([12], cycling(12))
    const bytes = Uint8Array.from({ length: 12 * 16 }, (_, i) => i % 251)
    const gray = await read({ 'x.npy': npy([12, 4, 4], bytes), 'y.npy': y })
    expect([gray.inputShape, gray.train.inputs]).toEqual([[4, 4, 1], bytes])
    const first = await read({ 'x.npy': npy([12, 3, 5, 6], counting(12 * 90)), 'y.npy': y })
    expect([first.inputShape, [...first.train.inputs.subarray(0, 4)]]).toEqual([
      [5, 6, 3],
      [0, 30, 60, 1]
    ])
    const tokens = await read({ 'x.npy': npy([12, 4], Int32Array.from(counting(48))), 'y.npy': y })
    expect(tokens.train.inputs).toBeInstanceOf(Int32Array)
    const flags = await read({ 'x.npy': npy([12, 4], new Uint8Array(48).fill(1, 7)), 'y.npy': y })
    expect([flags.train.inputs.constructor, flags.train.inputs[8]]).toEqual([Float32Array, 1])
  })

  it('predict one-hot rows and few whole numbers as classes, others as numbers, or what was chosen', async () => {
    const x = { 'x.npy': npy([12, 2], counting(24)) }
    const hot = new Float32Array(36)
    for (let i = 0; i < 12; i++) hot[i * 3 + ((i + 1) % 3)] = 1
    const rows = await read({ ...x, 'y.npy': npy([12, 3], hot) })
    expect([rows.classes, [...rows.train.labels.subarray(0, 3)]]).toEqual([3, [1, 2, 0]])
    const sparse = await read({
      ...x,
      'y.npy': npy(
        [12],
        Int32Array.from(cycling(12), (v) => v * 10 - 5)
      )
    })
    expect([sparse.classNames, [...sparse.train.labels.subarray(0, 3)]]).toEqual([
      ['-5', '5', '15'],
      [0, 1, 2]
    ])
    const numbers = await read({
      ...x,
      'y.npy': npy(
        [12, 2],
        counting(24).map((v) => v / 7)
      )
    })
    expect([numbers.classes, numbers.targetWidth, numbers.train.labels.length]).toEqual([0, 2, 0])
    expect(numbers.train.targets?.[3]).toBeCloseTo(3 / 7, 6)
    const chosen = await read({ ...x, 'y.npy': npy([12], cycling(12)) }, { predict: 'numbers' })
    expect([chosen.classes, [...chosen.train.targets!.subarray(0, 4)]]).toEqual([0, [0, 1, 2, 0]])
  })

  it('of IDX files are read packed, with the t10k files as test examples', async () => {
    const images = writeIdx({ shape: [12, 4, 4], data: Uint8Array.from({ length: 192 }, (_, i) => i) })
    const labels = writeIdx({ shape: [12], data: Uint8Array.from(cycling(12)) })
    const data = await read({
      'train-images-idx3-ubyte.gz': new Uint8Array(gzipSync(images)),
      'train-labels-idx1-ubyte.gz': new Uint8Array(gzipSync(labels)),
      't10k-images-idx3-ubyte': images,
      't10k-labels.idx1-ubyte': labels
    })
    expect([data.kind, data.inputShape, data.classes, data.counts]).toEqual([
      ...['IDX files', [4, 4, 1], 3],
      { train: 12, validation: 12 }
    ])
  })

  const y12 = npy([12], cycling(12))
  const bad: [string, Contents, string, DataChoices?][] = [
    [
      'too few labels',
      { 'x.npy': npy([13, 2], counting(26)), 'y.npy': y12 },
      'y.npy has 12 labels for the 13 examples of x.npy. Give each example a label.'
    ],
    [
      'no features',
      { 'x.npy': npy([12], counting(12)), 'y.npy': y12 },
      'x.npy is of shape [12]. Inputs are [examples, features] or'
    ],
    [
      'a gap',
      { 'x.npy': npy([12, 2], counting(24).with(5, NaN)), 'y.npy': y12 },
      'x.npy, example 2: it holds NaN. Remove this example or replace the value.'
    ],
    [
      'no training arrays',
      { 'x_test.npy': npy([12, 2], counting(24)), 'y_test.npy': y12 },
      'mine has no arrays to train on among "x_test.npy" [12, 2], "y_test.npy" [12]. Call them x_train and y_train, or x and y.'
    ],
    [
      'one class',
      { 'x.npy': npy([12, 2], counting(24)), 'y.npy': npy([12], new Int32Array(12)) },
      'y.npy has the same label for every example ("0"). There must be at least two classes.',
      { predict: 'classes' }
    ],
    [
      'no class',
      {
        'x.npy': npy([12, 2], counting(24)),
        'y.npy': npy(
          [12],
          counting(12).map((v) => v + 0.5)
        )
      },
      'y.npy, example 0: the label is 0.5, which names no class. Use whole numbers, or predict numbers.',
      { predict: 'classes' }
    ],
    [
      'another shape',
      {
        'x_train.npy': npy([12, 2], counting(24)),
        'y_train.npy': y12,
        'x_test.npy': npy([12, 3], counting(36)),
        'y_test.npy': y12
      },
      'x_test.npy has examples of shape [3], and x_train.npy of [2]. Give both one shape.'
    ],
    [
      'a missing label',
      { 'x.npy': npy([12, 2], counting(24)), 'y.npy': y12 },
      'mine has no array "z"; there are "x.npy" [12, 2], "y.npy" [12].',
      { label: 'z' }
    ],
    [
      'a damaged IDX file',
      { 'a-idx1-ubyte': 'hello', 'b-idx3-ubyte': 'hello' },
      'a-idx1-ubyte cannot be used: a-idx1-ubyte does not begin like an IDX file'
    ]
  ]
  it.each(bad)('are refused in words: %s', async (_, contents, message, choices) => {
    await expect(read(contents, choices)).rejects.toThrow(message)
  })
})

describe('tables as data', () => {
  const iris = 'length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n4.9,3.0,setosa\n'

  it('take the column of words or of a telling name as classes, the numbers as inputs', async () => {
    const data = await read({ 'iris.csv': iris })
    expect([data.inputShape, data.classNames, data.label]).toEqual([
      [2],
      ['setosa', 'versicolor', 'virginica'],
      'species'
    ])
    expect([...data.train.labels]).toEqual([0, 1, 2, 0])
    expect(data.train.inputs).toEqual(Float32Array.of(5.1, 3.5, 7, 3.2, 6.3, 3.3, 4.9, 3))
    expect(data.validation).toBeNull()
  })

  it('ask for the label where nothing tells it, and predict numbers where it is one', async () => {
    const text = 'rooms,age,price\n' + Array.from({ length: 30 }, (_, i) => `${i % 5},${i},${i * 1.5}\n`).join('')
    const asked = (await read({ 'houses.csv': text }).catch((error: unknown) => error)) as DataQuestion
    expect([asked.about, asked.options.map(({ value }) => value)]).toEqual(['label', ['rooms', 'age', 'price']])
    const data = await read({ 'houses.csv': text }, { label: 'price' })
    expect([data.classes, data.targetWidth, data.train.targets?.[2]]).toEqual([0, 1, 3])
    const rooms = await read({ 'houses.csv': text }, { label: 'rooms' })
    expect(rooms.classNames).toEqual(['0', '1', '2', '3', '4'])
  })

  it('of two files have the same classes and columns, in any order', async () => {
    const data = await read({ 'train.csv': iris, 'test.csv': 'species,width,length\nvirginica,3,6\n' })
    expect([...data.validation!.labels, ...data.validation!.inputs]).toEqual([2, 6, 3])
  })

  const bad: [string, Contents, string, DataChoices?][] = [
    [
      'a word among numbers',
      { 't.csv': iris.replace('3.2', 'wide') },
      't.csv, line 3, column "width": "wide" is not a number.'
    ],
    [
      'an unknown column',
      { 't.csv': iris },
      't.csv has no column "kind"; there are "length", "width", "species".',
      { label: 'kind' }
    ],
    [
      'nothing to learn from',
      { 't.csv': 'name,label\na,x\nb,y\n' },
      't.csv has no columns of numbers beside "label" to learn from.'
    ],
    [
      'several tables',
      { 'a.csv': iris, 'b.csv': iris },
      'mine holds several tables: "a.csv", "b.csv". Choose one, or call them'
    ],
    ['an unknown column to leave out', { 't.csv': iris }, 't.csv has no column "id"; there are', { leaveOut: ['id'] }],
    [
      'words as numbers',
      { 't.csv': iris },
      't.csv, column "species" holds words, which cannot be predicted as numbers.',
      { predict: 'numbers' }
    ]
  ]
  it.each(bad)('are refused in words: %s', async (_, contents, message, choices) => {
    await expect(read(contents, choices)).rejects.toThrow(message)
  })
})

describe('pictures as data', () => {
  const png = (width: number, height: number, value: number, channels: 1 | 3 = 1) =>
    encodePng({ width, height, channels, depth: 8, data: new Uint8Array(width * height * channels).fill(value) })

  it('have a class for each folder, with train and val folders where there are some', async () => {
    const data = await read({
      'train/cat/1.png': png(4, 3, 10),
      'train/cat/2.png': png(4, 3, 20),
      'train/dog/1.PNG': png(4, 3, 30),
      'val/dog/9.png': png(4, 3, 40),
      'test/dog/8.png': png(4, 3, 50),
      '.hidden/x/1.png': 'no picture'
    })
    expect([data.inputShape, data.classNames, data.counts]).toEqual([
      ...[
        [3, 4, 1],
        ['cat', 'dog']
      ],
      { train: 3, validation: 1 }
    ])
    expect([[...data.train.labels], data.train.inputs[0], data.train.inputs[12]]).toEqual([[0, 0, 1], 10, 20])
    expect([...data.validation!.labels, data.validation!.inputs[0]]).toEqual([1, 40])
  })

  it('are all of one size and have three channels where one of them has', async () => {
    const jpeg = new Uint8Array(encodeJpeg({ width: 8, height: 8, data: new Uint8Array(256).fill(200) }, 90).data)
    const green = encodePng({
      width: 6,
      height: 6,
      channels: 3,
      depth: 8,
      data: new Uint8Array(108).map((_, i) => (i % 3 === 1 ? 7 : 0))
    })
    const mixed = { 'a/1.png': png(4, 4, 9), 'a/2.png': png(4, 4, 9), 'b/1.png': green, 'b/2.jpg': jpeg }
    const asked = (await read(mixed).catch((error: unknown) => error)) as DataQuestion
    expect([asked.about, asked.options[0].value]).toEqual(['size', '4x4'])
    expect(asked.message).toContain('They have 3 sizes; the most frequent is 4x4 (2 pictures).')
    const data = await read(mixed, { size: { width: 2, height: 2 } })
    expect([data.inputShape, data.train.inputs.length]).toEqual([[2, 2, 3], 48])
    expect([...data.train.inputs.subarray(0, 3)]).toEqual([9, 9, 9])
    expect(Math.abs(data.train.inputs[36] - 200)).toBeLessThan(4)
  })

  it('are looked at in part, and counted as a whole', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${i < 20 ? 'a' : 'b'}/${i}.png`, png(2, 2, i)])
    )
    const data = await read(many, {}, 10)
    expect([data.train.count, data.counts.train, [...data.train.labels]]).toEqual([
      10,
      40,
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    ])
  })

  /** One channel of gray with its alpha, as a PNG. */
  const clear = (values: number[], alpha: number[]) =>
    encodePng({
      width: 2,
      height: 2,
      channels: 2,
      depth: 8,
      data: Uint8Array.from(values.flatMap((value, i) => [value, alpha[i]]))
    })

  it('lie on white where they are transparent, or on black where they are bright', async () => {
    const dark = { 'a/1.png': clear([0, 0, 0, 0], [255, 0, 0, 0]), 'b/1.png': clear([0, 0, 0, 0], [0, 255, 255, 0]) }
    const data = await read(dark)
    expect([...data.train.inputs]).toEqual([0, 255, 255, 255, 255, 0, 0, 255])
    expect(data.notes).toContain('Transparent pictures lie on white.')
    const bright = {
      'a/1.png': clear([250, 0, 9, 0], [255, 0, 0, 0]),
      'b/1.png': clear([0, 250, 250, 0], [0, 255, 255, 0])
    }
    const other = await read(bright)
    expect([...other.train.inputs]).toEqual([250, 0, 0, 0, 0, 250, 250, 0])
    expect(other.notes).toContain('Transparent pictures lie on black, because they are bright.')
  })

  it('that cannot be read are all named at once, and left out where that is wanted', async () => {
    const contents = {
      'a/1.png': png(2, 2, 1),
      'a/2.png': '',
      'b/1.png': png(2, 2, 2),
      'b/2.png': png(2, 2, 3).subarray(0, 40),
      'c/1.heic': 'x',
      'b/Thumbs.db': 'x'
    }
    const asked = (await read(contents).catch((error: unknown) => error)) as DataQuestion
    expect(asked.message).toBe(
      '3 of 5 pictures cannot be read: a/2.png is empty; b/2.png cannot be decoded (it is cut off or damaged); ' +
        'c/1.heic is no picture of the kinds that are read (png, jpg, webp, gif, tiff, bmp). With them all of the class "c" would go. Repair them, or leave them out.'
    )
    expect(asked.options).toEqual([{ value: 'leave-out', label: 'Leave 3 pictures out, and 1 class' }])
    const data = await read(contents, { unreadable: 'leave-out' })
    expect([data.classNames, data.counts.train, [...data.train.labels]]).toEqual([['a', 'b'], 2, [0, 1]])
    expect(data.notes).toContain('3 pictures that cannot be read left out.')
    // Every file is accounted for.
    expect(data.left.map(({ file }) => file).sort()).toEqual(['a/2.png', 'b/2.png', 'b/Thumbs.db', 'c/1.heic'])
  })

  it('of which many are equal, even or black are told so, and all equal ones are refused', async () => {
    const some = (values: number[]) =>
      encodePng({ width: 2, height: 2, channels: 1, depth: 8, data: Uint8Array.from(values) })
    const [one, other] = [some([1, 2, 3, 4]), some([9, 2, 3, 4])]
    const data = await read({
      'train/a/1.png': one,
      'train/a/2.png': one,
      'train/b/1.png': other,
      'train/b/2.png': some([5, 5, 5, 5]),
      'val/a/1.png': one,
      'val/b/1.png': some([7, 2, 3, 4])
    })
    expect(data.notes.slice(1)).toEqual([
      '1 picture of one even colour.',
      '1 training picture equal to another one.',
      '1 validation picture also among the training pictures: they do not validate.',
      'The brightest value is 9 of 255: the pictures are almost black.'
    ])
    await expect(read({ 'a/1.png': one, 'b/1.png': one })).rejects.toThrow('mine has 2 pictures that are all equal: there is nothing to learn.') // prettier-ignore
  })

  it('have their classes in a table that names them, with a split of its own or by folders', async () => {
    const some = (i: number) => encodePng({ width: 2, height: 2, channels: 1, depth: 8, data: Uint8Array.of(i, 90, 3, 4) }) // prettier-ignore
    const pictures = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`images/img_${i}.png`, some(i)]))
    const table = `id,label\n${[0, 1, 2, 3, 4].map((i) => `img_${i},${i % 2 ? 'cat' : 'dog'}\n`).join('')}img_77,cat\n`
    const data = await read({ ...pictures, 'labels.csv': table })
    expect([data.classNames, [...data.train.labels], data.kind]).toEqual([['cat', 'dog'], [1, 0, 1, 0, 1], 'pictures with their classes in a table']) // prettier-ignore
    expect(data.train.inputs[8]).toBe(2)
    expect(data.left).toEqual([{ file: 'images/img_5.png', reason: 'a picture that no table names' }])
    expect(data.notes).toContain('The classes stand in labels.csv: column "label", beside the names in "id".')
    expect(data.notes).toContain('1 row without a picture or a class left out.')
    const splits = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i < 6 ? 'train' : 'test'}/00${i}.png`, some(i)])) // prettier-ignore
    const numbered = await read({ ...splits, 'all.csv': `file,kind\n${Array.from({ length: 8 }, (_, i) => `${i},${i % 2}\n`).join('')}` }, { label: 'kind' }) // prettier-ignore
    expect([numbered.counts, numbered.classNames]).toEqual([{ train: 6, validation: 2 }, ['0', '1']])
    // Where folders tell the classes, a table beside them is none of the data.
    const both = await read({ 'a/1.png': some(1), 'a/2.png': some(2), 'b/3.png': some(3), 'b/4.png': some(4), 'b/5.png': some(5), 'b/6.png': some(6), 'b/7.png': some(7), 'b/8.png': some(8), 'b/9.png': some(9), 'b/10.png': some(10), 'meta.csv': 'id,label\n1,x\n2,y\n' }) // prettier-ignore
    expect([both.classNames, both.left]).toEqual([['a', 'b'], [{ file: 'meta.csv', reason: 'a table beside pictures that does not name them' }]]) // prettier-ignore
  })

  it('of gray in three channels have one, unless somebody wants three', async () => {
    const gray = { 'a/1.png': png(2, 2, 5, 3), 'b/1.png': png(2, 2, 6, 3) }
    const data = await read(gray)
    expect([data.inputShape, [...data.train.inputs]]).toEqual([[2, 2, 1], [5, 5, 5, 5, 6, 6, 6, 6]]) // prettier-ignore
    expect(data.notes).toContain('All pictures are gray: they have one channel.')
    expect((await read(gray, { colors: 'rgb' })).inputShape).toEqual([2, 2, 3])
  })

  const bad: [string, Contents, string][] = [
    [
      'no folder',
      { '1.png': png(2, 2, 1) },
      'mine has no folder with pictures to train on. Put the pictures of each class'
    ],
    ['one class', { 'a/1.png': png(2, 2, 1) }, 'mine has pictures of one class only ("a").'],
    [
      'a broken picture',
      { 'a/1.png': png(2, 2, 1), 'b/2.png': 'nothing' },
      '1 of 2 pictures cannot be read: b/2.png is no picture of the kinds that are read (png, jpg, webp, gif, tiff, bmp). With them all of the class "b" would go.'
    ],
    [
      'a stray class',
      { 'train/a/1.png': png(2, 2, 1), 'train/b/1.png': png(2, 2, 1), 'val/c/1.png': png(2, 2, 1) },
      'val/c/1.png belongs to the class "c", of which there is nothing to train on.'
    ],
    ['nothing', {}, 'mine is empty; data sets are read from npz, npy, idx, tables'],
    ['other files', { 'notes.docx': 'x' }, 'mine holds "notes.docx"; data sets are read from']
  ]
  it.each(bad)('are refused in words: %s', async (_, contents, message) => {
    await expect(read(contents)).rejects.toThrow(message)
  })
})

describe('CIFAR as data', () => {
  const record = (labels: number[], value: number) => [...labels, ...new Uint8Array(3072).fill(value)]
  it('of ten classes joins its batches in order', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `class ${i}`).join('\n')
    const data = await read({
      'cifar-10-batches-bin/data_batch_2.bin': Uint8Array.from(record([7], 2)),
      'cifar-10-batches-bin/data_batch_1.bin': Uint8Array.from(record([3], 1)),
      'cifar-10-batches-bin/test_batch.bin': Uint8Array.from(record([9], 3)),
      'cifar-10-batches-bin/batches.meta.txt': names,
      'cifar-10-batches-bin/readme.html': 'hello'
    })
    expect([data.kind, data.inputShape, data.classNames[9]]).toEqual(['CIFAR-10', [32, 32, 3], 'class 9'])
    expect([[...data.train.labels], data.train.inputs[0], data.train.inputs[3072]]).toEqual([[3, 7], 1, 2])
    expect([...data.validation!.labels]).toEqual([9])
  })

  it('of a hundred classes takes the fine labels', async () => {
    const train = Uint8Array.from([...record([4, 77], 1), ...record([1, 5], 2)])
    const data = await read({ 'train.bin': train })
    expect([data.kind, data.classes, [...data.train.labels], data.validation]).toEqual([
      'CIFAR-100',
      100,
      [77, 5],
      null
    ])
    await expect(read({ 'train.bin': train, 'fine_label_names.txt': 'a\nb' })).rejects.toThrow(
      'fine_label_names.txt has 2 names for 100 classes. Unpack the archive again.'
    )
  })
})
