/** Tables of examples in the forms that people have: what becomes of each column, of each cell, and what is asked. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type DataChoices, DataQuestion, type UserData } from './choices'
import { readUserData } from './read'

type Contents = Record<string, string | Uint8Array>

const read = (contents: Contents, choices: DataChoices = {}): Promise<UserData> =>
  readUserData(
    Object.entries(contents).map(([name, content]) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return { name, bytes: bytes.length, read: () => Promise.resolve(bytes) }
    }),
    'mine',
    choices
  )

async function asked(contents: Contents): Promise<DataQuestion> {
  const question: unknown = await read(contents).catch((error: unknown) => error)
  expect(question).toBeInstanceOf(DataQuestion)
  return question as DataQuestion
}

const kinds = ['a', 'a', 'a', 'b', 'b', 'b']
const withColumn = (name: string, value: (i: number) => number | string): string =>
  `${name},width,kind\n${kinds.map((kind, i) => `${value(i)},${i * 0.5 + 1},${kind}\n`).join('')}`

describe('row numbers', () => {
  it.each([
    ['called so', withColumn('Id', (i) => i + 1)],
    ['under no name', withColumn('', (i) => i)],
    ['of pandas', withColumn('Unnamed: 0', (i) => i)],
    ['in no order', withColumn('patient_id', (i) => 900 - i * 7)],
    ['that only count', withColumn('n', (i) => i)],
    ['of words', withColumn('uuid', (i) => `u${i}`)]
  ])('are no inputs: %s', async (_, text) => {
    const data = await read({ 't.csv': text })
    expect([data.inputShape, [...data.train.inputs]]).toEqual([[1], [1, 1.5, 2, 2.5, 3, 3.5]])
    expect(data.notes.join(' ')).toMatch(
      /Left out, (as they only tell the rows apart|because nearly every row has another word): ".+"\./
    )
  })

  it('are inputs where somebody wants them, or nothing else is there', async () => {
    const wanted = await read({ 't.csv': withColumn('Id', (i) => i + 1) }, { use: ['Id'] })
    expect(wanted.inputShape).toEqual([2])
    // What repeats tells no rows apart.
    expect((await read({ 't.csv': withColumn('room', (i) => i % 3) })).inputShape).toEqual([2])
    const line = 'x,label\n0,1.5\n1,2.5\n2,3.5\n3,5.5\n4,7.5\n'
    expect((await read({ 't.csv': line })).inputShape).toEqual([1])
  })
})

describe('columns', () => {
  it('of words are one-hot, and left out where nearly every row has its own', async () => {
    const text = `sex,name,age,label\nm,Ada,5,x\nf,Bo,6,y\n,Cy,7,x\nm,Di,9,y\n`
    const data = await read({ 't.csv': text })
    expect([data.inputShape, [...data.train.inputs]]).toEqual([[3], [0, 1, 5, 1, 0, 6, 0, 0, 7, 0, 1, 9]]) // prettier-ignore
    expect(data.notes).toContain('Words as one-hot: "sex" (2).')
    expect(data.notes).toContain('Left out, because nearly every row has another word: "name".')
    expect((await read({ 't.csv': text }, { words: 'leave-out' })).inputShape).toEqual([1])
    expect((await read({ 't.csv': text }, { use: ['name'] })).inputShape).toEqual([7])
    expect((await read({ 't.csv': text }, { leaveOut: ['sex'] })).inputShape).toEqual([1])
  })

  it('that give the answer away, or are numbers in other clothes, are told', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${((i * 37) % 100) / 100},${i % 2},${i % 2 ? 'sick' : 'well'}\n`
    ).join('')
    const data = await read({ 't.csv': `a,code,label\n${rows}` })
    expect(data.notes).toContain('Says what is predicted in every row: "code". Leave it out unless it is known beforehand.') // prettier-ignore
    const other = await read({ 't.csv': `a,code,label\n${rows.replace('1,sick', '0,sick')}` })
    expect(other.notes.join(' ')).not.toContain('Says what is predicted')
    const dressed = await read({ 't.csv': 'price,area,rate,label\n"1,234.5",10,3%,a\n"2,345.6",11,4%,b\n"3,456.7",12,5%,a\n987.1,13,6%,b\n' }) // prettier-ignore
    expect(dressed.notes.join(' ')).toContain(
      'because its cells are no plain numbers (such as "3%" and 3 more): "rate"'
    )
    expect(dressed.inputShape).toEqual([1])
  })

  it('of numbers and words in one are left out', async () => {
    const text = `ticket,fare,label\n${Array.from({ length: 20 }, (_, i) => `${i % 3 ? 1000 + 3 * i : `A/${i}`},${i / 4},${i % 2}\n`).join('')}`
    const data = await read({ 't.csv': text })
    expect(data.inputShape).toEqual([1])
    expect(data.notes).toContain('Left out, because numbers and words are mixed: "ticket".')
  })

  it('hold pictures in their cells, and say which examples train', async () => {
    const pixels = (value: number): string => Array.from({ length: 16 }, (_, i) => value + i).join(' ')
    const uses = ['Training', 'Training', 'PublicTest', 'PrivateTest']
    const rows = uses.map((use, i) => `${i % 2},${pixels(i)},${use}\n`).join('')
    const data = await read({ 'fer.csv': `emotion,pixels,Usage\n${rows}` })
    expect([data.inputShape, data.counts]).toEqual([[4, 4, 1], { train: 2, validation: 1 }]) // prettier-ignore
    expect([data.train.inputs.constructor, data.train.inputs[16], data.validation!.inputs[0]]).toEqual([Uint8Array, 1, 2]) // prettier-ignore
    expect(data.notes).toContain('The column "Usage" says which examples train.')
  })

  it('of labels may have "None" and "NA" for classes', async () => {
    const data = await read({ 't.csv': 'a,label\n1.5,None\n2.5,Tumor\n3.5,None\n4.5,NA\n' })
    expect(data.classNames).toEqual(['NA', 'None', 'Tumor'])
    expect(data.notes).toContain('"None" is a class: 2 examples.')
  })
})

describe('empty cells', () => {
  const text = 'a,b,label\n1,2,x\n,4,y\n3,NA,x\n5,6,y\n7,8,\n'

  it('are asked about', async () => {
    const question = await asked({ 't.csv': text })
    expect([question.about, question.options.map(({ value }) => value)]).toEqual(['missing', ['leave-out', 'mean']])
    expect(question.message).toBe(
      '1 of 5 examples of t.csv have no "label"; 2 of 5 examples of t.csv have empty cells ("a" 1, "b" 1). ' +
        'What should become of them? Columns with many gaps can be left out as well.'
    )
  })

  it('cost their examples, or hold the mean of the training examples', async () => {
    const left = await read({ 't.csv': text }, { missing: 'leave-out' })
    expect([[...left.train.inputs], [...left.train.labels], left.counts.train]).toEqual([[1, 2, 5, 6], [0, 1], 2]) // prettier-ignore
    const filled = await read({ 't.csv': text }, { missing: 'mean' })
    expect([...filled.train.inputs]).toEqual([1, 2, 3, 4, 3, 4, 5, 6])
    expect(filled.notes).toContain('1 example without "label" left out.')
    const two = await read({ 'train.csv': 'a,label\n1,x\n3,y\n', 'val.csv': 'a,label\n,x\n9,y\n' }, { missing: 'mean' })
    expect([...two.validation!.inputs]).toEqual([2, 9])
  })
})

describe('texts', () => {
  const rows = Array.from({ length: 6 }, (_, i) => [i * 0.5 + 0.25, 9 - i, i % 2 ? 'yes' : 'no'] as const)
  const comma = `p;q;label\n${rows.map(([a, b, c]) => `${String(a).replace('.', ',')};${b};${c}`).join('\n')}\n`
  const jsonl = rows.map(([p, q, label]) => JSON.stringify({ p, q, label })).join('\n')
  const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'))

  it.each<[string, Contents]>([
    ['decimal commas', { 't.csv': comma }],
    ['JSON lines', { 't.jsonl': jsonl }],
    ['a list of objects', { 't.json': `[${jsonl.replaceAll('\n', ',')}]` }],
    ['packed', { 't.csv.gz': new Uint8Array(gzipSync(comma)) }],
    ['UTF-16 with its mark', { 't.csv': utf16(`\ufeff${comma}`) }],
    ['UTF-16 without', { 't.csv': utf16(comma) }],
    ['tabs', { 't.tsv': comma.replaceAll(';', '\t') }],
    ['spaces', { 't.txt': `p q label\n${rows.map((row) => row.join('  ')).join('\n')}\n` }]
  ])('say the same in every form: %s', async (_, contents) => {
    const plain = await read({ 't.csv': `p,q,label\n${rows.map((row) => row.join(',')).join('\n')}\n` })
    const { train, classNames, notes } = await read(contents)
    expect({ train, classNames, notes }).toEqual({ train: plain.train, classNames: plain.classNames, notes: plain.notes }) // prettier-ignore
  })

  it('without a header are read whole, and say so', async () => {
    const bare = await read({ 'iris.data': rows.map((row) => row.join(',')).join('\n') })
    expect([bare.counts.train, bare.label]).toEqual([6, 'column 3'])
    expect(bare.notes).toContain('There is no header: columns are called by their number.')
  })

  it('in no Unicode ask how they are written, by how their words read', async () => {
    const bytes = new Uint8Array(Buffer.from('Größe,label\n1.5,schön\n2.5,gut\n3.5,gut\n', 'latin1'))
    const question = await asked({ 't.csv': bytes })
    expect(question.about).toBe('encoding')
    expect(question.options[0]).toEqual({ value: 'windows-1252', label: 'Western Europe (Latin-1): Größe, schön' })
    expect(question.options.find(({ value }) => value === 'windows-1251')!.label).not.toContain('ö')
    expect((await read({ 't.csv': bytes }, { encoding: 'windows-1252' })).classNames).toEqual(['gut', 'schön'])
  })

  it('of a competition have a table without labels, which is set aside', async () => {
    const data = await read({ 'train.csv': 'a,label\n1,x\n3,y\n', 'test.csv': 'a\n1\n' })
    expect([data.validation, data.left]).toEqual([null, [{ file: 'test.csv', reason: 'it has no column "label"' }]])
  })
})
