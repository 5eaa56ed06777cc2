/** hmmlearn as the peer: run here where Python has it, and the times that were recorded on a machine of two cores. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PeerRun {
  /** Of the work alone, without Python's start. */
  seconds: number
  iterations: number
}

/** Runs a script of bench/ on one thread; or says why it could not. It prints seconds and EM iterations. */
export function runPeer(root: string, script: string, args: string[]): PeerRun | string {
  const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
  const { status, stdout, stderr, error } = spawnSync(python, [join(root, 'bench', script), ...args], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  })
  if (error) return `${python} could not be started`
  if (status !== 0) return `${python}: ${stderr.trim().split('\n').at(-1)} (PHASESCOPE_PYTHON names another Python)`
  const [seconds, iterations] = stdout.trim().split(' ').map(Number)
  return { seconds, iterations }
}

/** Recorded timings, when they lie next to the repository. */
const recordedFile = join('..', 'shared', 'data', 'timings', 'peers.json')

/** Median of the recorded seconds; null when there are none. */
export function recordedSeconds(root: string, name: string): number | null {
  const file = join(root, recordedFile)
  if (!existsSync(file)) return null
  const timings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { wall_s_min_med_max: number[] } | undefined>
  return timings[name]?.wall_s_min_med_max[1] ?? null
}

export function peerNote(refusal: string | null): string {
  const recorded = `"recorded" is hmmlearn as ${recordedFile} has it, from a machine of two cores; - where there is none.`
  return refusal === null ? recorded : `hmmlearn was not timed here: ${refusal}\n${recorded}`
}
