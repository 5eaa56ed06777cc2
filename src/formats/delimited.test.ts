/** Text tables: what is read, what is repaired and said, and for each kind of bad file the exact sentence. */
import { describe, expect, it } from 'vitest'
import { readDelimited } from './delimited'
import { pointsOf } from '../imports/points'
import { findStepColumn, rowNumber } from '../imports/step-column'
import type { ImportedPoints } from './types'

function read(text: string, stepColumn?: string, file = 'a.csv'): ImportedPoints {
  const table = readDelimited(text, file)
  const found = stepColumn ?? findStepColumn(table).column
  expect(found, 'a step column').not.toBeNull()
  return pointsOf(table, found!, file)
}

/** tag -> values, null for gaps */
function series(points: ImportedPoints): Record<string, (number | null)[]> {
  return Object.fromEntries(
    points.series.map(({ tag, values, present }) => [tag, Array.from(values, (v, i) => (present[i] ? v : null))])
  )
}

function refusal(text: string, stepColumn?: string): string {
  try {
    read(text, stepColumn)
  } catch (error) {
    return (error as Error).message
  }
  return 'it was read'
}

describe('a table', () => {
  it('becomes points with our tags, epochs among them', () => {
    const points = read('epoch,step,train_loss,my metric\n0,0,2.5,7\n1,10,1.25,8\n')
    expect(Array.from(points.steps)).toEqual([0, 10])
    expect(series(points)).toEqual({ epoch: [0, 1], 'loss/train': [2.5, 1.25], 'my metric': [7, 8] })
    expect(points.notes).toEqual([])
  })

  it.each([
    ['semicolons', 'step;loss\n1;0.5\n2;0.25'],
    ['tabs', 'step\tloss\n1\t0.5\n2\t0.25'],
    ['decimal commas', 'step;loss\n1;0,5\n2;0,25'],
    ['decimal commas and tabs', 'step\tloss\n1\t0,5\n2\t2,5e-1'],
    ['Windows line ends', 'step,loss\r\n1,0.5\r\n2,0.25\r\n'],
    ['old line ends', 'step,loss\r1,0.5\r2,0.25\r'],
    ['mixed line ends', 'step,loss\r\n1,0.5\n2,0.25\r\n'],
    ['empty lines', '\n\nstep,loss\n1,0.5\n\n2,0.25\n\n'],
    ['quotes', '"step","loss"\n"1","0.5"\n2,"0.25"'],
    ['spaces', 'step, loss\n 1, 0.5\n2 , 0.25 '],
    ['other number forms', 'step,loss\n+1,.5\n2e0,25e-2'],
    ['an index column without a name', ',step,loss\n0,1,0.5\n1,2,0.25'],
    ['a delimiter at the end of lines', 'step,loss,\n1,0.5,\n2,0.25,']
  ])('may have %s', (_, text) => {
    const points = read(text)
    expect(Array.from(points.steps)).toEqual([1, 2])
    expect(series(points)).toEqual({ 'loss/train': [0.5, 0.25] })
  })

  it('keeps names with delimiters, quotes and line breaks in quotes', () => {
    const points = read('step,"loss, ""raw""","two\nlines"\n1,2,3\n')
    expect(points.series.map(({ tag }) => tag)).toEqual(['loss, "raw"', 'two\nlines'])
  })

  it('keeps values that are not finite, leaves gaps, and counts both', () => {
    const points = read('step,a,b\n1,nan,\n2,inf,None\n3,-Infinity,NULL\n4,NaN,1\n5,0.5,n/a')
    expect(series(points)).toEqual({
      a: [NaN, Infinity, -Infinity, NaN, 0.5],
      b: [null, null, null, 1, null]
    })
    expect(points.notes).toEqual(['4 empty cells: gaps in the curves.', '4 values NaN or infinite, kept as such: "a".'])
  })

  it('sorts rows and says so', () => {
    const points = read('step,a\n30,3\n10,1\n20,2\n40,4')
    expect([Array.from(points.steps), series(points).a]).toEqual([
      [10, 20, 30, 40],
      [1, 2, 3, 4]
    ])
    expect(points.notes).toEqual(['2 rows out of order (the first in line 3), sorted by step.'])
  })

  it('takes the last of repeated steps and says so; rows that complete each other are one point', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i}`).join('\n')
    const points = read(`step,a\n${rows}\n3,99`)
    expect(series(points).a[3]).toBe(99)
    expect(points.notes[1]).toBe(
      '1 row with a step that an earlier row has (the first in line 22): the last value of each cell was taken.'
    )
    const apart = read('step,train_loss,val_loss\n1,0.5,\n1,,0.75\n2,0.25,\n2,,0.5')
    expect(series(apart)).toEqual({ 'loss/train': [0.5, 0.25], 'loss/val': [0.75, 0.5] })
  })

  it('leaves out columns of words and empty ones, and names them', () => {
    const points = read('step,phase,a,nothing\n1,warm-up,5,\n2,main,6,')
    expect(series(points)).toEqual({ a: [5, 6] })
    expect(points.notes).toEqual(['Left out, because empty: "nothing".', 'Left out, because not numbers: "phase".'])
  })

  it('from TensorBoard keeps its wall times and gets its tag from the name of the file', () => {
    const points = read(
      'Wall time,Step,Value\n1700000000.5,0,1\n1700000001.5,10,2',
      undefined,
      'run-a-tag-loss_train.csv'
    )
    expect(series(points)).toEqual({ 'loss/train': [1, 2] })
    expect(Array.from(points.wallTimes!)).toEqual([1700000000.5, 1700000001.5])
  })

  it('keeps doubles as they are written', () => {
    const values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0, 123456789.12345679, 2 ** 53]
    const points = read(`step,a\n${values.map((value, i) => `${i},${Object.is(value, -0) ? '-0' : value}`).join('\n')}`)
    expect(Array.from(points.series[0].values)).toEqual(values)
  })
})

describe('the step column', () => {
  const found = (text: string) => findStepColumn(readDelimited(text, 'a.csv'))

  it.each([
    ['epoch,step,a\n0,5,1\n1,10,2', 'step'],
    ['epoch,a\n0,1\n1,2', 'epoch'],
    ['Step,a\n0,1\n1,2', 'Step'],
    ['epoch,Global Step,a\n0,5,1\n1,10,2', 'Global Step'],
    ['iter,a\n0,1\n1,2', 'iter'],
    ['step,iteration,a\n0,1,1\n1,2,2', 'step'],
    ['step,steps,a\n0,0,1\n1,1,2', 'step'],
    ['epoch,batch,a\n0,0,9\n1,0,8\n2,0,7', 'epoch'],
    ['step,epoch,train_loss,val_loss\n9,0,1,\n9,0,,2\n19,1,1,\n19,1,,2', 'step']
  ])('of %j is %s', (text, column) => expect(found(text)).toMatchObject({ column, unclear: null }))

  it('is asked for where no name or several names fit', () => {
    expect(found('time,a\n1,0.5\n2,0.25')).toEqual({
      column: null,
      candidates: ['time'],
      unclear: 'No column is called step, iteration, batch or epoch, so say which one counts steps.'
    })
    expect(found('step,steps,a\n0,1,1\n1,2,2')).toEqual({
      column: null,
      candidates: ['step', 'steps', 'a'],
      unclear: '"step", "steps" could each count steps, so say which one does.'
    })
    expect(found('epoch,batch,a\n0,0,9\n0,1,8\n1,0,7\n1,1,6').unclear).toBe(
      '"epoch", "batch" could each count steps, so say which one does.'
    )
    expect(found('epoch,a\n0,9\n0,8\n0,7\n1,6\n1,5').unclear).toBe(
      '"epoch" has the same value in many rows, so say which column counts steps.'
    )
  })

  it('may be the row number', () => {
    const points = read('time,a\n7,0.5\n9,0.25', rowNumber)
    expect(Array.from(points.steps)).toEqual([0, 1])
    expect(series(points)).toEqual({ time: [7, 9], a: [0.5, 0.25] })
  })
})

describe('a file that cannot be read is refused in words', () => {
  it.each([
    [
      'step,a\n1,2\n3\n4,5,6',
      'a.csv, line 3: 2 columns expected, 1 found. Complete the line so that it matches the header in line 1, or remove it.'
    ],
    [
      '\n\nstep,a\n1,2\n\n3,4,5',
      'a.csv, line 6: 2 columns expected, 3 found. Complete the line so that it matches the header in line 3, or remove it.'
    ],
    [
      'step,"a\nb"\n1,2\n3',
      'a.csv, line 4: 2 columns expected, 1 found. Complete the line so that it matches the header in line 1, or remove it.'
    ],
    [
      'step,a\n1,2\n3,"4\n5,6',
      'a.csv, line 3: a quoted cell does not end where its line does. Close the quote, or double quotes inside a cell.'
    ],
    [
      'step,a\n1,2\n2,oops\n3,bad\n4,5',
      'a.csv, line 3, column "a": "oops" is not a number. Write a number there, or leave the cell empty for a gap.'
    ],
    [
      '1,2\n3,4',
      'a.csv, line 1: there is no header: the line holds numbers only. Add a first line that names the 2 columns, such as step,train_loss.'
    ],
    ['step,a,a\n1,2,3', 'a.csv, line 1: the column "a" appears twice (columns 2 and 3). Rename one of them.'],
    ['step,a\n', 'a.csv has a header and no rows. Choose a file with some.'],
    ['', 'a.csv is empty. Choose a file with a header and rows.'],
    ['\n \n', 'a.csv is empty. Choose a file with a header and rows.'],
    [
      'step;a\n1;0,5\n2;0.5',
      'a.csv, line 3: numbers are written with a decimal comma in line 2 and with a decimal point in line 3. Write all of them one way.'
    ],
    [
      'epoch,a\n0,1\n0.5,2',
      'a.csv, line 3, column "epoch": the step is 0.5; steps are whole numbers. Choose another step column, or row numbers as steps.'
    ],
    [
      'step,a\n1,1\n,2',
      'a.csv, line 3, column "step": the step is missing. Fill it in, or choose another step column.'
    ],
    [
      'step,a\n1,1\ninf,2',
      'a.csv, line 3, column "step": the step is Infinity; steps are whole numbers. Choose another step column, or row numbers as steps.'
    ],
    [
      'step,a\n1,1\n1e300,2',
      'a.csv, line 3, column "step": the step is 1e+300; steps are whole numbers. Choose another step column, or row numbers as steps.'
    ],
    ['step\n1\n2', 'a.csv has no column of numbers beside its steps. Choose a file with recorded values.'],
    [
      `step,${Array.from({ length: 5000 }, (_, i) => `c${i}`).join()}\n1`,
      'a.csv, line 1: 5001 columns; at most 4096 can be imported. Leave out those that are not needed.'
    ]
  ])('%#', (text, message) => expect(refusal(text)).toBe(message))

  it('a step column that is not there', () =>
    expect(refusal('time,a\n1,2', 'stpe')).toBe(
      'a.csv has no column "stpe" of numbers. Its columns are "time", "a"; choose one of them.'
    ))
})
