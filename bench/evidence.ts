/** The evidence for phases through the application's own pool of two compute workers, beside as many plain fits. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { planEvidence } from '../src/analysis'
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
  } finally {
    await pool.close()
  }
  const title = `Evidence for phases: ${fitDefaults.folds} folds, ${fitDefaults.surrogates} sets of surrogates, ${workers} workers`
  const head = ['runs x points x features', 'evidence, s', `${fitDefaults.restarts} restarts of all K, s`, 'ratio']
  printTable(title, head, rows)
}
