/** What the other seeds of the same group do at the same step. */
import { amongSeeds } from '../seeds'
import type { ObservedRun, OutcomeName } from '../observed'
import { rule, type Found } from '../rule'
import { value } from '../words'

const outcomes: OutcomeName[] = ['valLoss', 'valAccuracy', 'trainLoss', 'trainAccuracy']

export const unlikeSeeds = rule({
  id: 'unlike-seeds',
  formula:
    'Of the losses and accuracies: distance from the median of the other seeds of the group, at the same step, over their spread (1.4826 times the median distance from it, at least half of the usual one and a fiftieth of the way that the median goes). The rule speaks where the newest points that the seeds have come to, too, all lie farther on one side; on the better side it is a note.',
  source:
    'Rousseeuw & Croux 1993, Alternatives to the Median Absolute Deviation, for the spread; the thresholds are ours.',
  advice:
    'Look at what the seed decides: initial weights, order of the examples, split. One that lags may still follow: late generalisation comes at a different step for every seed.',
  explains: ['unlike-healthy'],
  thresholds: {
    sigmas: { about: 'Spreads beyond which the rule speaks', usual: 4, min: 1, max: 100 },
    seeds: { about: 'Other seeds that have come so far, at least', usual: 5, min: 3, max: 1000 },
    points: { about: 'Points in a row', usual: 3, min: 1, max: 1000 }
  },
  judge(run, { sigmas, seeds, points }) {
    const others = run.otherSeeds?.() ?? []
    if (others.length < seeds) return []
    const found = outcomes.flatMap((name) => farOf(run, name, others, { sigmas, seeds, points }) ?? [])
    // One sentence: what is worse is told before what is better.
    const [first] = found.sort((a, b) => Number(a.severity === 'note') - Number(b.severity === 'note'))
    return first ? [first] : []
  }
})

function farOf(
  run: ObservedRun,
  name: OutcomeName,
  others: readonly ObservedRun['outcomes'][],
  { sigmas, seeds, points }: { sigmas: number; seeds: number; points: number }
): Found | null {
  const own = run.outcomes[name]
  if (!own) return null
  const courses = others.flatMap((other) => other[name]?.course ?? [])
  const among = amongSeeds(own.course, courses, seeds)
  if (!among || among.distances.length < points) return null
  const { distances, steps, centre } = among
  const last = distances.length - 1
  const side = Math.sign(distances[last])
  let since = last
  while (since >= 0 && side * distances[since] > sigmas) since--
  if (last - since < points) return null
  const isWorse = name === 'valLoss' || name === 'trainLoss' ? side > 0 : side < 0
  const now = own.course.values[steps.length - 1]
  return {
    severity: isWorse ? 'warning' : 'note',
    hooks: [],
    since: steps[since + 1],
    text:
      `${own.tag} is ${value(now)} at step ${steps[last]}, ${value(Math.abs(distances[last]))} spreads ` +
      `${side > 0 ? 'above' : 'below'} the ${among.seeds} other seeds of its group, whose median is ${value(centre[last])} there.`,
    remedy: isWorse
      ? 'Compare its first points with those of the other seeds; leave it out, or train more seeds, where one run decides what is said of all.'
      : 'Nothing has to be done; what is said of this run alone is not said of its recipe.',
    change: null,
    evidence: [{ tag: own.tag, limit: centre[last] }]
  }
}
