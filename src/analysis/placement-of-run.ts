/** Where a run lies that a fitted model has not seen, beside the runs that it was fitted to. */
import { posteriorProbabilities, scoreSequences } from '../hmm'
import type { GaussianHmm, Sequence } from '../hmm/types'
import { LEAST_SPREAD, placed, spreadOf } from './placements'
import type { Moments, Placement, PlacementSpread } from './placements'
import { usualScale } from './scaling'
import type { Analysis } from '../domain/analysis'

const STEPS = 20

/**
 * How far the analysed runs lie apart, in z; shifts by 1 where one run has none to compare with. Rates of change are not shifted
 * at all: what is taken off a run is not in them.
 */
export function spreadOfRuns({ scaling, window }: Pick<Analysis['inputs'], 'scaling' | 'window'>): PlacementSpread {
  const usual = scaling[0].map((_, d) => usualScale(scaling, d))
  const placements = scaling.map((own): Placement => {
    // A feature that one run has never changed is where it usually is.
    const gain = Float64Array.from(own, ({ std }, d) => (std > 0 ? usual[d].std / std : 1))
    return { gain, shift: gain.map((_, d) => (own[d].std > 0 ? (usual[d].mean - own[d].mean) / own[d].std : 0)) }
  })
  const spread = spreadOf(placements)
  if (window !== undefined) return { ...spread, shift: spread.shift.map(() => LEAST_SPREAD) }
  return scaling.length > 1 ? spread : { ...spread, shift: spread.shift.map(() => 1) }
}

/**
 * The run on the scale of its levels: placed where the mean of the posterior is, by expectation maximisation with the states as
 * the hidden part. It starts from where it is, and from where its first row is that of the state that runs begin in; the
 * likelier one counts. Features weigh by their variances alone, also where a model knows their covariances.
 * @param sequence on the usual scale of the analysed runs.
 */
export function placedIn(sequence: Sequence, model: GaussianHmm, spread: PlacementSpread): Sequence {
  const { data, columns } = sequence
  const first = model.startProb.indexOf(Math.max(...model.startProb))
  const ones = new Float64Array(columns).fill(1)
  const guesses: Placement[] = [
    { gain: ones, shift: new Float64Array(columns) },
    {
      gain: ones,
      shift: ones.map((_, d) => (Number.isNaN(data[d]) ? 0 : model.means[first * columns + d] - data[d]))
    }
  ]
  const tried = guesses.map((guess) => {
    let placement = guess
    for (let step = 0; step < STEPS; step++) placement = improved(sequence, model, spread, placement)
    const own = moved(sequence, placement)
    let score = scoreSequences(model, [own])
    placement.gain.forEach((gain, d) => {
      const [shift, log] = [placement.shift[d], Math.log(gain)]
      score -= (0.5 * shift * shift) / spread.shift[d] + (0.5 * log * log) / spread.logGain[d]
      for (let p = d; p < data.length; p += columns) if (!Number.isNaN(data[p])) score += log
    })
    return { own, score }
  })
  return tried[1].score > tried[0].score ? tried[1].own : tried[0].own
}

function improved(sequence: Sequence, model: GaussianHmm, spread: PlacementSpread, placement: Placement): Placement {
  const { data, rows, columns } = sequence
  const [posterior] = posteriorProbabilities(model, [moved(sequence, placement)])
  const next: Placement = { gain: new Float64Array(columns), shift: new Float64Array(columns) }
  for (let d = 0; d < columns; d++) {
    const sums: Moments = { count: 0, weight: 0, x: 0, xx: 0, level: 0, xLevel: 0 }
    for (let t = 0; t < rows; t++) {
      const x = data[t * columns + d]
      if (Number.isNaN(x)) continue
      for (let k = 0; k < model.states; k++) {
        const share = posterior[t * model.states + k]
        const weight = share / varianceOf(model, k, d)
        const level = model.means[k * columns + d]
        sums.count += share
        sums.weight += weight
        sums.x += weight * x
        sums.xx += weight * x * x
        sums.level += weight * level
        sums.xLevel += weight * x * level
      }
    }
    const { gain, shift } = placed(sums, { logGain: spread.logGain[d], shift: spread.shift[d] })
    next.gain[d] = gain
    next.shift[d] = shift
  }
  return next
}

function moved(sequence: Sequence, { gain, shift }: Placement): Sequence {
  const { columns } = sequence
  return { ...sequence, data: sequence.data.map((x, p) => gain[p % columns] * x + shift[p % columns]) }
}

function varianceOf({ covariance, covars, features }: GaussianHmm, k: number, d: number): number {
  if (covariance === 'spherical') return covars[k]
  if (covariance === 'diag') return covars[k * features + d]
  return covars[(covariance === 'full' ? k * features * features : 0) + d * features + d]
}
