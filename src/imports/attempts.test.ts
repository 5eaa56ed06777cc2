import { describe, expect, it } from 'vitest'
import { readDelimited } from '../formats/delimited'
import { attemptStarts, latestPoints } from './attempts'
import { pointsOf } from './points'
import { findStepColumn } from './step-column'

const range = (from: number, to: number, by: number): number[] =>
  Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by)

describe('a log that goes back in step', () => {
  it.each([
    ['was started again at steps that it had', [...range(0, 310, 10), ...range(200, 300, 10)], [32]],
    ['was started again between its steps', [...range(0, 4000, 10), ...range(3813, 4013, 10)], [401]],
    ['was started again twice', [...range(0, 500, 10), ...range(300, 600, 10), ...range(450, 700, 10)], [51, 82]],
    ['has a validation that ended late', [...range(0, 200, 10), 195, ...range(210, 400, 10)], []],
    ['is in descending order', range(0, 100, 10).reverse(), []],
    ['counts batches within epochs', Array.from({ length: 200 }, (_, i) => i % 50), []],
    ['never goes back', range(0, 100, 10), []],
    ['is empty', [], []]
  ])('%s', (_, steps, starts) => expect(attemptStarts(steps)).toEqual(starts))

  it('keeps all attempts and counts the latest, as event files do', () => {
    const first = range(0, 310, 10).map((step) => `${step},${step / 100}`)
    const again = range(200, 300, 10).map((step) => `${step},${step / 1000}`)
    const table = readDelimited(['step,loss', ...first, ...again].join('\n'), 'a.csv')
    expect(findStepColumn(table)).toMatchObject({ column: 'step', unclear: null })
    const points = pointsOf(table, 'step', 'a.csv')
    expect(points.steps).toHaveLength(43)
    expect(points.series[0].points).toBe(31)
    expect(Array.from(points.series[0].values.slice(-11))).toEqual(range(200, 300, 10).map((step) => step / 1000))
    expect(points.notes).toContain(
      'It was started again at step 200 (line 34); the latest attempt is shown, all attempts are kept.'
    )
  })

  it.each([
    ['a seed', (run: number, step: number) => `${run},${step},${step / 10}`, 'which,step,loss'],
    [
      'a word',
      (run: number, step: number) => `${['brisk', 'quiet', 'tall'][run]},${step},${step / 10}`,
      'which,step,loss'
    ]
  ])('is refused where %s tells runs below each other apart, and none becomes the other', (_, row, header) => {
    for (const runs of [
      [0, 1],
      [0, 1, 2]
    ]) {
      const rows = runs.flatMap((run) => range(0, 190, 10).map((step) => row(run, step + run)))
      expect(() => pointsOf(readDelimited([header, ...rows].join('\n'), 'a.csv'), 'step', 'a.csv')).toThrow(
        'a.csv, line 22: the steps begin again where "which" changes, so it holds several runs. Write one file for each of them.'
      )
    }
  })

  it('is no attempt where only what is recorded later lies further back', () => {
    const rows = range(0, 400, 10).flatMap((step) =>
      step === 200 ? [`${step},1,`, '195,,2', '196,,3'] : [`${step},1,`]
    )
    const points = pointsOf(readDelimited(['step,train_loss,val_loss', ...rows].join('\n'), 'a.csv'), 'step', 'a.csv')
    expect(points.notes.join(' ')).not.toContain('started again')
    expect([...points.steps]).toEqual([...range(0, 190, 10), 195, 196, ...range(200, 400, 10)])
  })

  it('counts each series by itself', () => {
    expect(latestPoints([0, 10, 20, 10, 20, 30], [1, 1, 1, 1, 1, 1])).toBe(4)
    expect(latestPoints([0, 10, 20, 10, 20, 30], [1, 0, 1, 0, 0, 1])).toBe(3)
  })
})

describe('odd lines', () => {
  const read = (text: string) => {
    const table = readDelimited(text, 'a.csv')
    const points = pointsOf(table, findStepColumn(table).column!, 'a.csv')
    return { steps: [...points.steps], values: points.series.map(({ values }) => [...values]), notes: points.notes }
  }
  const rows = range(0, 9, 1).map((step) => `${step},${step}.5`)

  it.each([
    ['a repeated header', ['step,a', ...rows.slice(0, 5), 'step,a', ...rows.slice(5)], '1 repeated header left out.'],
    ['half a last line', ['step,a', ...rows, '10'], '1 line left out, as they do not match the 2 columns'],
    [
      'remarks',
      ['# made by hand', 'step,a', ...rows.slice(0, 3), '# pause', ...rows.slice(3)],
      '2 remark lines left out.'
    ],
    ['the name of the delimiter', ['sep=;', 'step;a', ...rows.map((row) => row.replace(',', ';'))], null],
    ['rows without any value', ['step,a', ...rows, ',', ','], '2 rows without any value left out.'],
    [
      'rows without a step',
      ['step,a', ...rows, ',7'],
      '1 row without a step left out (the first in line 12, with values of "a").'
    ],
    ['gaps of spreadsheets', ['step,a,b', ...rows.map((row) => `${row},#N/A`)], 'Left out, because empty: "b".'],
    ['a header of numpy', ['# step a', ...rows.map((row) => row.replace(',', ' '))], null],
    ['spaces between values', [' step   a', ...rows.map((row) => `  ${row.replace(',', '    ')}`)], null],
    ['a mark of byte order', ['step,a', ...rows], null],
    ['an unnamed column of row numbers', [',a', ...rows], 'first column']
  ])('cost themselves and no table: %s', (_, lines, note) => {
    const { steps, values, notes } = read(lines.join('\n'))
    expect([steps, values]).toEqual([range(0, 9, 1), [range(0, 9, 1).map((step) => step + 0.5)]])
    if (note !== null && note !== 'first column') expect(notes.join(' ')).toContain(note)
  })

  it('of a column: a few words are gaps, and told', () => {
    const { values, notes } = read(['step,a', ...rows, '10,oops'].join('\n'))
    expect(values[0]).toHaveLength(11)
    expect(notes[0]).toBe('1 cell that holds no number is a gap (the first in line 12, column "a": "oops").')
  })
})

it.each([
  ['training_iteration,loss\n1,2\n2,1', 'training_iteration'],
  ['current_steps,loss,epoch\n10,2,0.1\n20,1,0.2', 'current_steps'],
  ['time/total_timesteps,r\n100,2\n200,1', 'time/total_timesteps'],
  ['n,loss,epoch\n10,2.5,0.1\n20,1.5,0.2', 'n'],
  [',loss\n0,2\n1,1', '(first column)']
])('the steps of %j are counted by %s', (text, column) =>
  expect(findStepColumn(readDelimited(text, 'a.csv'))).toMatchObject({ column, unclear: null })
)
