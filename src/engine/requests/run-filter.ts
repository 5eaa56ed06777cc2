/** Expressions over the runs of the open project: what is known of them is gathered here, and evaluated in a worker. */
import { segmentsOf } from '../../analysis'
import type { ParsedParams, RequestResult } from '../../contract/requests'
import { factOf, namesOf, wordsOf } from '../../domain/run-facts'
import type { RunInfo } from '../../domain/run'
import { askedBy, askedByValue, type Asked } from '../../expressions/asked'
import { complete, completeCurve } from '../../expressions/complete'
import { ExpressionError } from '../../expressions/nodes'
import type { StatePath } from '../../expressions/subject'
import type { EvaluateTask } from '../../recordings/evaluate-runs'
import { wordTest } from '../../text/plain-words'
import type { ProjectSession } from '../project/project-session'
import type { RunReadings } from '../project/run-readings'
import type { Services } from './services'
import type { TaskPool } from '../task-pool'
import { summariesOf } from './run-summaries'
import { tagsOf } from './tag-pieces'

/** Values of a field that are offered: more of them are no help. */
const mostValues = 200
/** Runs whose tags are offered, evenly over all. */
const mostLookedAt = 64

type Asks = Pick<Services, 'queries' | 'readings'>

export async function filterRuns(
  { queries, readings }: Asks,
  session: ProjectSession,
  { text, analysisId }: { text: string; analysisId: string | null },
  signal?: AbortSignal
): Promise<RequestResult<'runs.filter'>> {
  let runs = session.listRuns()
  try {
    const asked = askedBy(text)
    await readLeads(readings, session, asked)
    runs = session.listRuns()
    const task = await taskFor(queries, session, runs, asked, analysisId, signal)
    const [{ values, problem }] = await queries.run('evaluateRuns', { ...task, of: 'test', texts: [text] }, signal)
    if (problem) return asWords(runs, text, problem)
    return { runIds: task.runIds.filter((_, i) => values[i]), asWords: false, problem: null }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return asWords(runs, text, problemOf(error))
  }
}

/** What expressions say of every run; one that cannot be evaluated keeps none of the others back. */
export async function valuesOfRuns(
  { queries, readings }: Asks,
  session: ProjectSession,
  { columns: texts, analysisId }: { columns: string[]; analysisId: string | null },
  signal?: AbortSignal
): Promise<RequestResult<'runs.values'>> {
  const asked: Asked = { names: [], tags: [], path: false, text: false }
  for (const text of texts) {
    try {
      const { names, tags, path } = askedByValue(text)
      asked.names.push(...names)
      asked.tags.push(...tags)
      asked.path ||= path
    } catch (error) {
      // The worker says what is wrong with it.
      if (!(error instanceof ExpressionError)) throw error
    }
  }
  await readLeads(readings, session, asked)
  const task = await taskFor(queries, session, session.listRuns(), asked, analysisId, signal)
  const columns = await queries.run('evaluateRuns', { ...task, of: 'values', texts }, signal)
  return { runIds: task.runIds, columns }
}

/** What is wrong with runs is told by reading them; nobody may take what has not been read for what is well. */
async function readLeads(readings: RunReadings, session: ProjectSession, { names }: Asked): Promise<void> {
  if (names.some((name) => name === 'reading' || name === 'severity')) await readings.all(session)
}

/** All that has to be known of the runs before they can be asked. */
async function taskFor(
  queries: TaskPool,
  session: ProjectSession,
  runs: readonly RunInfo[],
  asked: Asked,
  analysisId: string | null,
  signal?: AbortSignal
): Promise<Omit<EvaluateTask, 'of' | 'texts'>> {
  const names = new Set(asked.names)
  const { recorded, series } = await summariesOf(queries, session, runs, [...new Set(asked.tags)], signal)
  return {
    runIds: runs.map(({ id }) => id),
    columns: Object.fromEntries([...names].map((name) => [name, runs.map((run) => factOf(run, name))])),
    names: [...namesOf(runs)],
    words: asked.text ? runs.map(wordsOf) : null,
    paths: asked.path && analysisId !== null ? pathsOf(session, analysisId) : {},
    recorded,
    series
  }
}

function problemOf({ message, at, length }: ExpressionError): NonNullable<RequestResult<'runs.filter'>['problem']> {
  return { text: message, at, length }
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

export async function completeFilter(
  queries: TaskPool,
  session: ProjectSession,
  { text, cursor, of }: ParsedParams<'runs.complete'>,
  signal?: AbortSignal
): Promise<RequestResult<'runs.complete'>> {
  const runs = session.listRuns()
  const names = namesOf(runs)
  // Of a filter tags are asked for in quotes only.
  const quoted = of === 'curve' || /["'][^"']*$/.test(text.slice(0, cursor))
  const every = Math.ceil(runs.length / mostLookedAt)
  const some = runs.filter((_, i) => i % every === 0).map(({ id }) => id)
  const { tags } = quoted ? await tagsOf(queries, session.folder, session.sources(some), signal) : { tags: [] }
  const scalars = tags.filter(({ kind }) => kind === 'scalars')
  const named = scalars.map(({ tag }) => tag)
  if (of === 'curve') return completeCurve(text, cursor, named)
  const values = quoted ? new Map([...names.keys()].map((name) => [name, valuesOf(runs, name)] as const)) : new Map()
  return complete(text, cursor, { names, tags: new Set(named), values })
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
