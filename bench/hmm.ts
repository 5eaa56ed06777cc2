/**
 * Time of a fixed number of EM iterations on made data of the shape that the paper's analyses have, and of the same work
 * in hmmlearn where Python has it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fitGaussianHmm } from '../src/hmm'
import type { CovarianceType, InitialParameters, Sequence } from '../src/hmm'
import { Rng } from '../src/numeric/rng'
import { median, printTable, secondsOf } from './timing'

const states = 6
const features = 14
const iterations = 50

interface Case {
  runs: number
  points: number
  covariance: CovarianceType
}

const cases: Case[] = [
  { runs: 40, points: 200, covariance: 'diag' },
  { runs: 40, points: 200, covariance: 'full' },
  { runs: 40, points: 1000, covariance: 'diag' },
  { runs: 40, points: 1000, covariance: 'full' }
]

export async function benchHmm(scripts: string, rounds: number): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  const rows: string[][] = []
  let peerRefusal: string | null = null
  try {
    for (const one of cases) {
      const sequences = phases(one.runs, one.points)
      const init = evenStart(sequences, one.covariance)
      const fit = (): unknown =>
        fitGaussianHmm(sequences, {
          states,
          covariance: one.covariance,
          init,
          maxIterations: iterations,
          // Never below this gain, so that every iteration is done.
          tolerance: -Infinity
        })
      fit()
      const ours: number[] = []
      const theirs: number[] = []
      for (let round = 0; round < rounds; round++) {
        ours.push(await secondsOf(fit))
        if (peerRefusal !== null) continue
        const peer = peerSeconds(scripts, work, one, sequences)
        if (typeof peer === 'number') theirs.push(peer)
        else peerRefusal = peer
      }
      rows.push([
        `${one.runs} runs x ${one.points} points, ${one.covariance}`,
        median(ours).toFixed(3),
        theirs.length > 0 ? median(theirs).toFixed(3) : '-',
        theirs.length > 0 ? `${median(ours.map((time, round) => theirs[round] / time)).toFixed(2)} x` : '-'
      ])
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  printTable(
    `Gaussian HMM: ${iterations} EM iterations, K = ${states}, ${features} features, one thread, seconds`,
    ['data', 'Phasescope', 'hmmlearn', 'faster'],
    rows
  )
  if (peerRefusal !== null) console.log(`hmmlearn was not timed: ${peerRefusal}`)
}

/** Six phases one after the other, at changes that differ from run to run. */
function phases(runs: number, points: number): Sequence[] {
  const rng = new Rng(7)
  const means = Array.from({ length: states * features }, () => 2 * rng.normal())
  return Array.from({ length: runs }, () => {
    const data = new Float64Array(points * features)
    let state = 0
    for (let t = 0; t < points; t++) {
      if (state < states - 1 && rng.uniform() < states / points) state += 1
      for (let d = 0; d < features; d++) data[t * features + d] = means[state * features + d] + rng.normal()
    }
    return { data, rows: points, columns: features }
  })
}

/** Evenly spaced rows as means, unit covariances, 0.9 on the diagonal: the same start for both programs. */
function evenStart(sequences: Sequence[], covariance: CovarianceType): InitialParameters {
  const rows = sequences.flatMap(({ data, rows: count }) =>
    Array.from({ length: count }, (_, t) => Array.from(data.subarray(t * features, (t + 1) * features)))
  )
  const identity = Array.from({ length: features }, (_, i) =>
    Array.from({ length: features }, (_, j) => (i === j ? 1 : 0))
  )
  return {
    startProb: Array<number>(states).fill(1 / states),
    transMat: Array.from({ length: states }, (_, i) =>
      Array.from({ length: states }, (_, j) => (i === j ? 0.9 : 0.1 / (states - 1)))
    ),
    means: Array.from({ length: states }, (_, k) => rows[Math.floor(((k + 0.5) * rows.length) / states)]),
    covars: Array.from({ length: states }, () => (covariance === 'full' ? identity : Array<number>(features).fill(1)))
  }
}

/** Seconds of the fit alone, without Python's start; or why there are none. */
function peerSeconds(scripts: string, work: string, one: Case, sequences: Sequence[]): number | string {
  const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
  const file = join(work, 'data.f64')
  writeFileSync(file, Buffer.concat(sequences.map(({ data }) => new Uint8Array(data.buffer))))
  const args = [one.runs, one.points, features, states, iterations].map(String)
  const { status, stdout, stderr, error } = spawnSync(
    python,
    [join(scripts, 'hmmlearn_fit.py'), file, one.covariance, ...args],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' } }
  )
  if (error) return `${python} could not be started`
  if (status !== 0) return `${python}: ${stderr.trim().split('\n').at(-1)} (PHASESCOPE_PYTHON names another Python)`
  return Number(stdout)
}
