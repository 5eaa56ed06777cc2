import { expect, it } from 'vitest'
import { messageProblems } from './commits.mjs'

it('holds messages to an area, 72 characters and a body', () => {
  const good = 'imports: JSON lists of records are read\n\nThey were left out. A test with three of them.\n'
  expect(messageProblems(good)).toEqual([])
  expect(messageProblems('engine, workers: one of both\n\nWhy.')).toEqual([])
  expect(messageProblems('Merge branch of another')).toEqual([])
  expect(messageProblems('Read JSON\n\nWhy.')).toEqual(['the area comes first, as in "imports: read ..."'])
  expect(messageProblems(`imports: ${'x'.repeat(64)}\n\nWhy.`)).toEqual([
    'the subject has 73 characters, 72 are allowed'
  ])
  for (const bare of ['imports: read', 'imports: read\nat once', 'imports: read\n\n\n'])
    expect(messageProblems(bare)).toEqual(['a body says why, and how it was verified'])
})
