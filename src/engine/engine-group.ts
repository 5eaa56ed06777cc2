/**
 * What the engines of one process have in common. Each window has an engine of its own, with its project, its selection and its
 * grants; threads, training slots, claims and the user's own files are there once, so that two windows never train twice as many
 * runs as there are cores, hold the memory of two pools, or have one project twice.
 */
import type { EventName, EventPayload } from '../contract/events'
import type { ProjectActivity } from '../domain/project'
import { markOf } from '../project/processes'
import { AnalysisService } from './analyses/analysis-service'
import { Log } from './log'
import type { Places, WorkerLauncher } from './ports'
import type { ProjectSession } from './project/project-session'
import { Recents } from './project/recents'
import { RunClaims } from './project/run-claims'
import { TrustedFolders } from './project/trusted-folders'
import { computations, questions, questionWorkers } from './questions'
import { TaskPool } from './task-pool'
import { BackendChoice } from './training/backend-choice'
import { BackendRegistry } from './training/backends'
import { Calibration } from './training/calibration'
import { TrainingService } from './training/training-service'
import { TrustedMetrics } from './training/trusted-metrics'

export interface GroupOptions {
  launcher: WorkerLauncher
  places: Places
  host: 'electron' | 'browser'
  version: string
  cores: number
  /** Training runs side by side, in all projects together; by default one per core. */
  parallel?: number
  /** Look at followed logs all the time: for hosts with somebody watching. */
  follow?: boolean
}

/** An engine as the others of its process see it. */
export interface Member {
  /** Whether it has the project: shows it, or lets it train while another one is shown. */
  has(session: ProjectSession): boolean
  /** Whether it shows the project that lies there, or is just about to. */
  showsPlace(place: string): boolean
  /** Set once it ends; resolves when nothing of it is at work any more. */
  readonly ending: Promise<void> | null
  push<N extends EventName>(name: N, payload: EventPayload<N>): void
  /** The same where it shows the project. */
  pushOf<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void
  /** Nothing of a project of its own trains or is fitted any more. */
  idle(session: ProjectSession): void
  /** Gives up a project that it has and does not show; null where it has none there, or has just ended it. */
  handOver(place: string, to: Member): Promise<ProjectSession | null>
  take(session: ProjectSession): void
  /** Brings its window to the front. */
  front(): void
}

/** How often is told what trains, at most. */
const activityIntervalMs = 500

export class EngineGroup {
  readonly log: Log
  readonly backends: BackendRegistry
  readonly training: TrainingService
  readonly calibration: Calibration
  readonly analyses: AnalysisService
  /** Reading for the views has workers of its own, so that curves never wait behind a fit. */
  readonly queries: TaskPool
  readonly compute: TaskPool
  readonly recents: Recents
  /** The user's metric functions that somebody has said may run. */
  readonly trusted: TrustedMetrics
  /** Folders that the user has said may be trusted. */
  readonly trust: TrustedFolders
  readonly claims = new RunClaims(markOf())
  private readonly members = new Set<Member>()
  private activityTimer: NodeJS.Timeout | null = null

  constructor({ launcher, places, host, version, cores, parallel, follow }: GroupOptions) {
    const push = <N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void =>
      this.pushOf(session, name, payload)
    const idle = (session: ProjectSession): void => this.memberWith(session)?.idle(session)
    this.log = new Log((entry) => this.pushAll('log', entry))
    this.recents = new Recents(places.userData, () => this.pushAll('project.recents', {}))
    this.trusted = new TrustedMetrics(places.userData)
    this.trust = new TrustedFolders(places.userData)
    this.queries = new TaskPool(launcher, questionWorkers, questions)
    this.compute = new TaskPool(launcher, cores, computations)
    this.backends = new BackendRegistry(launcher, host)
    const choice = new BackendChoice({ registry: this.backends, launcher, places, log: this.log })
    const slots = parallel ?? cores
    this.calibration = new Calibration({ launcher, places, choice, trusted: this.trusted, parallel: slots })
    this.training = new TrainingService({
      calibration: this.calibration,
      launcher,
      places,
      choice,
      parallel: slots,
      attended: follow ?? false,
      trusted: this.trusted,
      claims: this.claims,
      versions: { phasescope: version, node: process.versions.node },
      log: this.log,
      push,
      active: () => this.tellActivity(),
      idle
    })
    this.analyses = new AnalysisService({ pool: this.compute, queries: this.queries, log: this.log, push, idle })
  }

  join(member: Member): void {
    this.members.add(member)
  }

  /** The threads that all share end with the last one. */
  async leave(member: Member): Promise<void> {
    this.members.delete(member)
    if (this.members.size > 0) return
    if (this.activityTimer) clearTimeout(this.activityTimer)
    this.calibration.stop()
    await Promise.all([this.queries.close(), this.compute.close()])
  }

  /** Another engine that shows the project of this place, or is about to; without a wait, so that two cannot both be told of none. */
  shownElsewhere(place: string, by: Member): Member | null {
    return [...this.members].find((member) => member !== by && member.showsPlace(place)) ?? null
  }

  /** A project that another engine only lets train goes on in this one. */
  async takeOver(place: string, to: Member): Promise<ProjectSession | null> {
    for (const member of [...this.members]) {
      const session = member === to ? null : await member.handOver(place, to)
      if (session) return session
    }
    return null
  }

  /** A project has come, gone, or changed otherwise: a few times a second at most. */
  tellActivity(): void {
    this.activityTimer ??= setTimeout(() => {
      this.activityTimer = null
      this.pushAll('training.activity', this.training.activity())
    }, activityIntervalMs).unref()
  }

  /** What trains and waits in the projects of one engine. */
  activityOf(member: Member): ProjectActivity[] {
    return this.training.activity((session) => member.has(session))
  }

  private memberWith(session: ProjectSession): Member | undefined {
    return [...this.members].find((member) => member.has(session))
  }

  private pushAll<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const member of this.members) member.push(name, payload)
  }

  /** What happens in a project that is not shown is no news of those that are. */
  pushOf<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void {
    for (const member of this.members) member.pushOf(session, name, payload)
  }
}
