/** EM on rows with missing cells, beside the same rows whole, under the covariances that connect features. */
import { fitGaussianHmm } from '../src/hmm'
import type { Sequence } from '../src/hmm'
import { Rng } from '../src/numeric/rng'
import { interleaved, median, printTable } from './timing'

const states = 4
const iterations = 50

/** @param whole sequences without gaps; half of their features are then recorded at every tenth row, or cells lack at random. */
export async function benchGaps(whole: Sequence[], rounds: number): Promise<void> {
  const rng = new Rng(3)
  const without = (missing: (row: number, column: number) => boolean): Sequence[] =>
    whole.map((sequence) => {
      const { data, columns } = sequence
      const holed = data.map((value, p) => (missing(Math.floor(p / columns), p % columns) ? NaN : value))
      return { ...sequence, data: holed, missing: true }
    })
  const inputs = {
    'whole rows': whole,
    'half of the features at every tenth row': without((row, column) => column % 2 === 1 && row % 10 !== 0),
    'a third at every second, a third at every fifth row': without(
      (row, column) => (column % 3 === 1 && row % 2 !== 0) || (column % 3 === 2 && row % 5 !== 0)
    ),
    'a hundredth of the cells missing': without(() => rng.uniform() < 0.01),
    'a tenth of the cells missing': without(() => rng.uniform() < 0.1),
    'a third of the cells missing': without(() => rng.uniform() < 1 / 3)
  }
  const rows: string[][] = []
  for (const covariance of ['full', 'tied'] as const) {
    const fits = Object.values(inputs).map(
      (sequences) => () =>
        Promise.resolve(
          fitGaussianHmm(sequences, {
            states,
            covariance,
            start: 'segments',
            maxIterations: iterations,
            tolerance: -Infinity
          })
        )
    )
    for (const fit of fits) await fit()
    const seconds = await interleaved(fits, rounds)
    Object.keys(inputs).forEach((name, i) => {
      const ratio = median(seconds[i].map((time, round) => time / seconds[0][round]))
      const ms = (1000 * median(seconds[i])) / iterations
      rows.push([`${name}, ${covariance}`, ms.toFixed(2), `${ratio.toFixed(1)} x`])
    })
  }
  const { length, 0: first } = whole
  printTable(
    `Missing cells, ${length} x ${first.rows}, ${first.columns} features, K = ${states}: ms per EM iteration, and against whole rows`,
    ['', 'ms', 'whole'],
    rows
  )
}
