/** The single most likely state path. */
import { densitiesOf } from './densities'
import type { GaussianHmm, Sequence } from './types'

/**
 * Viterbi paths (Rabiner 1989, eq. 32-35), one Int32Array [T] per sequence, states from 0. The first row of an
 * autoregressive model, which only is given, has the state of the second.
 * Of equally likely predecessors the first is taken, as hmmlearn does.
 */
export function decodeViterbi(model: GaussianHmm, sequences: readonly Sequence[]): Int32Array[] {
  const { states } = model
  const densities = densitiesOf(model, sequences)
  const logStart = model.startProb.map(Math.log)
  const logTrans = model.transMat.map(Math.log)
  const longest = sequences.reduce((most, { rows }) => Math.max(most, rows), 0)
  // Taken once: hundreds of runs would otherwise leave hundreds of buffers to be collected.
  const logB = new Float64Array(longest * states)
  const from = new Int32Array(longest * states)
  return sequences.map(({ rows }, s) => {
    const path = new Int32Array(rows)
    const given = model.autoregression ? 1 : 0
    const length = rows - given
    if (length < 1) return path.fill(logStart.indexOf(Math.max(...logStart)))
    densities(s, logB)
    let score: Float64Array = new Float64Array(states)
    let next: Float64Array = new Float64Array(states)
    for (let k = 0; k < states; k++) score[k] = logStart[k] + logB[k]
    for (let t = 1; t < length; t++) {
      const row = t * states
      for (let j = 0; j < states; j++) {
        let best = -Infinity
        let argument = 0
        for (let i = 0, p = j; i < states; i++, p += states) {
          const value = score[i] + logTrans[p]
          if (value > best) {
            best = value
            argument = i
          }
        }
        from[row + j] = argument
        next[j] = best + logB[row + j]
      }
      const held = score
      score = next
      next = held
    }
    let state = 0
    for (let k = 1; k < states; k++) if (score[k] > score[state]) state = k
    for (let t = length - 1; t >= 0; t--) {
      path[t + given] = state
      state = from[t * states + state]
    }
    if (given) path[0] = path[1]
    return path
  })
}
