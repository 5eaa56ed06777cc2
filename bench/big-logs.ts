/**
 * The three big logs: 1,000,000 scalars in one file, 200 runs x 20 tags x 1,000 steps, 300 MB of histograms. Made by the
 * peer's generator where it lies next to the repository and Python has numpy, else here, in the same shape.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeFileVersion, encodeHistogram, encodeScalars, frameRecord } from '../src/events'
import { Rng } from '../src/numeric/rng'

export type BigLog = 'one-file' | 'many-runs' | 'histograms'

/** What a tag of a file must have been read as. */
export interface TagTruth {
  count: number
  first?: [step: number, value: number]
  last?: [step: number, value: number]
  /** Of the values, from left to right. */
  sum?: number
}

export interface Manifest {
  total_bytes: number
  total_records: number
  files: { file: string; tags: Record<string, TagTruth> }[]
}

const generator = join('..', 'shared', 'data', 'events', 'tools', 'gen_big.py')

/** @returns who made it */
export function makeBigLog(root: string, what: BigLog, folder: string): { by: string; manifest: Manifest | null } {
  const script = join(root, generator)
  const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
  if (existsSync(script)) {
    const { status } = spawnSync(python, [script, what, folder], { stdio: 'ignore' })
    if (status === 0) {
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
      return { by: 'gen_big.py', manifest }
    }
  }
  if (what === 'one-file') scalarFile(join(folder, 'run'), 50_000, new Rng(1))
  else if (what === 'histograms') histogramFile(join(folder, 'run'), 300e6, new Rng(1))
  else {
    for (let r = 0; r < 200; r++) {
      const group = `group_${String(Math.floor(r / 20)).padStart(2, '0')}`
      scalarFile(join(folder, group, `run_${String(r).padStart(3, '0')}`), 1000, new Rng(r))
    }
  }
  return { by: 'this benchmark', manifest: null }
}

const tags = Array.from({ length: 20 }, (_, i) => `group_${i % 4}/metric_${i}`)

function scalarFile(folder: string, steps: number, rng: Rng): void {
  write(folder, (push) => {
    for (let step = 0; step < steps; step++) {
      tags.forEach((tag, i) => {
        const value = (i + 1) / (1 + step * 0.001 * (i + 1)) + 0.1 * rng.uniform()
        push(encodeScalars(1.7e9 + step / 4 + i / 1000, step, { [tag]: value }))
      })
    }
  })
}

function histogramFile(folder: string, bytes: number, rng: Rng): void {
  write(folder, (push, written) => {
    for (let step = 0; written() < bytes; step++) {
      for (let i = 0; i < 10; i++) {
        const buckets = Array.from({ length: 32 + rng.integer(33) }, () => 1 + rng.integer(1000))
        const bucketLimits = buckets.map((_, b) => (b - 31) * 0.01 * (i + 1))
        const num = buckets.reduce((sum, count) => sum + count, 0)
        const value = { min: -0.32, max: 0.32, num, sum: 0, sumSquares: num, bucketLimits, buckets }
        push(encodeHistogram(1.7e9 + 2 * step, step, `layer_${i >> 1}/${i % 2 ? 'bias' : 'kernel'}`, value))
      }
    }
  })
}

function write(folder: string, events: (push: (event: Uint8Array) => void, written: () => number) => void): void {
  mkdirSync(folder, { recursive: true })
  const descriptor = openSync(join(folder, 'events.out.tfevents.1700000000.bench.1.0'), 'w')
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let done = 0
  const flush = (): void => {
    done += writeSync(descriptor, Buffer.concat(pending))
    pending = []
    pendingBytes = 0
  }
  const push = (event: Uint8Array): void => {
    const framed = frameRecord(event)
    pending.push(framed)
    pendingBytes += framed.length
    if (pendingBytes > 1 << 20) flush()
  }
  push(encodeFileVersion(1.7e9))
  events(push, () => done + pendingBytes)
  flush()
  closeSync(descriptor)
}
