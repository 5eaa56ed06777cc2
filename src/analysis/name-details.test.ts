import { expect, test } from 'vitest'
import { hasDetails, outcomeRanges, setApart } from './name-details'
import { runOf } from './testing/builders'

const input = (runId: string, points: number) => ({
  runId,
  label: runId,
  seed: null,
  steps: Array.from({ length: points }, (_, i) => i * 10),
  epochs: Array.from({ length: points }, (_, i) => i)
})

test('how far the outcome goes in a state: medians over visits, up to the point after', () => {
  const runs = ['a', 'b', 'c'].map((id, r) => runOf(id, { 'accuracy/val': [0.1, 0.2, 0.5 + 0.1 * r, 0.9] }))
  const paths = [
    [0, 0, 1, 1],
    [0, 0, 1, 1],
    [0, 0, 1, 1]
  ]
  const inputs = runs.map(({ runId }) => input(runId, 4))
  expect(outcomeRanges(paths, inputs, runs, 3)).toEqual([
    { tag: 'accuracy/val', from: 0.1, to: 0.6 },
    { tag: 'accuracy/val', from: 0.6, to: 0.9 },
    null
  ])
  // One run without the accuracy: the next outcome that all have.
  const others = [runs[0], runOf('b', { 'loss/val': [3, 2, 1, 1] })]
  expect(outcomeRanges(paths, inputs.slice(0, 2), others, 2)).toEqual([null, null])
})

const where = {
  features: ['weights/l2', 'loss/train'],
  means: [
    [-1, 1],
    [0.5, 0],
    [1.5, -0.1]
  ]
}
const range = (from: number, to: number) => ({ tag: 'accuracy/val', from, to })

test('states of one kind are told apart by the outcome, then by a feature, then by a number', () => {
  const kinds = ['Learning', 'Generalising', 'Generalising']
  const ranges = [range(0.1, 0.3), range(0.312, 0.784), range(0.78, 0.894)]
  expect(setApart(kinds, ranges, where, true)).toEqual([
    'Learning',
    'Generalising, 0.31 to 0.78',
    'Generalising, 0.78 to 0.89'
  ])
  const still = ['Learning', 'Converged', 'Converged']
  const same = [null, range(0.9, 0.9), range(0.9, 0.9)]
  expect(setApart(still, same, where, true)).toEqual(['Learning', 'Converged, lower l2', 'Converged, higher l2'])
  expect(setApart(still, same, null, true)).toEqual(['Learning', 'Converged', 'Converged 2'])
})

test('where the same feature tells two states, the second gets the next one', () => {
  const three = {
    features: ['a', 'b'],
    means: [
      [3, 0],
      [-1, 2],
      [-1.5, -1]
    ]
  }
  const kinds = ['Converged', 'Converged', 'Converged']
  expect(setApart(kinds, [null, null, null], three, true)).toEqual([
    ...['Converged, higher a', 'Converged, higher b', 'Converged, lower a']
  ])
  const alike = {
    features: ['a', 'b'],
    means: [
      [3, 0],
      [-1, 0.5],
      [-1.5, -1]
    ]
  }
  expect(setApart(kinds, [null, null, null], alike, true)).toEqual([
    ...['Converged, higher a', 'Converged, lower a', 'Converged, lower b']
  ])
})

test('a state without a role says where its leading feature stands', () => {
  expect(setApart(['', '', ''], [], where, false)).toEqual([
    'State 1, lower l2',
    'State 2, lower loss/train',
    'State 3, higher l2'
  ])
  expect(setApart(['', ''], [], null, false)).toEqual(['State 1', 'State 2'])
})

test('a name with details is of its fit alone', () => {
  expect(['Learning', 'Generalising, 0.3 to 0.8', 'Plateau 2', 'State 1, lower l2'].map(hasDetails)).toEqual([
    ...[false, true, true, true]
  ])
})

test('says what features do where states are their rates', () => {
  const features = ['weights/l2', 'b']
  const named = (rates: number[][]): string[] =>
    setApart(
      rates.map(() => ''),
      [],
      { features, means: rates.map(([a]) => [a, 0]), rates },
      false
    )
  expect(
    named([
      [3, 0],
      [-1, 0],
      [0.1, 0]
    ])
  ).toEqual(['State 1, l2 rising', 'State 2, l2 falling', 'State 3, l2 steady'])
  expect(
    named([
      [3, 0],
      [1, 0]
    ])
  ).toEqual(['State 1, l2 rising faster', 'State 2, l2 rising slower'])
  expect(
    named([
      [-3, 0],
      [-1, 0]
    ])
  ).toEqual(['State 1, l2 falling faster', 'State 2, l2 falling slower'])
})
