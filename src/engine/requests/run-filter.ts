/** Expressions over the runs of the open project: what is known of them is gathered here, and evaluated in a worker. */
import { segmentsOf } from '../../analysis'
import type { RequestResult } from '../../contract/requests'
import { factOf, namesOf, wordsOf } from '../../domain/run-facts'
import type { RunInfo } from '../../domain/run'
import { askedBy } from '../../expressions/asked'
import { complete } from '../../expressions/complete'
import { ExpressionError } from '../../expressions/nodes'
import type { StatePath } from '../../expressions/subject'
import type { FilteredRun } from '../../recordings/filter-runs'
import { wordTest } from '../../text/plain-words'
import type { ProjectSession } from '../project/project-session'
import type { TaskPool } from '../task-pool'
import { tagsOf } from './tag-pieces'

/** Values of a field that are offered: more of them are no help. */
const mostValues = 200
/** Runs whose tags are offered, evenly over all. */
const mostLookedAt = 64

export async function filterRuns(
  queries: TaskPool,
  session: ProjectSession,
  { text, analysisId }: { text: string; analysisId: string | null },
  signal?: AbortSignal
): Promise<RequestResult<'runs.filter'>> {
  const runs = session.listRuns()
  const runIds = runs.map(({ id }) => id)
  try {
    const asked = askedBy(text)
    const columns = Object.fromEntries(asked.names.map((name) => [name, runs.map((run) => factOf(run, name))]))
    const task = {
      text,
      runIds,
      columns,
      tags: asked.tags,
      names: [...namesOf(runs)],
      words: asked.text ? runs.map(wordsOf) : null,
      paths: asked.path && analysisId !== null ? pathsOf(session, analysisId) : {},
      runs: asked.tags.length > 0 ? filtered(session, runs) : []
    }
    const answer = await queries.run('filterRuns', task, signal)
    return answer.problem ? asWords(runs, text, answer.problem) : answer
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return asWords(runs, text, { text: error.message, at: error.at, length: error.length })
  }
}

function asWords(
  runs: readonly RunInfo[],
  text: string,
  problem: NonNullable<RequestResult<'runs.filter'>['problem']>
): RequestResult<'runs.filter'> {
  const test = wordTest(text)
  const found = runs.filter((run) => test(wordsOf(run)))
  const shown = found.length > 0 ? found : runs
  return { runIds: shown.map(({ id }) => id), asWords: found.length > 0, problem }
}

/** Followed logs may grow whatever their status; other runs that have ended do not, until they are trained again. */
function filtered(session: ProjectSession, runs: readonly RunInfo[]): FilteredRun[] {
  const sources = session.sources(runs.map(({ id }) => id))
  return runs.map(({ status, finishedAt, log }, i) => {
    const ended = finishedAt !== null && log === null && !['running', 'paused', 'queued'].includes(status)
    return { ...sources[i], settled: ended ? `${status} ${finishedAt}` : null }
  })
}

export async function completeFilter(
  queries: TaskPool,
  session: ProjectSession,
  { text, cursor }: { text: string; cursor: number },
  signal?: AbortSignal
): Promise<RequestResult<'runs.complete'>> {
  const runs = session.listRuns()
  const names = namesOf(runs)
  // Tags are asked for in quotes only.
  const quoted = /["'][^"']*$/.test(text.slice(0, cursor))
  const every = Math.ceil(runs.length / mostLookedAt)
  const some = runs.filter((_, i) => i % every === 0).map(({ id }) => id)
  const { tags } = quoted ? await tagsOf(queries, session.folder, session.sources(some), signal) : { tags: [] }
  const scalars = tags.filter(({ kind }) => kind === 'scalars')
  const values = quoted ? new Map([...names.keys()].map((name) => [name, valuesOf(runs, name)] as const)) : new Map()
  return complete(text, cursor, { names, tags: new Set(scalars.map(({ tag }) => tag)), values })
}

/** Texts that a name has; none where it has too many, or numbers. */
function valuesOf(runs: readonly RunInfo[], name: string): string[] {
  const found = new Set<string>()
  for (const run of runs) {
    const fact = factOf(run, name)
    for (const one of Array.isArray(fact) ? (fact as readonly string[]) : [fact])
      if (typeof one === 'string' && one) found.add(one)
    if (found.size > mostValues) return []
  }
  return [...found].sort()
}

/** Numbers of states as the views show them, of the fit that is shown. */
function pathsOf(session: ProjectSession, analysisId: string): Record<string, StatePath> {
  const analysis = session.analysis(analysisId)
  const fit = analysis.fits.find(({ states }) => states === analysis.chosenStates)
  if (!fit) return {}
  return Object.fromEntries(
    analysis.inputs.runs.map(({ runId, steps }, r) => {
      const segments = segmentsOf(fit.paths[r])
      const at = segments.map(({ start }) => steps[start])
      const visits = segments.map(({ state }) => fit.stateSummaries[state].number)
      return [runId, { visits, steps: [...at, steps[steps.length - 1] ?? 0] }]
    })
  )
}
