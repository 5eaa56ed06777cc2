/** What can be called. */
import type { SeriesSummary, StatePath, Subject, Value } from './subject'

export interface ExpressionFunction {
  /** What its argument is: the tag of a series, the number of a state, a name, or a number. */
  takes: 'tag' | 'state' | 'name' | 'number'
  about: string
  of(subject: Subject, argument: string | number): Value
}

function ofSeries(about: string, pick: (summary: SeriesSummary) => number): ExpressionFunction {
  return {
    takes: 'tag',
    about,
    of: (subject, tag) => {
      const summary = subject.series(String(tag))
      return summary && pick(summary)
    }
  }
}

function ofPath(about: string, pick: (path: StatePath, state: number) => number | null): ExpressionFunction {
  return {
    takes: 'state',
    about,
    of: (subject, state) => {
      const path = subject.path()
      return path && pick(path, Number(state))
    }
  }
}

function ofNumber(about: string, pick: (value: number) => number): ExpressionFunction {
  return { takes: 'number', about, of: (_, value) => pick(Number(value)) }
}

export const functions: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    last: ofSeries('newest value of a metric', ({ last }) => last),
    first: ofSeries('first value of a metric', ({ first }) => first),
    min: ofSeries('smallest finite value of a metric', ({ min }) => min),
    max: ofSeries('largest finite value of a metric', ({ max }) => max),
    mean: ofSeries('mean of the finite values of a metric', ({ mean }) => mean),
    count: ofSeries('how many points of a metric were recorded', ({ count }) => count),
    entered: ofPath('step at which a state is first entered', ({ visits, steps }, state) => {
      const visit = visits.indexOf(state)
      return visit < 0 ? null : steps[visit]
    }),
    dwell: ofPath('steps that a run spends in a state', ({ visits, steps }, state) =>
      visits.reduce((sum, one, i) => (one === state ? sum + steps[i + 1] - steps[i] : sum), 0)
    ),
    visits: ofPath(
      'how often a run comes into a state',
      ({ visits }, state) => visits.filter((one) => one === state).length
    ),
    has: {
      takes: 'name',
      about: 'whether a run has a field or a hyperparameter',
      of: (subject: Subject, name: string | number) => subject.field(String(name)) !== null
    },
    abs: ofNumber('size of a number', Math.abs),
    log10: ofNumber('logarithm to base 10', Math.log10),
    sqrt: ofNumber('square root', Math.sqrt)
  } satisfies Record<string, ExpressionFunction>)
)
