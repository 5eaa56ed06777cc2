/**
 * For tests: a random script of requests to one engine with several projects, in which every answer of a thread and every file
 * operation is let go by a seed; and what must be true when it is over.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Analysis } from '../../domain/analysis'
import type { Reply } from '../../contract/wire'
import { placesFor } from '../../host/paths'
import { Rng } from '../../numeric/rng'
import { runManifest } from '../../project/testing/folders'
import { Engine } from '../engine'
import { Scheduler, scheduleFiles } from './scheduler'
import { scriptedThreads } from './scripted-threads'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const params = { epochs: 3, trainSamples: 64, validationSamples: 32, batchSize: 32, hidden1: 12, hidden2: 8 }
/** More than any script needs: what is not over then never will be. */
const mostSteps = 60_000
const stalledMs = 10_000

interface Asked {
  name: string
  params: Record<string, unknown>
  /** Folder of the project that was shown when it was asked. */
  project: string | null
  reply: Reply | null
}

/** Plays the script of a seed. @returns what was wrong, in sentences, and how much was asked */
export async function interleave(seed: number): Promise<{ wrong: string[]; requests: number; steps: number }> {
  const home = mkdtempSync(join(tmpdir(), 'phasescope-interleave-'))
  const rejected: string[] = []
  const onRejection = (error: unknown): void =>
    void rejected.push(`nobody caught: ${(error as Error)?.stack ?? String(error)}`)
  process.on('unhandledRejection', onRejection)
  try {
    const play = new Play(seed, home)
    await play.run()
    return { wrong: [...rejected, ...play.wrong], requests: play.asked.length, steps: play.steps }
  } finally {
    scheduleFiles(null)
    process.off('unhandledRejection', onRejection)
    rmSync(home, { recursive: true, force: true })
  }
}

class Play {
  readonly wrong: string[] = []
  readonly asked: Asked[] = []
  steps = 0
  private readonly rng: Rng
  private readonly scheduler: Scheduler
  private readonly engine: Engine
  private readonly folders: string[]
  private readonly sample: Analysis
  private readonly grants = new Map<string, string>()
  /** Ids that were ever told, with the project they belong to. */
  private readonly runs = new Map<string, string>()
  private readonly fits = new Map<string, { project: string; ended: 'ok' | 'not' | null }>()

  constructor(seed: number, home: string) {
    this.rng = Rng.forPurpose(seed, 'script')
    this.scheduler = new Scheduler(Rng.forPurpose(seed, 'order'))
    const analyses = join(root, 'resources', 'sample', 'analyses')
    this.sample = JSON.parse(
      readFileSync(join(analyses, readdirSync(analyses)[0], 'analysis.json'), 'utf8')
    ) as Analysis
    this.folders = Array.from({ length: 2 + this.below(2) }, (_, p) => join(home, `project-${p}`))
    mkdirSync(join(home, 'user'))
    this.engine = new Engine({
      launcher: scriptedThreads(this.scheduler, this.sample),
      places: { ...placesFor(join(root, 'out', 'main'), join(home, 'user')), projects: home },
      host: 'browser',
      version: '0.0.0-test',
      cores: 2,
      parallel: 2,
      follow: true
    })
    this.engine.on('project.changed', (project) => {
      if (project !== null && project.folder !== this.shown()) {
        this.wrong.push(`${project.folder} was told to be shown, and ${this.shown() ?? 'nothing'} is`)
      }
    })
    this.engine.on('analysis.finished', ({ id, ok }) => {
      const fit = this.fits.get(id)
      if (fit) fit.ended = ok ? 'ok' : 'not'
    })
  }

  async run(): Promise<void> {
    for (const [p, folder] of this.folders.entries()) await this.engine.openOrCreateFolder(folder, `p${p}`)
    for (const folder of this.folders) {
      this.grants.set(folder, (await this.engine.call('paths.typed', { path: folder })).grant)
    }
    scheduleFiles(this.scheduler)
    const count = 6 + this.below(10)
    for (let n = 0; n < count; n++) {
      // Mostly in the middle of something, now and then after it.
      const before = this.below(5) === 0 ? 200 : this.below(25)
      for (let s = 0; s < before && (await this.step()); s++);
      this.ask()
    }
    await this.until(() => this.asked.every(({ reply }) => reply !== null), 'an answer never came')
    await this.closed()
  }

  private ask(): void {
    const project = this.shown()
    const [name, wanted] = this.request(project)
    const one: Asked = { name, params: wanted, project, reply: null }
    this.asked.push(one)
    void this.engine.handle(name, wanted).then((reply) => {
      one.reply = reply
      this.answered(one, reply)
    })
  }

  private shown(): string | null {
    try {
      return this.engine.project.folder
    } catch {
      return null
    }
  }

  private request(project: string | null): [string, Record<string, unknown>] {
    const own = [...this.runs].flatMap(([id, at]) => (at === project ? [id] : []))
    const fitted = [...this.fits].flatMap(([id, fit]) => (fit.project === project ? [id] : []))
    const open = (): [string, Record<string, unknown>] => {
      const folder = this.folders[this.below(this.folders.length)]
      return ['project.open', { grant: this.grants.get(folder), folder }]
    }
    const dice = this.below(20)
    if (project === null || dice < 4) return open()
    if (dice < 5) return ['project.close', { training: this.below(2) === 0 ? 'keep' : 'stop' }]
    if (dice < 6) return ['project.trust', { trusted: true }]
    if (dice < 9 || own.length === 0) return ['training.start', startOf(1 + this.below(3))]
    const run = own[this.below(own.length)]
    const some = own.filter(() => this.below(2) === 0)
    const runIds = some.length > 0 ? some : [run]
    if (dice < 11) return ['training.control', { runIds, action: ['cancel', 'pause', 'resume'][this.below(3)] }]
    if (dice < 12) return [this.below(2) === 0 ? 'training.continue' : 'training.retry', { runIds: [run] }]
    if (dice < 13) return ['runs.remove', { runIds }]
    if (dice < 15) return ['runs.annotate', { runs: [{ runId: run, name: `name ${this.asked.length}` }] }]
    if (dice < 16) return ['runs.tags', { runIds }]
    if (dice < 18 || fitted.length === 0) return ['analysis.start', { options: optionsOf(runIds) }]
    const id = fitted[this.below(fitted.length)]
    const { states } = this.sample.fits[0]
    const kinds: [string, Record<string, unknown>][] = [
      ['analysis.cancel', { id }],
      ['analysis.renameState', { id, states, state: 0, name: `state ${this.asked.length}` }],
      ['analysis.useRestart', { id, states, restart: 1 }],
      ['analysis.remove', { id }]
    ]
    return kinds[this.below(kinds.length)]
  }

  private answered({ name, params: given, project }: Asked, reply: Reply): void {
    if (!reply.ok) {
      if (reply.error.code === 'internal')
        this.wrong.push(`${name}: ${reply.error.message} ${reply.error.detail ?? ''}`)
      return
    }
    const value = reply.value as Record<string, unknown>
    if (name === 'training.start') {
      for (const id of value.runIds as string[]) {
        this.runs.set(id, project!)
        if (!existsSync(join(project!, 'runs', id, 'run.json')))
          this.wrong.push(`${id} was started, but not in its project`)
      }
    }
    if (name === 'analysis.start') this.fits.set(value.id as string, { project: project!, ended: null })
    const told = name === 'project.open' ? (given.folder as string) : project
    if ((name === 'project.open' || name === 'project.trust') && value.folder !== told) {
      this.wrong.push(`${name} was asked of ${told} and answered with ${String(value.folder)}`)
    }
    if (name === 'runs.tags') {
      for (const folder of value.scalars as string[])
        if (relative(project!, folder).startsWith('..'))
          this.wrong.push(`runs.tags answered with ${folder} for ${project}`)
    }
  }

  /** Everything ends, in that same order of things, and then nothing is written any more. */
  private async closed(): Promise<void> {
    let over = false
    void this.engine.close().then(
      () => (over = true),
      (error: Error) => {
        over = true
        this.wrong.push(`the engine could not be closed: ${error.stack ?? error.message}`)
      }
    )
    await this.until(() => over, 'the engine did not close')
    const left = this.folders.map(contentOf)
    for (let s = 0; s < 500 && (await this.step()); s++);
    this.folders.forEach((folder, p) => {
      if (contentOf(folder) !== left[p]) this.wrong.push(`${folder} was written after it was closed`)
    })
    scheduleFiles(null)
    for (const folder of this.folders) this.check(folder)
  }

  private check(folder: string): void {
    for (const path of filesOf(folder)) {
      if (path.endsWith('.tmp')) this.wrong.push(`${path} was left behind`)
      if (!path.endsWith('.json')) continue
      try {
        JSON.parse(readFileSync(path, 'utf8'))
      } catch {
        this.wrong.push(`${path} is not whole`)
      }
    }
    const there = listOf(join(folder, 'runs'))
    const done = this.asked.filter(({ project, reply }) => project === folder && reply?.ok === true)
    const removed = new Set(
      done.flatMap(({ name, params: { runIds } }) => (name === 'runs.remove' ? (runIds as string[]) : []))
    )
    for (const id of there) {
      if (removed.has(id)) this.wrong.push(`${id} was removed and is there`)
      if (this.runs.has(id) && this.runs.get(id) !== folder) this.wrong.push(`${id} is in the wrong project`)
    }
    const manifests = new Map(there.map((id) => [id, manifestOf(folder, id)]))
    for (const [id, at] of this.runs)
      if (at === folder && !removed.has(id) && !there.includes(id) && !this.mayBeGone(id))
        this.wrong.push(`${id} is lost`)
    for (const [id, run] of manifests) {
      if (!run) {
        this.wrong.push(`${id} has no manifest`)
        continue
      }
      if (['running', 'queued', 'paused'].includes(run.status) && this.runs.has(id))
        this.wrong.push(`${id} is ${run.status} when all is closed`)
      const named = this.asked.flatMap(({ name, params: { runs }, reply }) =>
        name === 'runs.annotate' ? (runs as { runId: string; name: string }[]).map((one) => ({ ...one, reply })) : []
      )
      const names = named.filter(({ runId }) => runId === id)
      const last = names.findLastIndex(({ reply }) => reply?.ok === true)
      const possible = names.slice(Math.max(0, last)).map((one) => one.name)
      if (last >= 0 && !possible.includes(run.name))
        this.wrong.push(`${id} is "${run.name}", and was named ${possible.join()}`)
    }
    const queue = existsSync(join(folder, 'queue.json'))
      ? (JSON.parse(readFileSync(join(folder, 'queue.json'), 'utf8')) as { runs: string[] }).runs
      : []
    // Those of a start that was refused, because its project was closed meanwhile, have never been in the queue.
    const refused = this.asked.some(
      ({ name, project, reply }) =>
        /^training\.(continue|retry)$/.test(name) && project === folder && reply?.ok === false
    )
    const unfinished = [...manifests].flatMap(([id, run]) =>
      run?.status === 'interrupted' && this.runs.has(id) && (!refused || queue.includes(id)) ? [id] : []
    )
    if ([...queue].sort().join() !== [...unfinished].sort().join())
      this.wrong.push(`the queue of ${folder} is ${queue.join()}, and ${unfinished.join()} are unfinished`)
    const analyses = listOf(join(folder, 'analyses'))
    const gone = new Set(done.flatMap(({ name, params: { id } }) => (name === 'analysis.remove' ? [id as string] : [])))
    for (const id of analyses) {
      const fit = this.fits.get(id)
      if (gone.has(id)) this.wrong.push(`${id} was removed and is there`)
      if (fit?.project !== folder) this.wrong.push(`${id} is in a project that did not ask for it`)
      if (fit?.ended === 'not') this.wrong.push(`${id} was given up and is there`)
    }
    for (const [id, fit] of this.fits)
      if (fit.project === folder && fit.ended === 'ok' && !gone.has(id) && !analyses.includes(id))
        this.wrong.push(`${id} is lost`)
  }

  /** A removal that failed for one of several runs has removed those before it. */
  private mayBeGone(id: string): boolean {
    return this.asked.some(
      ({ name, params: { runIds }, reply }) =>
        name === 'runs.remove' && reply?.ok === false && (runIds as string[]).includes(id)
    )
  }

  private async until(over: () => boolean, sentence: string): Promise<void> {
    let moved = Date.now()
    while (!over()) {
      if (await this.step()) moved = Date.now()
      // Timers of the engine itself go on by the clock.
      else await new Promise((resolve) => setTimeout(resolve, 2))
      if (Date.now() - moved > stalledMs || this.steps > mostSteps) {
        const open = this.asked.filter(({ reply }) => reply === null).map(({ name }) => name)
        throw new Error(`${sentence}: ${open.join(', ')} after ${this.steps} steps`)
      }
    }
  }

  private async step(): Promise<boolean> {
    this.steps += 1
    return this.scheduler.step()
  }

  private below(count: number): number {
    return this.rng.uint32() % count
  }
}

function startOf(seeds: number): Record<string, unknown> {
  const { record } = runManifest('any').spec!
  return {
    name: 'tiny',
    experiment: 'mnist',
    params,
    data: null,
    network: null,
    rates: null,
    hooks: ['fc1'],
    record,
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    backend: 'wasm'
  }
}

function optionsOf(runIds: string[]): Record<string, unknown> {
  return {
    runIds,
    features: ['loss/val'],
    zscore: 'run',
    covariance: 'diag',
    statesMin: 1,
    statesMax: 2,
    restarts: 1,
    maxIterations: 10,
    tolerance: 1e-3,
    minCovar: 1e-3,
    seed: 0,
    criterion: 'bic',
    transitions: 'free',
    folds: 0,
    surrogates: 2
  }
}

function listOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []
}

function manifestOf(folder: string, id: string): { name: string; status: string } | null {
  const path = join(folder, 'runs', id, 'run.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { name: string; status: string }) : null
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesOf(path) : [path]
  })
}

function contentOf(folder: string): string {
  return filesOf(folder)
    .map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).size}`)
    .sort()
    .join('\n')
}
