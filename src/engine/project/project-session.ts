/** A project that is open, or trains in the background: its runs and analyses in memory, and every change to their manifests. */
import { readdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Analysis, AnalysisSummary } from '../../domain/analysis'
import type { ProjectInfo } from '../../domain/project'
import type { LeadReading } from '../../domain/reading'
import type { RunInfo } from '../../domain/run'
import { isUnfinished, seedOf } from '../../domain/run'
import { PhasescopeError } from '../../domain/errors'
import { addAnalysis, changeAnalysis, changeRun, sameJson } from '../../project/changes'
import { changeName, claimsAfter, locksFolder, newestClaim, whileAlone } from '../../project/claims'
import { removeTree, runFolder, writeJson } from '../../project/files'
import { changeLogLinks, isInside, linkedFolder, linkPath, readLogLinks } from '../../project/log-links'
import type { LogLink } from '../../project/log-links'
import { readAnalysisFile, readRunManifest } from '../../project/manifests'
import type { RunManifest } from '../../project/manifests'
import { placeIn } from '../../project/places'
import type { ProcessMark } from '../../project/processes'
import { analysisFile, inOrderOfCreation, listAnalyses, listRuns, newId } from '../../project/project-folder'
import type { OpenedProject, Problem } from '../../project/project-folder'
import { moveToTrash } from '../../project/trash'
import type { RunSource } from '../../recordings/run-source'
import type { RunClaims } from './run-claims'

export interface SessionOptions {
  claims: RunClaims
  /** Whether the folder's authors are trusted on this computer. */
  trusted: boolean
  /** Runs that are new or have changed, and those that are gone. */
  changed(runs: RunInfo[], removed: string[]): void
}

/** Where a folder really lies, by which two ways to one project are told to be the same. */
export async function placeOf(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder)
}

export class ProjectSession {
  private readonly runs = new Map<string, RunManifest>()
  /** The same as they were read or written last, which is what changes are told from. */
  private readonly saved = new Map<string, RunManifest>()
  private readonly analyses = new Map<string, Analysis>()
  private readonly writes = new Map<string, Promise<unknown>>()
  private problems: Problem[] = []
  private links: LogLink[] = []
  /** Newest values by roles that people have said, in the place of those by names. Never written. */
  private readonly values = new Map<string, RunInfo['last']>()
  /** The reading that leads, of runs that have been read. Never written. */
  private readonly leads = new Map<string, LeadReading>()
  private over = false
  /** Number of the newest change by anybody that has been looked at. */
  private seenChange = 0
  trusted: boolean

  private constructor(
    private readonly opened: OpenedProject,
    private readonly options: SessionOptions,
    /** Where its folder really lies, whatever links have led there. */
    readonly place: string
  ) {
    this.trusted = options.trusted
  }

  /** Reads every manifest. Runs that were training when their process died become `interrupted`. */
  static async load(opened: OpenedProject, options: SessionOptions): Promise<ProjectSession> {
    const place = await placeOf(opened.folder)
    const session = new ProjectSession(opened, options, place)
    session.seenChange = await newestChange(opened.folder)
    const [{ runs, problems }, analyses] = await Promise.all([listRuns(opened.folder), listAnalyses(opened.folder)])
    session.problems = [...problems, ...analyses.problems]
    for (const run of runs) session.take(run)
    for (const run of runs) {
      if (isUnfinished(run.status) && !(await session.trainsElsewhere(run.id))) await session.interrupted(run.id)
    }
    session.links = await readLogLinks(opened.folder).catch((error: Error) => {
      session.problems.push({ place: 'logs.json', message: error.message })
      return []
    })
    for (const analysis of analyses.analyses) session.analyses.set(analysis.id, analysis)
    return session
  }

  /** Nothing is written any more. */
  get closed(): boolean {
    return this.over
  }

  get folder(): string {
    return this.opened.folder
  }

  get id(): string {
    return this.opened.manifest.id
  }

  get mark(): ProcessMark {
    return this.options.claims.mark
  }

  info(): ProjectInfo {
    const { manifest, folder } = this.opened
    return {
      id: manifest.id,
      name: manifest.name,
      folder,
      sample: manifest.sample,
      trusted: this.trusted,
      held: this.trusted ? [] : this.held(),
      problems: [...this.problems]
    }
  }

  /** What restricted mode leaves out here, in words. */
  private held(): string[] {
    return this.links
      .filter((link) => !isInside(this.folder, link))
      .map((link) => `The log folder "${link.name}" lies outside of the project (${link.path}) and is not read.`)
  }

  runFolder(id: string): string {
    return runFolder(this.folder, id)
  }

  listRuns(): RunInfo[] {
    return [...this.runs.values()].map((run) => this.infoOf(run))
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

  /** Log folders that the project follows, with where they are; in restricted mode only those inside of it. */
  logLinks(): { link: LogLink; folder: string }[] {
    return this.links
      .filter((link) => this.trusted || isInside(this.folder, link))
      .map((link) => ({ link, folder: linkedFolder(this.folder, link) }))
  }

  /** Runs of a followed log folder. */
  runsOfLog(linkId: string): RunManifest[] {
    return [...this.runs.values()].filter((run) => run.log?.folder === linkId)
  }

  /** Runs that some process says it is training, or will. */
  runsInTraining(): string[] {
    return [...this.runs.values()].filter(({ status }) => isUnfinished(status)).map(({ id }) => id)
  }

  /** Whether another program trains the run, or another window of this one. */
  async trainsElsewhere(id: string): Promise<boolean> {
    return (await this.options.claims.heldElsewhere(this.runFolder(id))) !== null
  }

  /** A run whose process has gone without a word. */
  async interrupted(id: string): Promise<void> {
    const run = this.run(id)
    const message =
      run.step > 0
        ? `Stopped at step ${run.step} of ${run.totalSteps} when its process ended. Continue it from its last checkpoint.`
        : 'Its process ended before this run had begun. Continue it to train it.'
    await this.updateRun(id, { status: 'interrupted', message }).catch((error: Error) => {
      this.problems.push({ place: `runs/${id}/run.json`, message: error.message })
    })
  }

  /** Takes in runs that another process has begun in this project, or imported into it. */
  async adoptNewRuns(): Promise<void> {
    const names = await readdir(join(this.folder, 'runs')).catch(() => [])
    const fresh: RunManifest[] = []
    for (const id of names) {
      if (this.runs.has(id) || id.startsWith('.')) continue
      const run = await readRunManifest(join(this.runFolder(id), 'run.json')).catch(() => null)
      if (!run || this.runs.has(id)) continue
      // One of our own that is being set up; it comes by itself.
      if (this.options.claims.has(this.runFolder(id))) continue
      fresh.push({ ...run, id })
    }
    this.adoptRuns(fresh)
    for (const { id, status } of fresh) {
      // Whoever began it has gone since.
      if (isUnfinished(status) && !(await this.trainsElsewhere(id)) && this.runs.has(id)) await this.interrupted(id)
    }
  }

  /** The link to a log folder; a new one where it is not followed yet. It counts once `saveLinks` has written it. */
  linkTo(folder: string): LogLink {
    const known = this.logLinks().find((one) => one.folder === folder)
    if (known) return known.link
    return { id: newId('logs'), name: basename(folder) || folder, path: linkPath(this.folder, folder), removed: [] }
  }

  /** Follows these folders from now on, beside those that are followed already. */
  async follow(links: LogLink[]): Promise<void> {
    await this.changeLinks((there) => {
      const known = new Set(there.map((link) => link.id))
      return [...there, ...links.filter((link) => !known.has(link.id))]
    })
  }

  async relocateLog(id: string, folder: string): Promise<void> {
    this.link(id)
    const path = linkPath(this.folder, folder)
    await this.changeLinks((there) => there.map((link) => (link.id === id ? { ...link, path } : link)))
  }

  /** Takes the runs of a log folder out of the project. Their event files are not touched. */
  async unfollowLog(id: string): Promise<void> {
    this.link(id)
    await this.changeLinks((there) => there.filter((link) => link.id !== id))
    await this.removeRuns(this.runsOfLog(id).map((run) => run.id))
  }

  private link(id: string): LogLink {
    const link = this.links.find((one) => one.id === id)
    if (!link) throw new PhasescopeError('not-found', 'This log folder is no longer followed.')
    return link
  }

  /** Where the event files of a run are. Without its link nobody knows, and the run is one without events. */
  private placeOf({ id, log }: RunManifest): string {
    const found = log && this.logLinks().find(({ link }) => link.id === log.folder)
    if (!found) return this.runFolder(id)
    try {
      return placeIn(found.folder, log.run)
    } catch {
      // A manifest that points out of its log folder is a run without events, in trusted projects, too.
      return this.runFolder(id)
    }
  }

  private async changeLinks(change: (there: LogLink[]) => LogLink[]): Promise<void> {
    this.mustBeOpen()
    this.links = await this.during('logs.json', () => changeLogLinks(this.folder, this.mark, this.links, change))
  }

  /** Takes over which folders another program follows in this project. */
  async reloadLinks(): Promise<void> {
    this.links = await readLogLinks(this.folder).catch(() => this.links)
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

  /** A run belongs to the project once its manifest is on disk. Its folder is new, so nobody else writes there. */
  async addRun(run: RunManifest): Promise<void> {
    this.mustBeOpen()
    await this.during(run.id, () => writeJson(join(this.runFolder(run.id), 'run.json'), { ...run, revision: 1 }))
    this.take({ ...run, revision: 1 })
  }

  /** Takes in runs whose folders are complete already. */
  adoptRuns(runs: RunManifest[]): void {
    for (const run of [...runs].sort(inOrderOfCreation)) this.take(run)
    if (runs.length > 0)
      this.changed(
        runs.map((run) => this.infoOf(run)),
        []
      )
  }

  /** Takes back a run that never began, for instance because the disk is full. */
  async discardRun(id: string): Promise<void> {
    await this.writes.get(id)?.catch(() => undefined)
    this.drop(id)
    await removeTree(this.runFolder(id)).catch(() => undefined)
  }

  /**
   * Changes a manifest in memory at once, tells everybody, and writes it; writes of one run never overtake another.
   * @throws PhasescopeError 'conflict' when another program has changed the same field meanwhile: its value stays
   */
  async updateRun(id: string, change: Partial<RunManifest>): Promise<void> {
    this.mustBeOpen()
    const run = this.run(id)
    Object.assign(run, change)
    this.changed([this.infoOf(run)], [])
    await this.saveRun(id)
  }

  /** The same for many: all of them are shown at once, and written one by one. Nothing is changed where one of them is gone. */
  async updateRuns(changes: readonly { id: string; change: Partial<RunManifest> }[]): Promise<void> {
    this.mustBeOpen()
    const runs = changes.map(({ id }) => this.run(id))
    changes.forEach(({ change }, i) => Object.assign(runs[i], change))
    const told = runs.map((run) => this.infoOf(run))
    this.changed(told, [])
    await Promise.all(changes.map(({ id }) => this.saveRun(id)))
  }

  /** As updateRun, but only for show: what a followed log says can always be read again. */
  showRun(id: string, change: Partial<RunManifest>): void {
    const run = this.runs.get(id)
    if (!run || Object.entries(change).every(([key, value]) => sameJson(run[key as keyof RunManifest], value))) return
    Object.assign(run, change)
    const saved = this.saved.get(id)
    if (saved) Object.assign(saved, change)
    this.changed([this.infoOf(run)], [])
  }

  /** The newest values that a run is shown with, whatever its manifest has. @param id null: all runs as their manifests are */
  showValues(id: string | null, values?: RunInfo['last']): void {
    const ids = id === null ? [...this.values.keys()] : [id]
    const before = new Map(ids.map((one) => [one, this.values.get(one) ?? this.runs.get(one)?.last]))
    for (const one of ids) {
      if (values) this.values.set(one, values)
      else this.values.delete(one)
    }
    const changed = ids.flatMap((one) => this.runs.get(one) ?? [])
    const told = changed.map((run) => this.infoOf(run)).filter((info) => !sameJson(info.last, before.get(info.id)))
    if (told.length > 0) this.changed(told, [])
  }

  showsValues(id: string): boolean {
    return this.values.has(id)
  }

  private infoOf(run: RunManifest): RunInfo {
    const info = runInfoOf(run)
    const values = this.values.get(run.id)
    const lead = this.leads.get(run.id)
    return { ...info, ...(values ? { last: { ...values } } : {}), ...(lead === undefined ? {} : { lead }) }
  }

  showLead(id: string, lead: LeadReading): void {
    const run = this.runs.get(id)
    if (!run || (this.leads.has(id) && sameJson(this.leads.get(id), lead))) return
    this.leads.set(id, lead)
    this.changed([this.infoOf(run)], [])
  }

  /** Takes over what another process has written into a run's manifest, or that it has removed the run. */
  async reloadRun(id: string): Promise<void> {
    if (!this.runs.has(id)) return
    const result = await readRunManifest(join(this.runFolder(id), 'run.json')).then(
      (run) => run,
      (error: unknown) => (error instanceof PhasescopeError && error.code === 'not-found' ? 'gone' : null)
    )
    if (result === null || !this.runs.has(id)) return
    if (result === 'gone') {
      if (this.options.claims.has(this.runFolder(id))) return
      this.drop(id)
      this.changed([], [id])
      return
    }
    const mine = this.runs.get(id)!
    const before = this.saved.get(id) ?? mine
    // What has changed here and is not written yet stays.
    const fresh = { ...result, id }
    for (const key of Object.keys(fresh) as (keyof RunManifest)[]) {
      if (sameJson(mine[key], before[key])) Object.assign(mine, { [key]: fresh[key] })
    }
    this.saved.set(id, structuredClone(fresh))
    this.changed([this.infoOf(mine)], [])
  }

  /** As updateRun, without a write: for progress, which the next write carries along. */
  touchRun(id: string, change: Partial<RunManifest>): void {
    const run = this.runs.get(id)
    if (run) Object.assign(run, change)
  }

  async removeRuns(ids: string[]): Promise<void> {
    this.mustBeOpen()
    const removed = new Map<string, string[]>()
    for (const id of ids) {
      const run = this.run(id)
      if (await this.trainsElsewhere(id)) {
        throw new PhasescopeError(
          'busy',
          `${run.name} is being trained by another program. Cancel it there, then remove it.`
        )
      }
      if (run.log) removed.set(run.log.folder, [...(removed.get(run.log.folder) ?? []), run.log.run])
    }
    // Followed runs would come back with the next look.
    if (this.links.some((link) => removed.has(link.id))) {
      await this.changeLinks((there) =>
        there.map((link) => ({ ...link, removed: [...link.removed, ...(removed.get(link.id) ?? [])] }))
      )
    }
    for (const id of ids) {
      // Whether the last write worked or not: the folder goes as it is.
      await this.writes.get(id)?.catch(() => undefined)
      await this.trash(id, `runs/${id}`)
      this.drop(id)
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

  async addAnalysis(analysis: Analysis): Promise<void> {
    this.mustBeOpen()
    await this.during(analysis.id, () => addAnalysis(this.folder, this.mark, analysis))
    this.analyses.set(analysis.id, analysis)
  }

  /**
   * Changes an analysis as it is on disk now, which is what is known here unless another program has changed it.
   * @param change throws 'conflict' where what is there is no longer what the user saw
   */
  async changeAnalysis(id: string, change: (there: Analysis) => Analysis): Promise<void> {
    this.mustBeOpen()
    this.analysis(id)
    const write = (): Promise<Analysis> => changeAnalysis(this.folder, this.mark, id, change)
    try {
      this.analyses.set(id, await this.during(id, write))
    } catch (error) {
      if (error instanceof PhasescopeError && error.code === 'conflict') await this.reloadAnalysis(id)
      throw error
    }
  }

  /** Takes over an analysis that another program has written. @returns false when it is gone */
  async reloadAnalysis(id: string): Promise<boolean> {
    const path = this.analysisFile(id)
    const there = await readAnalysisFile(path).then(
      (analysis) => ({ ...analysis, id }) as Analysis,
      (error: unknown) => (error instanceof PhasescopeError && error.code === 'not-found' ? 'gone' : null)
    )
    if (there === 'gone') this.analyses.delete(id)
    else if (there) this.analyses.set(id, there)
    return there !== 'gone'
  }

  async removeAnalysis(id: string): Promise<void> {
    this.mustBeOpen()
    this.analysis(id)
    await this.trash(id, `analyses/${id}`)
    this.analyses.delete(id)
  }

  private async trash(id: string, place: string): Promise<void> {
    await this.alone(id, async (tell) => {
      await moveToTrash(this.folder, place)
      tell(place)
    })
  }

  /** Changes something of the folder while no other program does. `tell` names the place for those who follow it. */
  alone<T>(key: string, work: (tell: (line: string) => void) => Promise<T>): Promise<T> {
    return this.during(key, () => whileAlone(this.folder, this.mark, work))
  }

  /**
   * Places that other programs have changed since the last look, below the project; null when so much has happened that
   * everything may have changed.
   */
  async changedByOthers(): Promise<string[] | null> {
    const claims = await claimsAfter(join(this.folder, locksFolder), changeName, this.seenChange).catch(
      (error: unknown) => {
        // A link in the place of the folder: nobody of ours has said anything there.
        if (error instanceof PhasescopeError && error.code === 'untrusted') return []
        throw error
      }
    )
    if (claims === null) {
      this.seenChange = await newestChange(this.folder)
      return null
    }
    this.seenChange = claims.at(-1)?.number ?? this.seenChange
    return [...new Set(claims.filter(({ id }) => id !== this.mark.id).flatMap(({ said }) => said))]
  }

  /** Takes over everything from the disk that is not as it was read or written last. */
  async reloadAll(): Promise<{ analyses: string[] }> {
    for (const id of [...this.runs.keys()]) await this.reloadRun(id)
    await this.reloadLinks()
    const before = new Set(this.analyses.keys())
    const { analyses, problems } = await listAnalyses(this.folder)
    this.analyses.clear()
    for (const analysis of analyses) this.analyses.set(analysis.id, analysis)
    this.problems = [...(await listRuns(this.folder)).problems, ...problems]
    return { analyses: [...new Set([...before, ...this.analyses.keys()])] }
  }

  /** Waits until every manifest is on disk. */
  async settle(): Promise<void> {
    while (this.writes.size > 0) await Promise.allSettled([...this.writes.values()])
  }

  /** From here on nothing is written into the project's folder any more. */
  async close(): Promise<void> {
    await this.settle()
    this.over = true
    await this.settle()
  }

  /** Work that writes into the folder: a close waits for it, and none begins after one. */
  async during<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.mustBeOpen()
    const previous = this.writes.get(key) ?? Promise.resolve()
    const write = previous.catch(() => undefined).then(work)
    this.writes.set(key, write)
    try {
      return await write
    } finally {
      if (this.writes.get(key) === write) this.writes.delete(key)
    }
  }

  private mustBeOpen(): void {
    if (this.over) throw new PhasescopeError('no-project', `${this.opened.manifest.name} has been closed.`)
  }

  private take(run: RunManifest): void {
    this.runs.set(run.id, run)
    this.saved.set(run.id, structuredClone(run))
  }

  private drop(id: string): void {
    this.runs.delete(id)
    this.saved.delete(id)
    this.values.delete(id)
    this.leads.delete(id)
  }

  private changed(runs: RunInfo[], removed: string[]): void {
    if (!this.over) this.options.changed(runs, removed)
  }

  private saveRun(id: string): Promise<void> {
    return this.during(id, async () => {
      const run = this.runs.get(id)
      if (!run) return
      const wanted = structuredClone(run)
      const base = this.saved.get(id) ?? wanted
      const trains = this.options.claims.has(this.runFolder(id))
      const { run: there, conflicts } = await changeRun(this.folder, this.mark, { base, wanted, trains })
      this.saved.set(id, structuredClone(there))
      // What has changed in memory since the write began is still to come; everything else is as on disk.
      let news = false
      for (const key of Object.keys(there) as (keyof RunManifest)[]) {
        if (!sameJson(run[key], wanted[key]) || sameJson(run[key], there[key])) continue
        Object.assign(run, { [key]: there[key] })
        news ||= key !== 'revision'
      }
      if (news) this.changed([this.infoOf(run)], [])
      if (conflicts.length > 0) {
        throw new PhasescopeError(
          'conflict',
          `The ${conflicts.join(' and ')} of ${there.name} ${conflicts.length === 1 ? 'was' : 'were'} changed by another ` +
            'program at the same time. Its change stays and is shown now; make yours again if it should replace it.'
        )
      }
    })
  }
}

async function newestChange(folder: string): Promise<number> {
  return (await newestClaim(join(folder, locksFolder), changeName).catch(() => null))?.number ?? 0
}

function runInfoOf(run: RunManifest): RunInfo {
  const { schemaVersion: _version, revision: _revision, versions: _versions, ...info } = run
  return { ...info, last: { ...info.last } }
}
