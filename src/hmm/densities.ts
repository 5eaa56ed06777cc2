/** Log densities of sequences under any model, one sequence at a time. */
import { cellDensities, cellsOf, prepareCells } from './cells'
import { Changes } from './changes'
import { logDensities, prepareEmissions } from './emissions'
import { checkSequences } from './rows'
import type { GaussianHmm, Sequence } from './types'

/**
 * @returns a function that writes the log densities (natural log) of sequence s: [T, K], or those of the changes,
 *   [T - 1, K], where the model is autoregressive.
 * @throws on wrong shapes and on numbers that are not finite and no missing cells.
 */
export function densitiesOf(
  model: GaussianHmm,
  sequences: readonly Sequence[]
): (s: number, out: Float64Array) => void {
  const { states, features, covariance, autoregression } = model
  const shape = checkSequences(sequences, features)
  const table = prepareEmissions(model)
  if (autoregression) {
    const changes = new Changes(sequences, states, features, autoregression.kind, covariance)
    return (s, out) => changes.densities(table, s, out)
  }
  const cells = cellsOf(sequences, shape)
  if (cells) {
    const own = prepareCells(cells, model.covars, table)
    return (s, out) => cellDensities(cells, table, own, s, out)
  }
  return (s, out) => logDensities(table, sequences[s].data, sequences[s].rows, out)
}
