/** The open project: its runs and analyses in memory, and every change to their manifests. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
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
  saveAnalysis
} from '../project/project-folder'
import type { OpenedProject, Problem } from '../project/project-folder'
import type { RunManifest } from '../project/manifests'
import type { RunSource } from '../workers/messages'
import { ownedElsewhere } from './run-lock'

export class ProjectSession {
  private readonly runs = new Map<string, RunManifest>()
  private readonly analyses = new Map<string, Analysis>()
  private readonly writes = new Map<string, Promise<void>>()
  private problems: Problem[] = []

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
      const unfinished = run.status === 'running' || run.status === 'paused' || run.status === 'queued'
      if (unfinished && !ownedElsewhere(session.runFolder(run.id))) {
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
      return { runId: id, folder: this.runFolder(id), label: run.name, seed: seedOf(run) }
    })
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

  /** As updateRun, without a write: for progress, which the next write carries along. */
  touchRun(id: string, change: Partial<RunManifest>): void {
    const run = this.runs.get(id)
    if (run) Object.assign(run, change)
  }

  async removeRuns(ids: string[]): Promise<void> {
    for (const id of ids) {
      this.run(id)
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

export function runInfoOf(run: RunManifest): RunInfo {
  const { schemaVersion: _version, versions: _versions, ...info } = run
  return { ...info, last: { ...info.last } }
}
