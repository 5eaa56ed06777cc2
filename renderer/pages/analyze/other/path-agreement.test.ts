import { expect, it } from 'vitest'
import { pathAgreement } from './path-agreement'

const run = (runId: string, steps: number[]) => ({ runId, label: runId, seed: null, steps, epochs: steps })

it('compares paths at the steps that both analyses know, run by run and together', () => {
  const found = pathAgreement(
    {
      runs: [run('a', [0, 10, 20, 30]), run('b', [0, 10, 20]), run('c', [0, 10])],
      fit: {
        paths: [
          [0, 0, 1, 1],
          [0, 1, 1],
          [0, 1]
        ]
      }
    },
    {
      runs: [run('b', [5, 15]), run('a', [0, 5, 10, 20, 30])],
      fit: {
        paths: [
          [0, 1],
          [2, 0, 2, 3, 3]
        ]
      }
    }
  )
  expect(found.runs).toEqual([
    { runId: 'a', label: 'a', points: 4, index: 1 },
    // Rows of other steps have nothing to be compared.
    { runId: 'b', label: 'b', points: 0, index: null }
  ])
  expect(found).toMatchObject({ index: 1, points: 4 })
})

it('has a number below 1 where one analysis cuts a state in two', () => {
  const steps = [0, 1, 2, 3]
  const { index } = pathAgreement(
    { runs: [run('a', steps)], fit: { paths: [[0, 0, 1, 2]] } },
    { runs: [run('a', steps)], fit: { paths: [[0, 0, 1, 1]] } }
  )
  expect(index).toBeCloseTo(4 / 7)
})
