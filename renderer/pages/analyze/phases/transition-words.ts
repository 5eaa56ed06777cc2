/** What a change of state does to the features, as a sentence. */
import type { TransitionFeature } from '../../../../src/domain/states'

/** Said of this many features at most. */
const most = 3
/** Of what changes less than this share of the largest change nothing is said. */
const least = 0.3

/**
 * "Train loss falls by 1.7 z, validation accuracy rises by 1.9 z; L2 norm hardly moves." is what people read first.
 * @param unit after each number: " z" where features are z-scored
 * @param rates the means are rates of change: "The rate of L2 norm rises by 2 z."
 */
export function changeSentence(
  features: readonly Pick<TransitionFeature, 'feature' | 'meanDifference'>[],
  nameOf: (feature: string) => string,
  unit: string,
  rates = false
): string {
  const sorted = [...features].sort((a, b) => Math.abs(b.meanDifference) - Math.abs(a.meanDifference))
  const largest = Math.abs(sorted[0]?.meanDifference ?? 0)
  if (!(largest > 0)) return `No feature has another ${rates ? 'rate' : 'mean'} before and after.`
  const told = sorted.slice(0, most).filter(({ meanDifference }) => Math.abs(meanDifference) >= least * largest)
  const parts = told.map(({ feature, meanDifference }, i) => {
    const size = Number(Math.abs(meanDifference).toPrecision(2))
    const own = i === 0 && !rates ? nameOf(feature) : within(nameOf(feature), feature)
    const what = !rates ? own : i === 0 ? `The rate of ${own}` : `that of ${own}`
    return `${what} ${meanDifference < 0 ? 'falls' : 'rises'} by ${size}${unit}`
  })
  const last = parts.pop()!
  return `${parts.length > 0 ? `${parts.join(', ')} and ` : ''}${last}.`
}

/** A name of ours in the middle of a sentence; a tag of others, "L2 norm" and the like stay as they are. */
function within(name: string, feature: string): string {
  return name !== feature && /^[A-Z][a-z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name
}
