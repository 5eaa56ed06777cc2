import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { NumericValues } from './arrays'
import { cifarNames, readCifar } from './cifar'
import { readDataTable } from './data-table'
import { readIdxNumbers } from './idx'
import { readNpy, writeNpy } from './npy'
import { readNpz } from './npz'
import { decodePicture, pictureSize } from './pictures'
import { resizePicture, withChannels } from './picture-shapes'

interface Golden {
  npy: { descr: string; version: number; shape: number[]; data: string; values: number[] }[]
  npz: { plain: string; compressed: string }
  objects: string
  complex: string
  records: string
  large: string
  pictures: { mode: string; channels: number; data: string; pixels: number[] }[]
}
const golden = JSON.parse(readFileSync(new URL('testing/golden-arrays.json', import.meta.url), 'utf8')) as Golden
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const cut = (base64: string, left: number): Uint8Array => bytesOf(base64).subarray(0, left)
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('.npy files of NumPy', () => {
  it.each(golden.npy)('version $version of $descr $shape', ({ shape, data, values }) => {
    const array = readNpy(bytesOf(data), 'x.npy')
    expect(array.shape).toEqual(shape)
    expect([...array.values]).toEqual(values)
  })

  it('come back as they were written, also from within a larger buffer', () => {
    const all: NumericValues[] = [Uint8Array.of(1, 255), Int32Array.of(-5, 2 ** 31 - 1), Float32Array.of(0.5, -2)]
    for (const values of all) {
      const bytes = writeNpy({ shape: [2], values })
      expect(bytes.length % 64).toBe(values.byteLength % 64)
      const shifted = new Uint8Array(bytes.length + 3)
      shifted.set(bytes, 3)
      const back = readNpy(shifted.subarray(3), 'x.npy')
      expect([back.shape, back.values]).toEqual([[2], values])
    }
    expect(() => writeNpy({ shape: [3], values: new Uint8Array(2) })).toThrow('[3] cannot hold 2 values')
  })

  const f4 = golden.npy.find(({ descr }) => descr === '<f4')!.data
  const header = (dictionary: string): Uint8Array =>
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, dictionary.length, 0, ...text(dictionary))
  const bad: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(), 'x.npy is no .npy file: it does not begin with \\x93NUMPY. Save it with numpy.save.'],
    [
      'text',
      text('1,2,3,4,5,6,7'),
      'x.npy is no .npy file: it does not begin with \\x93NUMPY. Save it with numpy.save.'
    ],
    [
      'a newer version',
      bytesOf(f4).with(6, 4),
      'x.npy is of .npy version 4; 1 to 3 are read. Save it with another NumPy.'
    ],
    ['a cut header', cut(f4, 60), 'x.npy ends inside its header. Save or copy it again.'],
    [
      'cut values',
      cut(f4, 140),
      'x.npy is cut off: [2, 3] of float32 needs 24 bytes, 12 are there. Save or copy it again.'
    ],
    ['no dictionary', header('{}'), 'x.npy, header: "{}" does not say type, order and shape. Save it with numpy.save.'],
    [
      'an impossible size',
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999), }"),
      'x.npy is cut off: [99999999999, 99999999] of float32 needs'
    ],
    ['Python objects', bytesOf(golden.objects), 'x.npy, header: it holds Python objects. Save numbers, such as'],
    ['complex numbers', bytesOf(golden.complex), 'x.npy, header: it holds complex numbers. Save numbers, such as'],
    ['records', bytesOf(golden.records), 'x.npy, header: it holds records of several fields. Save each field'],
    ['large integers', bytesOf(golden.large), 'x.npy, value 0: it is too large to be kept exactly. Save the array as']
  ]
  it.each(bad)('are refused: %s', (_, bytes, message) => expect(() => readNpy(bytes, 'x.npy')).toThrow(message))
})

describe('.npz files of NumPy', () => {
  it.each(['plain', 'compressed'] as const)('are read: %s', async (kind) => {
    const arrays = await readNpz(bytesOf(golden.npz[kind]), 'd.npz')
    expect(arrays.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['x_train', [4, 3], 'float32'],
      ['y_train', [4], 'int64']
    ])
    expect([...arrays[1].values]).toEqual([0, 1, 1, 0])
  })

  it('are refused in words when they are damaged', async () => {
    const refused = (bytes: Uint8Array) => expect(readNpz(bytes, 'd.npz')).rejects
    await refused(cut(golden.npz.plain, 200)).toThrow(
      /^d\.npz is no whole zip archive \(.*\)\. Save or copy it again\.$/
    )
    await refused(text('x')).toThrow(/^d\.npz is no whole zip archive/)
    const bytes = bytesOf(golden.npz.plain)
    // A value inside of the first array: its checksum no longer fits.
    bytes[220] ^= 255
    await refused(bytes).toThrow(/^d\.npz, x_train\.npy: it cannot be unpacked .* Save or copy it again\.$/)
  })
})

describe('IDX files of other types', () => {
  const idx = (type: number, values: number[], bytes: number, set: (view: DataView, at: number, v: number) => void) => {
    const view = new DataView(new ArrayBuffer(8 + values.length * bytes))
    view.setUint32(0, (type << 8) | 1)
    view.setUint32(4, values.length)
    values.forEach((value, i) => set(view, 8 + i * bytes, value))
    return new Uint8Array(view.buffer)
  }
  it('are read big-endian', () => {
    const cases: [number, number, string, (view: DataView, at: number, v: number) => void][] = [
      [0x09, 1, 'int8', (view, at, v) => view.setInt8(at, v)],
      [0x0b, 2, 'int16', (view, at, v) => view.setInt16(at, v)],
      [0x0c, 4, 'int32', (view, at, v) => view.setInt32(at, v)],
      [0x0d, 4, 'float32', (view, at, v) => view.setFloat32(at, v)],
      [0x0e, 8, 'float64', (view, at, v) => view.setFloat64(at, v)]
    ]
    for (const [type, bytes, dtype, set] of cases) {
      const file = idx(type, [-3, 0, 100], bytes, set)
      const read = readIdxNumbers(file, 'x')
      expect([read.dtype, read.shape, [...read.values]]).toEqual([dtype, [3], [-3, 0, 100]])
      expect(() => readIdxNumbers(file.subarray(0, -bytes), 'x')).toThrow(
        'x is cut off: [3] needs 3 values, 2 are there.'
      )
    }
    expect(() => readIdxNumbers(Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), 'x')).toThrow('x holds values of type 0x07')
  })
})

describe('pictures', () => {
  it.each(golden.pictures)('as Pillow reads them: $mode', async ({ mode, channels, data, pixels }) => {
    const picture = await decodePicture(bytesOf(data), 'p')
    expect([picture.channels, picture.data.length]).toEqual([channels, pixels.length])
    // Decoders of JPEG may round differently.
    const worst = picture.data.reduce((most, value, i) => Math.max(most, Math.abs(value - pixels[i])), 0)
    expect(worst).toBeLessThanOrEqual(mode.startsWith('jpeg') ? 3 : 0)
    const { width, height } = picture
    expect(await pictureSize(bytesOf(data), 'p')).toEqual({ width, height })
  })

  it('are resized by the mean of what each pixel covers', () => {
    const picture = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.of(0, 90, 180, 60, 120, 240) }
    expect([...resizePicture(picture, { width: 1, height: 1 }).data]).toEqual([115])
    expect([...resizePicture(picture, { width: 2, height: 1 }).data]).toEqual([55, 175])
    expect([...resizePicture(picture, { width: 6, height: 2 }).data.slice(0, 6)]).toEqual([0, 0, 90, 90, 180, 180])
    expect([...withChannels(picture, 3).data.slice(3, 6)]).toEqual([90, 90, 90])
    expect([...withChannels(withChannels(picture, 3), 1).data]).toEqual([...picture.data])
  })

  it('of one even gray are read, though a byte of them is 251 pixels', async () => {
    // 2048 x 2048, progressive, Pillow 13.0.0: quality=50, progressive=True, optimize=True; packed with gzip.
    const packed =
      'H4sIAAAAAAACA+3au2oCQRTG8TOCYfGyjJfIIqSQINiKhRc0ClGJASWpbATBC2sTiF2sfDfxIaI2PokThbVQIdoK/98p5+OcYtrP/Jqt6PdmqylKiaj9iNnIq+hgyA4FtB22oxEdczJJJ5Fwss/pp0wpVykXc4V87a3XqdW7jXzh4+uz2x+4E/elPZ19j356Y3doFhK0LLH2ayNilhI/bD5l1mIdjl6+AAAAAAAAAAAAAACA+2OW8qjVWQ1gq72CgPL75jsju/n/sYfqTTFVTXmxY/1A8wEAAAAAAAAAAAAAANy/a4UB7RUGVn9uiCvCLkEAAA=='
    const bytes = new Uint8Array(gunzipSync(Buffer.from(packed, 'base64')))
    expect((2048 * 2048) / bytes.length).toBeGreaterThan(250)
    const { width, height, channels, data } = await decodePicture(bytes, 'p')
    expect([width, height, channels, data[0], data[data.length - 1]]).toEqual([2048, 2048, 1, 128, 128])
  })

  it('are refused in words', async () => {
    const [png] = golden.pictures
    const jpeg = golden.pictures.find(({ mode }) => mode === 'jpeg RGB')!
    await expect(decodePicture(text('hello, this is a text'), 'p')).rejects.toThrow(
      'p is no picture of the kinds that are read (png, jpg, webp, gif, tiff, bmp). Save it as one of these or remove it.'
    )
    await expect(decodePicture(cut(png.data, 50), 'p')).rejects.toThrow(
      /^p cannot be decoded \(.*\)\. Save it again or remove it\.$/
    )
    await expect(decodePicture(cut(jpeg.data, 300), 'p')).rejects.toThrow(
      /^p cannot be decoded \(it is cut off or damaged\)/
    )
    const huge = bytesOf(png.data)
    new DataView(huge.buffer).setUint32(16, 200_000_000)
    await expect(decodePicture(huge, 'p')).rejects.toThrow(
      /^p (is 200000000 x 5 pixels, which is no usable size|cannot be decoded)/
    )
    // A frame header that claims more than the file can hold; decoding it would take gigabytes.
    const claims = bytesOf(jpeg.data)
    const frame = claims.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(claims[i + 1]))
    new DataView(claims.buffer).setUint32(frame + 5, (9000 << 16) | 9000)
    await expect(decodePicture(claims, 'p')).rejects.toThrow(
      /^p cannot be decoded \(\d+ bytes are too few for 9000 x 9000 pixels\)\. Save it again or remove it\.$/
    )
  })
})

describe('CIFAR files', () => {
  it('become channels last', () => {
    const record = Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? 9 : i <= 1024 ? 1 : i <= 2048 ? 2 : 3))
    const { pixels, labels, count } = readCifar(new Uint8Array([...record, ...record]), 'data_batch_1.bin', 10)
    expect([count, [...labels], [...pixels.subarray(3069, 3075)]]).toEqual([2, [9, 9], [1, 2, 3, 1, 2, 3]])
    const fine = readCifar(new Uint8Array([4, 77, ...record.subarray(1)]), 'train.bin', 100)
    expect([...fine.labels]).toEqual([77])
    expect(cifarNames('airplane\r\nautomobile\n\n')).toEqual(['airplane', 'automobile'])
  })

  it('are refused in words', () => {
    expect(() => readCifar(new Uint8Array(3000), 'b.bin', 10)).toThrow(
      'b.bin has 3000 bytes, which is no multiple of 3073: it is cut off or no CIFAR-10 file. Unpack the archive again.'
    )
    expect(() => readCifar(new Uint8Array(3073).fill(12), 'b.bin', 10)).toThrow(
      'b.bin, record 0: its label is 12, and CIFAR-10 has 0 to 9.'
    )
  })
})

describe('tables of examples', () => {
  it('have columns of numbers and of words, gaps included', () => {
    const { rows, columns } = readDataTable('\ufeffa;b;kind\r\n1;;x\r\n2.5;3;"y;z"\r\n', 't.csv')
    expect(rows).toBe(2)
    expect(
      columns.map(({ name, numbers, words, firstGap }) => [name, numbers && [...numbers], words, firstGap])
    ).toEqual([
      ['a', [1, 2.5], null, null],
      ['b', [NaN, 3], null, 2],
      ['kind', null, ['x', 'y;z'], null]
    ])
    for (const text of [
      'x;n;label\n1,5;2;a\n-3,5e1;4;"b, c"\n,5;1;a\n',
      'x\tn\tlabel\n1,5\t2\ta\n-3,5e1\t4\tb, c\n,5\t1\ta\n'
    ]) {
      const german = readDataTable(text, 't.csv').columns
      expect(german.map(({ name }) => name)).toEqual(['x', 'n', 'label'])
      expect([...german[0].numbers!]).toEqual([1.5, -35, 0.5])
      expect([...german[1].numbers!]).toEqual([2, 4, 1])
      expect(german[2].words).toEqual(['a', 'b, c', 'a'])
    }
    // With numbers in a column of words, they are words; commas that part cells are nothing else.
    expect(readDataTable('x;y\n1,5;a\nb;2\n', 't.csv').columns[0].words).toEqual(['1,5', 'b'])
    expect([...readDataTable('x,y\n1,5\n', 't.csv').columns[1].numbers!]).toEqual([5])
    expect(() => readDataTable('x;y\n1,5;2\n1;2.5\n', 't.csv')).toThrow(
      't.csv, line 3: numbers are written with a decimal comma in line 2 and with a decimal point in line 3. ' +
        'Write all of them one way.'
    )
    const indexed = readDataTable(',v\n0,5\n1,6\n', 't.csv')
    expect(indexed.columns.map(({ name }) => name)).toEqual(['column 1', 'v'])
  })

  const bad: [string, string, string][] = [
    ['nothing', ' \n', 't.csv is empty. Choose a file with a header and rows.'],
    ['commas', ',,\n,,\n', 't.csv is empty. Choose a file with a header and rows.'],
    ['no rows', 'a,b\n', 't.csv has a header and no rows. Choose a file with some.'],
    ['short rows', 'a,b\n1,2\n\n3\n', 't.csv, line 4: 2 columns expected, 1 found. Complete the line'],
    ['equal names', 'a,a\n1,2\n', 't.csv, line 1: the column "a" appears twice. Rename one of them.'],
    ['an open quote', 'a,b\n1,"2\n3,4\n', 't.csv, line 2: a quoted cell does not end where its line does.']
  ]
  it.each(bad)('are refused: %s', (_, content, message) =>
    expect(() => readDataTable(content, 't.csv')).toThrow(message)
  )

  it('without a header are read whole, and names that count on stay names', () => {
    const read = (text: string) => {
      const { columns, rows, notes } = readDataTable(text, 't.csv')
      return [columns.map(({ name }) => name), rows, notes.length]
    }
    const flowers = '5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n'
    expect(read(flowers)).toEqual([['column 1', 'column 2', 'column 3'], 3, 1])
    expect(readDataTable(flowers, 't.csv').columns[2].words!.toSorted()).toEqual(['setosa', 'setosa', 'virginica'])
    expect(read('1,14.2\n2,13.1\n')).toEqual([['column 1', 'column 2'], 2, 1])
    expect(read('x,y,b\np,y,b\nx,n,b\nx,y,c\n')).toEqual([['column 1', 'column 2', 'column 3'], 4, 1])
    expect(read('1,5;a\n2,5;b\n')).toEqual([['column 1', 'column 2'], 2, 1])
    // Years and pixels are names.
    expect(read('country,2019,2020\nFR,1,2\nDE,3,4\n')).toEqual([['country', '2019', '2020'], 2, 0])
    expect(read('0,1,2\n9,8,7\n5,5,5\n')).toEqual([['0', '1', '2'], 2, 0])
    expect(read('name,kind\na,x\nb,x\n')).toEqual([['name', 'kind'], 2, 0])
  })

  it('lose no row that is there twice, and no table to one odd line', () => {
    const { rows, notes } = readDataTable('a,b\n1,2\n1,2\n3\n5,6\n', 't.csv')
    expect(rows).toBe(3)
    expect(notes[0]).toContain('1 line left out, as they do not match the 2 columns of the header')
    expect(readDataTable('1.5,x\n1.5,x\n2.5,y\n', 't.csv').rows).toBe(3)
  })

  it('keep words that stand for no value elsewhere, where the column is one of words', () => {
    const { columns } = readDataTable('alley,n\nNA,1\nGrvl,NA\nNone,\n?,nan\n', 't.csv')
    expect(columns[0].words).toEqual(['NA', 'Grvl', 'None', ''])
    expect([columns[1].gaps, columns[1].firstGap, columns[1].numbers![0]]).toEqual([3, 3, 1])
  })

  it('have lists of numbers in a cell', () => {
    const { columns } = readDataTable('emotion,pixels\n0,70 80 82 72\n1,[1 2 3 4]\n', 't.csv')
    expect(columns[1].lists).toEqual({ width: 4, values: Float32Array.of(70, 80, 82, 72, 1, 2, 3, 4) })
    expect(() => readDataTable('p,k\n1 2 3 4,a\n1 2 3,b\n', 't.csv')).toThrow(
      't.csv, line 3: a cell holds 3 numbers, and those before it 4.'
    )
  })

  it('say where a word stands among numbers', () => {
    const { columns } = readDataTable('a\n1\n2\nthree\n', 't.csv')
    expect(columns[0].oddWord).toEqual({ line: 4, text: 'three' })
  })
})
