/** The open project: its runs and analyses in memory, and every change to their manifests. */
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Analysis } from '../analysis/types'
import type { AnalysisSummary, ProjectInfo, RunInfo } from '../contract/domain'
import { seedOf } from '../contract/domain'
import { PhasescopeError } from '../contract/errors'
import { runFolder, writeJson } from '../project/files'
import {
  analysisFile,
  inOrderOfCreation,
  listAnalyses,
  listRuns,
  moveToTrash,
  newId,
  saveAnalysis
} from '../project/project-folder'
import type { OpenedProject, Problem } from '../project/project-folder'
import { linkedFolder, linkPath, readLogLinks, writeLogLinks } from '../project/log-links'
import type { LogLink } from '../project/log-links'
import { readRunManifest } from '../project/manifests'
import type { RunManifest } from '../project/manifests'
import type { RunSource } from '../workers/messages'
import { ownedElsewhere } from './run-lock'

const unfinished: RunInfo['status'][] = ['running', 'paused', 'queued']

export class ProjectSession {
  private readonly runs = new Map<string, RunManifest>()
  private readonly analyses = new Map<string, Analysis>()
  private readonly writes = new Map<string, Promise<void>>()
  private problems: Problem[] = []
  private links: LogLink[] = []

  private constructor(
    private readonly opened: OpenedProject,
    private readonly changed: (runs: RunInfo[], removed: string[]) => void
  ) {}

  /** Reads every manifest. Runs that were training when their process died become `interrupted`. */
  static async load(
    opened: OpenedProject,
    changed: (runs: RunInfo[], removed: string[]) => void
  ): Promise<ProjectSession> {
    const session = new ProjectSession(opened, changed)
    const [{ runs, problems }, analyses] = await Promise.all([listRuns(opened.folder), listAnalyses(opened.folder)])
    session.problems = [...problems, ...analyses.problems]
    for (const run of runs) {
      session.runs.set(run.id, run)
      if (unfinished.includes(run.status) && !ownedElsewhere(session.runFolder(run.id))) {
        run.status = 'interrupted'
        run.message =
          run.step > 0
            ? `Stopped at step ${run.step} of ${run.totalSteps} when its process ended. Continue it from its last checkpoint.`
            : 'Its process ended before this run had begun. Continue it to train it.'
        await session.saveRun(run).catch((error: Error) => {
          session.problems.push({ place: `runs/${run.id}/run.json`, message: error.message })
        })
      }
    }
    session.links = await readLogLinks(opened.folder).catch((error: Error) => {
      session.problems.push({ place: 'logs.json', message: error.message })
      return []
    })
    for (const analysis of analyses.analyses) session.analyses.set(analysis.id, analysis)
    return session
  }

  get folder(): string {
    return this.opened.folder
  }

  get id(): string {
    return this.opened.manifest.id
  }

  info(): ProjectInfo {
    const { manifest, folder } = this.opened
    return { id: manifest.id, name: manifest.name, folder, sample: manifest.sample, problems: [...this.problems] }
  }

  runFolder(id: string): string {
    return runFolder(this.folder, id)
  }

  listRuns(): RunInfo[] {
    return [...this.runs.values()].map(runInfoOf)
  }

  run(id: string): RunManifest {
    const run = this.runs.get(id)
    if (!run)
      throw new PhasescopeError('not-found', `There is no run "${id}" in this project. It may have been removed.`)
    return run
  }

  sources(runIds: string[]): RunSource[] {
    return runIds.map((id) => {
      const run = this.run(id)
      return {
        runId: id,
        folder: this.placeOf(run),
        place: run.imported?.file ?? null,
        label: run.name,
        seed: seedOf(run)
      }
    })
  }

  has(id: string): boolean {
    return this.runs.has(id)
  }

  /** Log folders that the project follows, with where they are. */
  logLinks(): { link: LogLink; folder: string }[] {
    return this.links.map((link) => ({ link, folder: linkedFolder(this.folder, link) }))
  }

  /** Runs of a followed log folder. */
  runsOfLog(linkId: string): RunManifest[] {
    return [...this.runs.values()].filter((run) => run.log?.folder === linkId)
  }

  /** Runs that some process says it is training, or will. */
  runsInTraining(): string[] {
    return [...this.runs.values()].filter(({ status }) => unfinished.includes(status)).map(({ id }) => id)
  }

  /** Takes in runs that another process has begun in this project, or imported into it. */
  async adoptNewRuns(): Promise<void> {
    const names = await readdir(join(this.folder, 'runs')).catch(() => [])
    const fresh: RunManifest[] = []
    for (const id of names) {
      if (this.runs.has(id) || id.startsWith('.')) continue
      const run = await readRunManifest(join(this.runFolder(id), 'run.json')).catch(() => null)
      if (!run || this.runs.has(id)) continue
      // Unfinished and nobody's, it is one of our own that is being set up.
      if (!unfinished.includes(run.status) || ownedElsewhere(this.runFolder(id))) fresh.push({ ...run, id })
    }
    this.adoptRuns(fresh)
  }

  /** The link to a log folder; a new one where it is not followed yet. It counts once `saveLinks` has written it. */
  linkTo(folder: string): LogLink {
    const known = this.logLinks().find((one) => one.folder === folder)
    if (known) return known.link
    return { id: newId('logs'), name: basename(folder) || folder, path: linkPath(this.folder, folder), removed: [] }
  }

  /** Follows these folders from now on, beside those that are followed already. */
  async follow(links: LogLink[]): Promise<void> {
    const known = new Set(this.links.map((link) => link.id))
    await this.saveLinks([...this.links, ...links.filter((link) => !known.has(link.id))])
  }

  async relocateLog(id: string, folder: string): Promise<void> {
    this.link(id)
    const path = linkPath(this.folder, folder)
    await this.saveLinks(this.links.map((link) => (link.id === id ? { ...link, path } : link)))
  }

  /** Takes the runs of a log folder out of the project. Their event files are not touched. */
  async unfollowLog(id: string): Promise<void> {
    this.link(id)
    await this.saveLinks(this.links.filter((link) => link.id !== id))
    await this.removeRuns(this.runsOfLog(id).map((run) => run.id))
  }

  private link(id: string): LogLink {
    const link = this.links.find((one) => one.id === id)
    if (!link) throw new PhasescopeError('not-found', 'This log folder is no longer followed.')
    return link
  }

  /** Where the event files of a run are. Without its link nobody knows, and the run is one without events. */
  private placeOf({ id, log }: RunManifest): string {
    const link = log && this.links.find((one) => one.id === log.folder)
    return link ? join(linkedFolder(this.folder, link), log.run) : this.runFolder(id)
  }

  private async saveLinks(links: LogLink[]): Promise<void> {
    await writeLogLinks(this.folder, links)
    this.links = links
  }

  /** Runs that given ones lie below in their logs, and that are not among them: `a` for `a/validation`. */
  runsAbove(runIds: string[]): string[] {
    const asked = new Set(runIds)
    const folders = new Set<string>()
    for (const id of runIds) {
      const parts = this.run(id).imported?.file.split('/') ?? []
      for (let n = 1; n < parts.length; n++) folders.add(parts.slice(0, n).join('/'))
    }
    return [...this.runs.values()]
      .filter(({ id, imported }) => imported?.format === 'tensorboard' && folders.has(imported.file) && !asked.has(id))
      .map(({ id }) => id)
  }

  /** A run belongs to the project once its manifest is on disk. */
  async addRun(run: RunManifest): Promise<void> {
    await this.saveRun(run)
    this.runs.set(run.id, run)
  }

  /** Takes in runs whose folders are complete already. */
  adoptRuns(runs: RunManifest[]): void {
    for (const run of [...runs].sort(inOrderOfCreation)) this.runs.set(run.id, run)
    if (runs.length > 0) this.changed(runs.map(runInfoOf), [])
  }

  /** Takes back a run that never began, for instance because the disk is full. */
  async discardRun(id: string): Promise<void> {
    await this.writes.get(id)?.catch(() => undefined)
    this.runs.delete(id)
    await rm(this.runFolder(id), { recursive: true, force: true }).catch(() => undefined)
  }

  /** Changes a manifest in memory at once, tells everybody, and writes it; writes of one run never overtake another. */
  async updateRun(id: string, change: Partial<RunManifest>): Promise<void> {
    const run = this.run(id)
    Object.assign(run, change)
    this.changed([runInfoOf(run)], [])
    await this.saveRun(run)
  }

  /** As updateRun, but only for show: what a followed log says can always be read again. */
  showRun(id: string, change: Partial<RunManifest>): void {
    const run = this.runs.get(id)
    if (!run || Object.entries(change).every(([key, value]) => sameJson(run[key as keyof RunManifest], value))) return
    Object.assign(run, change)
    this.changed([runInfoOf(run)], [])
  }

  /** Takes over what another process has written into a run's manifest. */
  async reloadRun(id: string): Promise<void> {
    const run = await readRunManifest(join(this.runFolder(id), 'run.json')).catch(() => null)
    if (!run || !this.runs.has(id)) return
    this.runs.set(id, { ...run, id })
    this.changed([runInfoOf(this.run(id))], [])
  }

  /** As updateRun, without a write: for progress, which the next write carries along. */
  touchRun(id: string, change: Partial<RunManifest>): void {
    const run = this.runs.get(id)
    if (run) Object.assign(run, change)
  }

  async removeRuns(ids: string[]): Promise<void> {
    const removed = new Map<string, string[]>()
    for (const id of ids) {
      const { log } = this.run(id)
      if (log) removed.set(log.folder, [...(removed.get(log.folder) ?? []), log.run])
    }
    // Followed runs would come back with the next look.
    if (this.links.some((link) => removed.has(link.id))) {
      await this.saveLinks(
        this.links.map((link) => ({ ...link, removed: [...link.removed, ...(removed.get(link.id) ?? [])] }))
      )
    }
    for (const id of ids) {
      // Whether the last write worked or not: the folder goes as it is.
      await this.writes.get(id)?.catch(() => undefined)
      await moveToTrash(this.folder, join('runs', id))
      this.runs.delete(id)
      this.changed([], [id])
    }
  }

  listAnalyses(): AnalysisSummary[] {
    return [...this.analyses.values()].map((analysis) => ({
      id: analysis.id,
      name: analysis.name,
      createdAt: analysis.createdAt,
      chosenStates: analysis.chosenStates,
      chosenBy: analysis.chosenBy,
      runIds: analysis.inputs.runs.map((run) => run.runId),
      features: analysis.inputs.features.length,
      rows: analysis.inputs.rows
    }))
  }

  analysis(id: string): Analysis {
    const analysis = this.analyses.get(id)
    if (!analysis) throw new PhasescopeError('not-found', `There is no analysis "${id}" in this project.`)
    return analysis
  }

  analysisFile(id: string): string {
    return analysisFile(this.folder, id)
  }

  async putAnalysis(analysis: Analysis): Promise<void> {
    await saveAnalysis(this.folder, analysis)
    this.analyses.set(analysis.id, analysis)
  }

  async removeAnalysis(id: string): Promise<void> {
    this.analysis(id)
    await moveToTrash(this.folder, join('analyses', id))
    this.analyses.delete(id)
  }

  /** Waits until every manifest is on disk. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.writes.values())
  }

  private saveRun(run: RunManifest): Promise<void> {
    const previous = this.writes.get(run.id) ?? Promise.resolve()
    const write = previous.catch(() => undefined).then(() => writeJson(join(this.runFolder(run.id), 'run.json'), run))
    this.writes.set(run.id, write)
    return write
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export function runInfoOf(run: RunManifest): RunInfo {
  const { schemaVersion: _version, versions: _versions, ...info } = run
  return { ...info, last: { ...info.last } }
}
