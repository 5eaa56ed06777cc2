/**
 * A large analysis through the command line, as a user would run it: 500 runs x 1,000 points x 20 features. Most memory
 * that the process ever held, whether progress arrives, and how long it takes to stop when it is told to.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Rng } from '../src/numeric/rng'
import { createProject } from '../src/project/project-folder'
import { RunWriter } from '../src/project/run-writer'
import { printTable } from './timing'

const runs = 500
const points = 1000
const features = Array.from({ length: 20 }, (_, d) => `weights/f${d}`)
const phases = 5

export async function benchLarge(root: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  try {
    const project = join(work, 'project')
    await writeProject(project)
    const fit = ['fit', '--project', project, '--states', '1-8', '--restarts', '3', '--iterations', '50']
    const whole = await watch(root, fit, null)
    const cancelled = await watch(root, fit, 'Fitting')
    printTable(
      `Fit of ${runs} runs x ${points} points x ${features.length} features, K = 1 to 8, 3 restarts, 5 folds`,
      ['', 'seconds', 'most memory, MB', 'lines of progress'],
      [
        ['to the end', whole.seconds.toFixed(1), whole.megabytes.toFixed(0), String(whole.lines)],
        [
          'cancelled: until it ended',
          cancelled.seconds.toFixed(2),
          cancelled.megabytes.toFixed(0),
          String(cancelled.lines)
        ]
      ]
    )
    if (whole.code !== 0) console.log(`The fit ended with code ${whole.code}: ${whole.tail}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function writeProject(folder: string): Promise<void> {
  await createProject(folder, 'Large')
  const rng = new Rng(1)
  const levels = Array.from({ length: phases * features.length }, () => rng.normal())
  for (let r = 0; r < runs; r++) {
    const id = `run-${String(r).padStart(3, '0')}`
    const home = join(folder, 'runs', id)
    mkdirSync(home)
    const writer = new RunWriter(home, 0)
    const starts = Array.from({ length: phases }, (_, k) => (k * points) / phases + 60 * rng.normal())
    for (let t = 0; t < points; t++) {
      const phase = Math.max(0, starts.filter((start) => t >= start).length - 1)
      const values: Record<string, number> = { epoch: t, 'accuracy/val': phase / phases + 0.02 * rng.normal() }
      features.forEach((tag, d) => (values[tag] = 3 * levels[phase * features.length + d] + rng.normal()))
      writer.scalars({ kind: 'scalars', step: t, epoch: t, wallTimeSeconds: 1.7e9 + t, values })
    }
    writer.close()
    writeFileSync(join(home, 'run.json'), JSON.stringify(manifest(id, r)))
  }
}

function manifest(id: string, seed: number): object {
  return {
    schemaVersion: 1,
    id,
    name: id,
    group: 'g',
    groupName: 'Large',
    spec: null,
    status: 'done',
    message: null,
    imported: { format: 'csv', file: `${id}.csv`, seed },
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    step: points,
    totalSteps: points,
    epoch: points,
    totalEpochs: points,
    elapsedSeconds: 0,
    last: {},
    notes: '',
    tags: [],
    versions: {}
  }
}

/** @param stopAt interrupts the command at the first line with this text; the seconds then count from there. */
function watch(
  root: string,
  args: string[],
  stopAt: string | null
): Promise<{ seconds: number; megabytes: number; lines: number; code: number | null; tail: string }> {
  const child = spawn(process.execPath, [join(root, 'bin', 'phasescope.js'), ...args])
  let began = performance.now()
  let megabytes = 0
  let text = ''
  let stopped = false
  const poll = setInterval(() => (megabytes = Math.max(megabytes, peakMegabytes(child.pid))), 100)
  const read = (chunk: Buffer): void => {
    text += chunk.toString()
    if (stopAt === null || stopped || !text.includes(stopAt)) return
    stopped = true
    // In the middle of the first fits.
    setTimeout(() => {
      began = performance.now()
      child.kill('SIGINT')
    }, 1500)
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(poll)
      const seconds = (performance.now() - began) / 1000
      const lines = text.split(/[\r\n]/).filter((line) => line.includes('Fitting')).length
      resolve({ seconds, megabytes, lines, code, tail: text.slice(-300) })
    })
  })
}

/** Most memory that the process has held; only Linux tells. */
function peakMegabytes(pid: number | undefined): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) / 1024 : 0
  } catch {
    return 0
  }
}
