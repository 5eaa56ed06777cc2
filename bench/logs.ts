/**
 * Big TensorBoard logs: from the folder to ready (every run read, its tags listed), each in a process of its own held on
 * one core, beside a plain read of the same bytes in the same round.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readSync, rmSync, openSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { findLogRuns } from '../src/project/log-folder'
import { readerOf } from '../src/recordings/run-cache'
import { recordedTagsOf } from '../src/recordings/recorded-tags'
import type { RunSource } from '../src/recordings/run-source'
import { makeBigLog } from './big-logs'
import type { BigLog, Manifest } from './big-logs'
import { median, printTable } from './timing'

const logs: { what: BigLog; title: string; seconds: number; megabytes: number | null; peer: string }[] = [
  { what: 'one-file', title: '(a) 1M scalars', seconds: 1, megabytes: null, peer: 'a' },
  { what: 'many-runs', title: '(b) 200 runs x 20 x 1,000', seconds: 4, megabytes: 400, peer: 'b' },
  { what: 'histograms', title: '(c) 300 MB of histograms', seconds: 2.5, megabytes: null, peer: 'c' }
]

interface Reading {
  wall: number
  cpu: number
  megabytes: number
  points: number
  /** Null, or what of the manifest was not found. */
  wrong: string | null
}

export async function benchLogs(root: string, rounds: number): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-logs-'))
  const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0
  const rows: string[][] = []
  const notes = new Set<string>()
  try {
    for (const { what, title, seconds, megabytes, peer } of logs) {
      const folder = join(work, what)
      const { by } = makeBigLog(root, what, folder)
      const readings: Reading[] = []
      const plain: number[] = []
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? (['--read', '--plain'] as const) : (['--plain', '--read'] as const)
        for (const kind of order) {
          const result = inChild(kind, folder, pinned)
          if (kind === '--read') readings.push(result)
          else plain.push(result.wall)
        }
      }
      const wall = median(readings.map((reading) => reading.wall))
      const ratios = readings.map((reading, i) => reading.wall / plain[i])
      const most = Math.max(...readings.map((reading) => reading.megabytes))
      const met = wall < seconds && (megabytes === null || most < megabytes)
      rows.push([
        title,
        wall.toFixed(2),
        median(readings.map((reading) => reading.cpu)).toFixed(2),
        most.toFixed(0),
        median(ratios).toFixed(1),
        recorded(root, peer),
        `${seconds} s${megabytes === null ? '' : `, ${megabytes} MB`}: ${met ? 'met' : 'missed'}`
      ])
      notes.add(`made by ${by}`)
      for (const { wrong } of readings) if (wrong !== null) notes.add(`${title}: ${wrong}`)
      rmSync(folder, { recursive: true, force: true })
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const head = ['', 'wall s', 'CPU s', 'most MB', 'x plain read', 'TensorBoard s', 'target']
  printTable(`From the folder to ready, ${pinned ? 'one core' : 'not held on one core'}`, head, rows)
  console.log(
    `\nLogs ${[...notes].join('; ')}. TensorBoard: its Python loaders as recorded, fastest to slowest, where known.`
  )
}

function inChild(kind: '--read' | '--plain', folder: string, pinned: boolean): Reading {
  const program = [process.argv[1], kind, folder]
  const [command, args] = pinned
    ? (['taskset', ['-c', '0', process.execPath, ...program]] as const)
    : ([process.execPath, program] as const)
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`${basename(command)} ${kind} failed: ${stderr}`)
  return JSON.parse(stdout) as Reading
}

/** In the child: reads everything below a folder. */
export async function readChild(folder: string): Promise<void> {
  const began = performance.now()
  const before = process.cpuUsage()
  const runs: RunSource[] = (await findLogRuns(folder)).map((run) => ({
    runId: run.name,
    folder: run.folder,
    place: run.name,
    label: run.name,
    seed: null
  }))
  const { tags } = recordedTagsOf(runs)
  const wall = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  const points = tags.reduce((sum, tag) => sum + tag.points, 0)
  const megabytes = process.resourceUsage().maxRSS / 1024
  const reading: Reading = { wall, cpu: (user + system) / 1e6, megabytes, points, wrong: checked(folder, runs) }
  console.log(JSON.stringify(reading))
}

/** In the child: the same bytes, and nothing done with them. */
export async function plainChild(folder: string): Promise<void> {
  const began = performance.now()
  const buffer = new Uint8Array(4 * 1024 * 1024)
  let bytes = 0
  for (const run of await findLogRuns(folder)) {
    for (const name of run.files.keys()) {
      const descriptor = openSync(join(run.folder, name), 'r')
      for (let got = 1; got > 0; bytes += got) got = readSync(descriptor, buffer, 0, buffer.length, null)
      closeSync(descriptor)
    }
  }
  console.log(JSON.stringify({ wall: (performance.now() - began) / 1000, points: bytes }))
}

/** Whether everything was read that the generator says it wrote. */
function checked(folder: string, runs: RunSource[]): string | null {
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
  for (const { file, tags } of manifest.files) {
    const source = runs.find((run) => run.folder === join(folder, dirname(file)))
    if (!source) return `${file} was not found`
    const { log } = readerOf(source)
    for (const [tag, { count, first, last, sum }] of Object.entries(tags)) {
      const view = log.scalars(tag)?.view('latest')
      const points = view?.length ?? log.find(tag, 'histograms')?.places?.length ?? 0
      if (points !== count) return `${file} ${tag}: ${points} of ${count} points`
      if (!view || !first || !last) continue
      const total = view.values.reduce((all, value) => all + value, 0)
      const ends = [view.steps[0], view.values[0], view.steps[count - 1], view.values[count - 1], total]
      if (ends.join() !== [...first, ...last, sum].join()) return `${file} ${tag}: other values`
    }
  }
  return null
}

/** Seconds of TensorBoard's Python loaders, when they lie next to the repository. */
function recorded(root: string, log: string): string {
  const path = join(root, '..', 'shared', 'data', 'events', 'timing.json')
  try {
    const { rows } = JSON.parse(readFileSync(path, 'utf8')) as {
      rows: { log: string; mode: string; wall_s_median: number }[]
    }
    const seconds = rows
      .filter((row) => row.log === log && !row.mode.includes('fastcrc') && row.mode !== 'legacy')
      .map((row) => row.wall_s_median)
    return seconds.length === 0 ? '-' : `${Math.min(...seconds).toFixed(0)} to ${Math.max(...seconds).toFixed(0)}`
  } catch {
    return '-'
  }
}
