/** For tests: folders that go away, and manifests to put into them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RunManifest } from '../manifests'

/** An empty folder of this test's own. Others may look into it, so that a test can look with fewer rights. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-test-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeText(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

export function runManifest(id: string, change: Partial<RunManifest> = {}): RunManifest {
  return {
    schemaVersion: 1,
    id,
    name: id,
    group: 'group-1',
    groupName: 'a group',
    spec: {
      experiment: 'mnist',
      params: { epochs: 2, trainSamples: 64 },
      data: null,
      network: null,
      seed: 0,
      streams: 2,
      hooks: ['fc1'],
      record: {
        metricsEvery: 1,
        metricsUnit: 'epoch',
        observe: ['weights', 'activations'],
        perClass: false,
        pauseOnNonFinite: false,
        activationsEvery: 1,
        histogramRange: 'fixed',
        histogramMin: -2,
        histogramMax: 2,
        histogramBins: 4,
        checkpointEvery: 1,
        keepCheckpoints: 2,
        keepBest: false
      },
      backend: 'wasm',
      parent: null
    },
    imported: null,
    log: null,
    status: 'done',
    message: null,
    createdAt: '2026-01-02T03:04:05.000Z',
    startedAt: null,
    finishedAt: null,
    step: 4,
    totalSteps: 4,
    epoch: 2,
    totalEpochs: 2,
    elapsedSeconds: 1.5,
    last: { 'loss/train': 0.25, 'loss/val': 'NaN' },
    notes: '',
    tags: [],
    versions: {},
    ...change
  }
}

const nobody = 65534

/**
 * Runs `work` as somebody who may read `folder` but change nothing in it. Permissions do not bind root, so there the
 * process becomes nobody for as long as it takes.
 */
export async function withReadOnly<T>(folder: string, work: () => Promise<T>): Promise<T> {
  forAll(folder, (path, isFolder) => chmodSync(path, isFolder ? 0o555 : 0o444))
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid!(nobody)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid!(0)
    forAll(folder, (path, isFolder) => chmodSync(path, isFolder ? 0o755 : 0o644))
  }
}

function forAll(path: string, change: (path: string, isFolder: boolean) => void): void {
  const isFolder = statSync(path).isDirectory()
  change(path, isFolder)
  if (isFolder) for (const name of readdirSync(path)) forAll(join(path, name), change)
}
