/** Old formats of an analysis file, brought up to date. Each step takes the file as it was, checked for nothing. */

interface Fit1 {
  paths: number[][]
  stateSummaries: { index: number; name: string }[]
  transitions: { from: number; occurrences: object[] }[]
}

/** Format 2 knows identities of states, how their names came about, and gradients per occurrence. */
function analysisFrom1(old: Record<string, unknown>): Record<string, unknown> {
  const fits = (old.fits as Fit1[]).map((fit) => {
    const left = new Set(fit.transitions.map((transition) => transition.from))
    const visited = new Set(fit.paths.flat())
    return {
      ...fit,
      stateSummaries: fit.stateSummaries.map((state) => ({
        ...state,
        number: state.index + 1,
        // Format 1 did not keep whether the user had changed a name, so none is thrown away.
        nameSource: 'kept',
        rule: 'Fit again to see how the curves behave in this state.',
        absorbing: visited.has(state.index) && !left.has(state.index)
      })),
      transitions: fit.transitions.map((transition) => ({
        ...transition,
        occurrences: transition.occurrences.map((occurrence) => ({ ...occurrence, gradients: [] }))
      })),
      pointLogLikelihood: null
    }
  })
  return {
    ...old,
    schemaVersion: 2,
    options: { ...(old.options as object), transitions: 'free' },
    candidates: (old.candidates as object[]).map((candidate) => ({ ...candidate, agreement: null, discarded: false })),
    fits
  }
}

/** The same analysis in the current format. A value that is no analysis comes back as it is, for the validator. */
export function migrateAnalysis(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || (value as { schemaVersion?: unknown }).schemaVersion !== 1)
    return value
  try {
    return analysisFrom1(value as Record<string, unknown>)
  } catch {
    return value
  }
}
