import { describe, expect, it } from 'vitest'
import type { ImportSource } from '../../../src/domain/import-source'
import { describeSources, groupsOf, layoutsOf } from './layouts'

function source(file: string, change: Partial<ImportSource> = {}): ImportSource {
  return {
    file,
    run: file,
    name: file,
    group: 'g',
    seed: null,
    seedFrom: null,
    bytes: 1,
    format: 'csv',
    rows: 2,
    columns: ['step', 'a'],
    stepColumn: 'step',
    stepCandidates: ['step'],
    unclear: null,
    firstStep: 0,
    lastStep: 1,
    series: [{ column: 'a', tag: 'a', points: 2 }],
    problem: null,
    notes: [],
    ...change
  }
}
const asked = { stepColumn: null, unclear: 'Which?', problem: 'Which?', series: [], stepCandidates: ['t', 'a'] }

describe('the files of an import', () => {
  it('are asked about once for equal columns, questions first', () => {
    const sources = [
      source('a'),
      source('b'),
      source('c', { columns: ['t', 'a'], ...asked }),
      source('d', { columns: ['t', 'a'], ...asked, stepCandidates: ['t'] }),
      source('e', { columns: [], format: null, problem: 'not text' }),
      source('f', { format: 'visualizing-training' })
    ]
    const layouts = layoutsOf(sources)
    expect(layouts.map(({ files, choosable, unclear }) => [files, choosable, unclear])).toEqual([
      [['c', 'd'], true, 'Which?'],
      [['a', 'b'], true, null],
      [['f'], false, null]
    ])
    expect(layouts[0]).toMatchObject({ candidates: ['t'], stepColumn: null })
  })

  it('show no choice where files of a kind have different ones', () => {
    const [layout] = layoutsOf([source('a'), source('b', { stepColumn: '#row' })])
    expect(layout.stepColumn).toBeNull()
  })

  it('cannot be counted by rows where they are checkpoints', () => {
    const [layout] = layoutsOf([source('a', { format: 'checkpoints', columns: ['epoch', 'step'] })])
    expect(layout).toMatchObject({ choosable: true, countable: false })
    expect(describeSources([source('a', { format: 'checkpoints' })])).toBe('1 run of checkpoints')
  })

  it('are described in words', () => {
    expect(describeSources([source('a')])).toBe('1 CSV file')
    expect(
      describeSources([
        ...[source('a'), source('b'), source('c', { format: 'json-lines' })],
        ...[source('d', { format: 'visualizing-training' }), source('e', { format: 'visualizing-training' })],
        ...[source('f', { format: null }), source('g', { format: null })]
      ])
    ).toBe('2 CSV files, 1 JSON lines file, 2 run folders of visualizing-training and 2 files that cannot be read')
    expect(groupsOf([source('a'), source('b', { group: 'h' }), source('c', { group: 'i', problem: 'bad' })])).toEqual([
      'g',
      'h'
    ])
  })
})
