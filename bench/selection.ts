/**
 * A whole model selection, K = 1..8 with 5 restarts each, through the application's own pool of two compute workers, and
 * the same number of fits in one process of hmmlearn.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CandidateTask, FitSettings } from '../src/analysis'
import type { AnalysisOptions } from '../src/domain/analysis-options'
import { TaskPool } from '../src/engine/task-pool'
import { createWorkerLauncher } from '../src/host/worker-launcher'
import { phases } from './hmm'
import { peerNote, recordedSeconds, runPeer } from './peer'
import { median, printTable } from './timing'

const runs = 40
const points = 200
const statesMax = 8
const restarts = 5
const maxIterations = 100
const workers = 2

const variants = [
  { name: 'always 100 iterations', tolerance: -Infinity, recorded: 'selection_diag_i_tol_none' },
  { name: 'until the gain is below 0.01', tolerance: 0.01, recorded: 'selection_diag_i_tol_default' }
]

export async function benchSelection(root: string, rounds: number): Promise<void> {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--only', 'main', '--quiet'], {
    stdio: 'inherit'
  })
  if (built.status !== 0) throw new Error('The compute workers could not be built.')
  const sequences = phases(runs, points)
  const work = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  const pool = new TaskPool(createWorkerLauncher(join(root, 'out', 'main')), workers)
  const rows: string[][] = []
  let refusal: string | null = null
  try {
    const file = join(work, 'data.f64')
    writeFileSync(file, Buffer.concat(sequences.map(({ data }) => new Uint8Array(data.buffer))))
    const features = sequences[0].columns
    const tasks = Array.from({ length: statesMax * restarts }, (_, i): CandidateTask => {
      const restart = i % restarts
      return { states: Math.floor(i / restarts) + 1, restart, seed: restart }
    })
    for (const { name, tolerance, recorded } of variants) {
      const settings: FitSettings = {
        covariance: 'diag',
        maxIterations,
        tolerance,
        minCovar: 1e-3,
        restarts,
        transitions: 'free',
        zscore: 'run'
      }
      const select = async (): Promise<{ seconds: number; iterations: number }> => {
        const start = performance.now()
        const results = await Promise.all(
          // A candidate reads no other option.
          tasks.map((task) => pool.run('candidate', { task, sequences, options: settings as AnalysisOptions }))
        )
        const iterations = results.reduce((sum, { candidate }) => sum + candidate.iterations, 0)
        return { seconds: (performance.now() - start) / 1000, iterations }
      }
      await select()
      const ours: { seconds: number; iterations: number }[] = []
      const theirs: { seconds: number; iterations: number }[] = []
      for (let round = 0; round < rounds; round++) {
        ours.push(await select())
        if (refusal !== null) continue
        const args = [file, ...[runs, points, features, statesMax, restarts, maxIterations, tolerance].map(String)]
        const peer = runPeer(root, 'hmmlearn_selection.py', args)
        if (typeof peer === 'string') refusal = peer
        else theirs.push(peer)
      }
      const seconds = median(ours.map((one) => one.seconds))
      const peer = recordedSeconds(root, recorded)
      rows.push([
        name,
        seconds.toFixed(2),
        String(ours[0].iterations),
        theirs.length > 0 ? median(theirs.map((one) => one.seconds)).toFixed(2) : '-',
        theirs.length > 0 ? String(theirs[0].iterations) : '-',
        theirs.length > 0 ? `${median(theirs.map((one, i) => one.seconds / ours[i].seconds)).toFixed(1)} x` : '-',
        peer ? peer.toFixed(2) : '-',
        peer ? `${(peer / seconds).toFixed(1)} x` : '-'
      ])
    }
  } finally {
    await pool.close()
    rmSync(work, { recursive: true, force: true })
  }
  printTable(
    `Model selection: ${runs} x ${points}, K = 1..${statesMax}, ${restarts} restarts, diag; seconds. ` +
      `Phasescope on ${workers} workers, hmmlearn in one process on one thread`,
    ['stops', 'Phasescope', 'iterations', 'hmmlearn', 'iterations', 'faster', 'recorded', 'faster'],
    rows
  )
  console.log(peerNote(refusal))
}
