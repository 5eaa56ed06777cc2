/** The evidence for phases through the application's own pool of two compute workers, beside as many plain fits. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { judgeEvidence, planEvidence, weighPhases } from '../src/analysis'
import { builtOf } from '../src/analysis/evidence/testing/truth'
import { families } from '../src/analysis/evidence/testing/families'
import { scaleInPlace } from '../src/analysis/scaling'
import { Rng } from '../src/numeric/rng'
import type { AnalysisOptions } from '../src/domain/analysis-options'
import { fitDefaults } from '../src/domain/fit-defaults'
import { TaskPool } from '../src/engine/task-pool'
import { createWorkerLauncher } from '../src/host/worker-launcher'
import { phases } from './hmm'
import { median, printTable } from './timing'

const workers = 2
const sizes = [
  { name: 'as the sample, K to 8', runs: 10, points: 51, statesMax: 8 },
  { name: 'K to 8', runs: 40, points: 200, statesMax: 8 },
  { name: 'K to 16', runs: 40, points: 200, statesMax: 16 }
]

/** The most that is ever weighed: levels, rates and rules of runs that drift, until all three have shown no phases. */
async function drifting(pool: TaskPool, rounds: number): Promise<string[]> {
  const [rng, size] = [new Rng(3), { runs: 40, rows: 200, features: 14, noise: 0.02 }]
  const sequences = families.find(({ name }) => name === 'straight')!.draw(rng, size).runs
  const built = builtOf(sequences, scaleInPlace(sequences, fitDefaults.zscore))
  const options: AnalysisOptions = { ...fitDefaults, runIds: [], features: built.inputs.features, statesMax: 8 }
  const times: number[] = []
  for (let round = 0; round < rounds + 1; round++) {
    const start = performance.now()
    const weighed = await weighPhases(built, options, (tasks, states) =>
      Promise.all(tasks.map((task) => pool.run('evidence', { task, sequences, options, weighed: states })))
    )
    // The first round makes the pool warm.
    if (round > 0) times.push((performance.now() - start) / 1000)
    const { states } = judgeEvidence(weighed, size.features)!
    if (states !== 1) throw new Error(`Straight lines have ${states} phases.`)
  }
  return ['40 x 200 x 14, no phases of levels, rates and rules, K to 8', median(times).toFixed(2), '-', '-']
}

export async function benchEvidence(root: string, rounds: number): Promise<void> {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--only', 'main', '--quiet'], {
    stdio: 'inherit'
  })
  if (built.status !== 0) throw new Error('The compute workers could not be built.')
  const pool = new TaskPool(createWorkerLauncher(join(root, 'out', 'main')), workers)
  const rows: string[][] = []
  try {
    for (const { name, runs, points, statesMax } of sizes) {
      const sequences = phases(runs, points)
      const options: AnalysisOptions = { ...fitDefaults, runIds: [], features: [], statesMax }
      const tasks = planEvidence(
        options,
        sequences.map(({ rows }) => rows)
      )
      const candidates = Array.from({ length: statesMax * options.restarts }, (_, i) => ({
        states: 1 + Math.floor(i / options.restarts),
        restart: i % options.restarts,
        seed: i
      }))
      const timed = async (work: () => Promise<unknown>): Promise<number> => {
        const start = performance.now()
        await work()
        return (performance.now() - start) / 1000
      }
      const weigh = (): Promise<unknown> =>
        Promise.all(tasks.map((task) => pool.run('evidence', { task, sequences, options, weighed: { of: 'levels' } })))
      const fit = (): Promise<unknown> =>
        Promise.all(candidates.map((task) => pool.run('candidate', { task, sequences, options })))
      await weigh()
      const [evidence, fits]: number[][] = [[], []]
      for (let round = 0; round < rounds; round++) {
        evidence.push(await timed(weigh))
        fits.push(await timed(fit))
      }
      const ratio = median(evidence) / median(fits)
      rows.push([
        ...[`${runs} x ${points} x ${sequences[0].columns}, ${name}`, median(evidence).toFixed(2)],
        ...[median(fits).toFixed(2), ratio.toFixed(2)]
      ])
    }
    rows.push(await drifting(pool, rounds))
  } finally {
    await pool.close()
  }
  const title = `Evidence for phases: ${fitDefaults.folds} folds, ${fitDefaults.surrogates} sets of surrogates, ${workers} workers`
  const head = ['runs x points x features', 'evidence, s', `${fitDefaults.restarts} restarts of all K, s`, 'ratio']
  printTable(title, head, rows)
}
