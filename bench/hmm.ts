/**
 * Time of a fixed number of EM iterations on made data of the shape that the paper's analyses have, and of the same work
 * in hmmlearn where Python has it; then how far that is from what memory and arithmetic allow.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fitGaussianHmm } from '../src/hmm'
import type { CovarianceType } from '../src/domain/analysis-options'
import type { InitialParameters, Sequence } from '../src/hmm'
import { Rng } from '../src/numeric/rng'
import { benchGaps } from './gaps'
import { peerNote, recordedSeconds, runPeer } from './peer'
import { interleaved, median, printTable, secondsOf } from './timing'

const states = 6
const features = 14
const iterations = 50
/** Ours is short next to the peer's: the median of this many stands for a round. */
const repeats = 3

interface Case {
  runs: number
  points: number
  covariance: CovarianceType
  /** Its name in the recorded timings. */
  recorded: string
}

const cases = (['diag', 'full'] as const).flatMap((covariance): Case[] => [
  { runs: 40, points: 200, covariance, recorded: `hmm_fit50_${covariance}_i_40x200` },
  { runs: 40, points: 1000, covariance, recorded: `hmm_fit50_${covariance}_ii_40x1000` },
  { runs: 1, points: 100_000, covariance, recorded: `hmm_fit50_${covariance}_iii_1x100000` }
])

export async function benchHmm(root: string, rounds: number): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  const table: string[][] = []
  const floors: string[][] = []
  let refusal: string | null = null
  try {
    for (const one of cases) {
      const sequences = phases(one.runs, one.points)
      const init = evenStart(sequences, one.covariance)
      const file = join(work, 'data.f64')
      writeFileSync(file, Buffer.concat(sequences.map(({ data }) => new Uint8Array(data.buffer))))
      const args = [file, one.covariance, ...[one.runs, one.points, features, states, iterations].map(String)]
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
      const bandwidths: number[] = []
      for (let round = 0; round < rounds; round++) {
        const own: number[] = []
        for (let i = 0; i < repeats; i++) own.push(await secondsOf(fit))
        ours.push(median(own))
        bandwidths.push(copyBandwidth())
        if (refusal !== null) continue
        const peer = runPeer(root, 'hmmlearn_fit.py', args)
        if (typeof peer === 'string') refusal = peer
        else theirs.push(peer.seconds)
      }
      const name = `${one.runs} x ${one.points.toLocaleString('en')}, ${one.covariance}`
      const recorded = recordedSeconds(root, one.recorded)
      table.push([
        name,
        median(ours).toFixed(3),
        theirs.length > 0 ? median(theirs).toFixed(3) : '-',
        theirs.length > 0 ? `${median(ours.map((time, round) => theirs[round] / time)).toFixed(1)} x` : '-',
        recorded ? recorded.toFixed(3) : '-',
        recorded ? `${(recorded / median(ours)).toFixed(1)} x` : '-'
      ])
      floors.push(floorRow(name, one, median(ours) / iterations, median(bandwidths)))
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  printTable(
    `Gaussian HMM: ${iterations} EM iterations, K = ${states}, ${features} features, one thread, seconds`,
    ['runs x points', 'Phasescope', 'hmmlearn', 'faster', 'recorded', 'faster'],
    table
  )
  console.log(peerNote(refusal))
  printTable(
    'One EM iteration against reading its input once at the speed of a copy, and its arithmetic',
    ['runs x points', 'input, MB', 'copy, GB/s', 'floor, ms', 'here, ms', 'above', 'GFLOP/s'],
    floors
  )
  await benchRecorded(rounds)
  await benchGaps(phases(40, 200), rounds)
}

/** Missing cells and rules of change beside whole rows of the same shape. */
async function benchRecorded(rounds: number): Promise<void> {
  const whole = phases(40, 200)
  const rng = new Rng(3)
  const holed = whole.map((sequence) => ({
    ...sequence,
    data: sequence.data.map((value) => (rng.uniform() < 0.1 ? NaN : value)),
    missing: true
  }))
  const rows: string[][] = []
  for (const covariance of ['diag', 'full'] as const) {
    const fit = (sequences: Sequence[], autoregression?: 'diag' | 'full') => () =>
      Promise.resolve(
        fitGaussianHmm(sequences, {
          states,
          covariance,
          autoregression,
          start: 'segments',
          maxIterations: iterations,
          tolerance: -Infinity
        })
      )
    const names = ['whole rows', 'a tenth of the cells missing', 'diagonal rules', 'full rules']
    const seconds = await interleaved([fit(whole), fit(holed), fit(whole, 'diag'), fit(whole, 'full')], rounds)
    seconds.forEach((own, i) => {
      const ratio = median(own.map((time, round) => time / seconds[0][round]))
      rows.push([`${names[i]}, ${covariance}`, median(own).toFixed(3), `${ratio.toFixed(1)} x`])
    })
  }
  printTable(
    `${iterations} EM iterations on 40 x 200, seconds, and against whole rows`,
    ['', 'Phasescope', 'whole'],
    rows
  )
}

function floorRow(name: string, one: Case, seconds: number, bandwidth: number): string[] {
  const rows = one.runs * one.points
  const bytes = rows * features * 8
  const floor = bytes / bandwidth
  return [
    name,
    (bytes / 1e6).toFixed(1),
    (bandwidth / 1e9).toFixed(1),
    (floor * 1000).toFixed(3),
    (seconds * 1000).toFixed(3),
    `${(seconds / floor).toFixed(1)} x`,
    ((rows * operationsPerRow(one.covariance)) / seconds / 1e9).toFixed(1)
  ]
}

/**
 * Additions and multiplications that one row costs at least: densities, exponentials (a polynomial of 25 operations), both
 * recursions, posteriors, expected transitions, and the moments of one state, since those without weight are left out.
 */
function operationsPerRow(covariance: CovarianceType): number {
  const full = covariance === 'full'
  const density = full ? features * (features + 1) + 3 * features : 4 * features
  const moments = full ? features * (features + 3) : 4 * features
  return states * (density + 28) + 6 * states * states + 8 * states + moments
}

/** Bytes read and written per second when a large array is copied. */
function copyBandwidth(): number {
  const from = new Float64Array(8e6).fill(1)
  const to = new Float64Array(from.length)
  let least = Infinity
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    to.set(from)
    least = Math.min(least, (performance.now() - start) / 1000)
  }
  return (2 * from.byteLength) / least
}

/** Six phases one after the other, at changes that differ from run to run. */
export function phases(runs: number, points: number): Sequence[] {
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
    Array.from({ length: count }, (_, t) => data.subarray(t * features, (t + 1) * features))
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
