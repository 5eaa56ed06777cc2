/** What the requests are answered with. */
import type { EventName, EventPayload } from '../../contract/events'
import type { ProjectInfo } from '../../domain/project'
import type { AnalysisService } from '../analyses/analysis-service'
import type { DataService } from '../data/data-service'
import type { EngineOptions } from '../engine'
import type { PathGrants } from '../grants'
import type { ImportService } from '../imports/import-service'
import type { Log } from '../log'
import type { LogFollower } from '../project/log-follower'
import type { RunReadings } from '../project/run-readings'
import type { ProjectSession } from '../project/project-session'
import type { GivenPaths } from '../project/given-path'
import type { Recents } from '../project/recents'
import type { TrustedFolders } from '../project/trusted-folders'
import type { TaskPool } from '../task-pool'
import type { BackendRegistry } from '../training/backends'
import type { Calibration } from '../training/calibration'
import type { TrainingService } from '../training/training-service'
import type { TrustedMetrics } from '../training/trusted-metrics'

export interface Services {
  options: EngineOptions
  log: Log
  backends: BackendRegistry
  recents: Recents
  grants: PathGrants
  given: GivenPaths
  /** Reading for the views has workers of its own, so that curves never wait behind a fit. */
  queries: TaskPool
  compute: TaskPool
  training: TrainingService
  /** How long runs will take, before the first. */
  calibration: Calibration
  analyses: AnalysisService
  imports: ImportService
  data: DataService
  follower: LogFollower
  readings: RunReadings
  /** The user's metric functions, and the folders, that somebody has said may be trusted. */
  trusted: TrustedMetrics
  trust: TrustedFolders
  /** The open project, which may be another one after every await. @throws PhasescopeError 'no-project' */
  project(): ProjectSession
  /** The same, or null. */
  shown(): ProjectSession | null
  /** Whether the project is this engine's, shown or not: others of the process have theirs. */
  owns(session: ProjectSession): boolean
  /** What happens in a project that is not shown is no news of the one that is. */
  pushOf<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void
  /** Null where another window shows the project, which is in front then. */
  openOnce(folder: string): Promise<ProjectInfo | null>
  createFolder(folder: string, name: string): Promise<ProjectSession>
  /** @param training `keep`: what trains or fits goes on in the background */
  closeProject(training: 'keep' | 'stop'): Promise<void>
  setTrust(session: ProjectSession, trusted: boolean): Promise<void>
  /** Something in the folder has come back, or has been put right. */
  lookAgain(session: ProjectSession): Promise<void>
}
