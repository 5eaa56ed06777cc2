/** Where each epoch ends, as far as a log records epochs beside its steps. */

/** More epochs than this are none: something else is called so. */
const mostEpochs = 100_000

/**
 * @param present null: all are there
 * @returns for every whole epoch that was reached the last step with it; fractions end in the next whole one
 */
export function epochEnds(
  steps: ArrayLike<number>,
  epochs: ArrayLike<number>,
  present: ArrayLike<number> | null = null
): { epoch: number; step: number }[] {
  const ends = new Map<number, number>()
  for (let i = 0; i < steps.length; i++) {
    if ((present && present[i] !== 1) || !Number.isFinite(epochs[i]) || epochs[i] < 0) continue
    const epoch = Math.ceil(epochs[i])
    ends.set(epoch, Math.max(ends.get(epoch) ?? 0, steps[i]))
    if (ends.size > mostEpochs) return []
  }
  return [...ends].map(([epoch, step]) => ({ epoch, step })).sort((a, b) => a.epoch - b.epoch)
}
