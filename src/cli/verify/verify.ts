/** `phasescope experiments --verify`: trains every experiment and says whether it shows what it is known for. */
import type { Engine } from '../../engine/engine'
import { defaultHooks, findExperiment, resolveRecipe } from '../../training/experiments'
import { backendTitles } from '../../domain/backends'
import type { BackendChoice } from '../../domain/backends'
import type { Terminal } from '../terminal'
import { duration, table } from '../terminal'
import { type Curve, type VerifyCase } from './cases'

interface Outcome {
  row: string[]
  ok: boolean
}

/** Trains all cases and prints the table. Returns whether all were as expected. */
export async function verify(
  engine: Engine,
  cases: readonly VerifyCase[],
  backend: BackendChoice,
  terminal: Terminal
): Promise<boolean> {
  const outcomes: Outcome[] = []
  const runIds: string[] = []
  for (const one of cases) runIds.push(await begin(engine, one, backend))
  for (const [i, one] of cases.entries()) {
    const outcome = await outcomeOf(engine, one, runIds[i])
    outcomes.push(outcome)
    terminal.note(outcome.row.join('  '))
  }
  const head = ['EXPERIMENT', 'SETTING', 'EXPECTED', 'REACHED', 'TIME', 'BACKEND', '']
  for (const line of table(
    head,
    outcomes.map(({ row }) => row)
  ))
    terminal.out(line)
  return outcomes.every(({ ok }) => ok)
}

async function begin(engine: Engine, one: VerifyCase, backend: BackendChoice): Promise<string> {
  const recipe = resolveRecipe({ experiment: one.experiment, params: one.params, data: null, network: null })
  const { defaultRecord } = findExperiment(one.experiment)
  const [id] = await engine.training.start(engine.project, {
    ...recipe,
    name: `${one.experiment}: ${one.name}`,
    data: null,
    seeds: [0],
    backend,
    hooks: defaultHooks(recipe),
    record: { ...defaultRecord, pauseOnNonFinite: false }
  })
  return id
}

async function outcomeOf(engine: Engine, one: VerifyCase, id: string): Promise<Outcome> {
  await engine.training.finished(id)
  const run = engine.project.run(id)
  const spent = [duration(run.elapsedSeconds), backendTitles[run.spec!.backend]]
  const row = (reached: string, ok: boolean): Outcome => {
    return { row: [one.experiment, one.name, one.expected, reached, ...spent, ok ? 'as expected' : 'NOT'], ok }
  }
  if (run.status !== 'done') return row(run.message ?? run.status, false)
  const { scalars } = await engine.call('runs.tags', { runIds: [id] })
  const tags = scalars.filter((tag) => /^(loss|accuracy|precision|recall|f1)\//.test(tag))
  const series = await engine.call('runs.series', { runIds: [id], tags, mostPoints: 100_000 })
  const curve = (tag: string): Curve => {
    const found = series.find((candidate) => candidate.tag === tag)
    if (!found) throw new Error(`${run.name} has recorded no ${tag}.`)
    return found
  }
  const { reached, ok } = one.check(curve)
  return row(reached, ok)
}
