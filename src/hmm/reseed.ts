/** Restart of states that have lost their rows. */
import type { Rng } from '../numeric/rng'
import { stayRule } from './autoregression'
import { uniformRow } from './constraints'
import type { TransitionMask } from './constraints'
import { copyRow } from './rows'
import type { RowBlocks } from './rows'
import type { GaussianHmm } from './types'

/** Share of the worst explained rows among which a new mean is drawn: not always the single worst, often an outlier. */
const WORST_SHARE = 0.1

/**
 * Gives each empty state the place of a badly explained row, the covariance of all rows, and a way in and out.
 * Zeros of the transition matrix towards these states are lifted where `mask` allows it, otherwise the state could never
 * be entered.
 * @param best largest log density of each row in the last E-step, [rows].
 * @param fresh initial covariances, in the model's layout; not used by tied models.
 */
export function reseedStates(
  model: GaussianHmm,
  empty: readonly number[],
  blocks: RowBlocks,
  best: Float64Array,
  fresh: Float64Array,
  updates: string,
  mask: TransitionMask,
  rng: Rng
): void {
  const { states, features, startProb, transMat, means, covars, covariance } = model
  const rows = best.length
  const order = Array.from(best.keys()).sort((a, b) => best[a] - best[b] || a - b)
  const pool = Math.max(empty.length, Math.ceil(rows * WORST_SHARE))
  for (const k of empty) {
    const row = order[rng.integer(Math.min(pool, rows))]
    if (updates.includes('m')) {
      copyRow(blocks, row, means, k * features)
      // The row is a change then: a rule that adds it.
      if (model.autoregression) stayRule(model.autoregression, features, states, k)
    }
    if (updates.includes('c') && covariance !== 'tied') {
      const block = covars.length / states
      for (let p = k * block; p < (k + 1) * block; p++) covars[p] = fresh[p]
    }
    if (updates.includes('t')) {
      uniformRow(transMat, k, states, mask)
      for (let i = 0; i < states; i++) if (!mask || mask[i * states + k]) lift(transMat, i * states, k, states)
    }
    if (updates.includes('s')) lift(startProb, 0, k, states)
  }
}

/** Raises one probability of a distribution to at least a tenth of uniform. */
function lift(values: Float64Array, at: number, k: number, states: number): void {
  values[at + k] = Math.max(values[at + k], 0.1 / states)
  let sum = 0
  for (let j = 0; j < states; j++) sum += values[at + j]
  for (let j = 0; j < states; j++) values[at + j] /= sum
}
