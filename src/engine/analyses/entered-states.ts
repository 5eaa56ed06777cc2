/**
 * Tells when a run in training enters a state of an analysis of earlier runs: the newest one of runs of the same kind. Runs are read one at
 * a time, each at most every ten seconds; one that has not recorded the features of the analysis is passed over.
 */
import { enteredStates } from '../../analysis'
import type { EventName, EventPayload } from '../../contract/events'
import type { Analysis } from '../../domain/analysis'
import { kindOfRun } from '../../domain/run'
import type { ProjectSession } from '../project/project-session'
import type { AnalysisService } from './analysis-service'

const againMs = 10_000

export class EnteredStates {
  private session: ProjectSession | null = null
  /** What has begun before that was looked at by nobody: where it is by now is no news. */
  private beganAt = 0
  private readonly stale = new Set<string>()
  private readonly readAt = new Map<string, number>()
  /** By run: states that are known to have been entered, of the analysis that it was read with last. */
  private readonly known = new Map<string, { analysisId: string; states: Set<number> }>()
  private reading = false
  private timer: NodeJS.Timeout | null = null

  constructor(
    private readonly analyses: Pick<AnalysisService, 'decode'>,
    private readonly push: <N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>) => void
  ) {}

  /** From now on for this project. */
  begin(session: ProjectSession | null): void {
    this.session = session
    this.beganAt = Date.now()
    this.stale.clear()
    this.readAt.clear()
    this.known.clear()
  }

  /** A run has new points. */
  grew(runId: string): void {
    this.stale.add(runId)
    void this.go()
  }

  private async go(): Promise<void> {
    if (this.reading) return
    this.reading = true
    for (let id = this.due(); id !== null; id = this.due()) {
      this.stale.delete(id)
      this.readAt.set(id, Date.now())
      // A run that is removed meanwhile, or has not recorded what the analysis takes, is told nothing of.
      await this.look(id).catch(() => undefined)
    }
    this.reading = false
    if (this.stale.size > 0) this.timer ??= setTimeout(() => ((this.timer = null), void this.go()), againMs).unref()
  }

  private due(): string | null {
    for (const id of this.stale) if (Date.now() - (this.readAt.get(id) ?? 0) >= againMs) return id
    return null
  }

  private async look(runId: string): Promise<void> {
    const { session } = this
    if (!session?.has(runId)) return
    const run = session.run(runId)
    const analysis = analysisFor(session, runId)
    const fit = analysis?.fits.find(({ states }) => states === analysis.chosenStates)
    if (run.status !== 'running' || !analysis || !fit || fit.states < 2) return
    const decoded = await this.analyses.decode(session, analysis.id, fit.states, runId)
    if (session !== this.session || !session.has(runId) || decoded.foreign) return
    const before = this.known.get(runId)
    const isSame = before?.analysisId === analysis.id
    const states = isSame ? before.states : new Set<number>()
    this.known.set(runId, { analysisId: analysis.id, states })
    // Read by another analysis than before, or begun unseen: what it has entered so far is taken as known.
    const isNews = isSame || (!before && Date.parse(run.startedAt ?? '') >= this.beganAt)
    for (const { state, step } of enteredStates(decoded.steps, decoded)) {
      if (states.has(state)) continue
      states.add(state)
      if (!isNews) continue
      const { number, name } = fit.stateSummaries[state]
      const text = `entered S${number} (${name}) at step ${step.toLocaleString('en')}`
      this.push(session, 'analysis.entered', { runId, name: run.name, analysisId: analysis.id, text })
    }
  }
}

/** The newest analysis of runs of the same kind that has not seen this one. */
function analysisFor(session: ProjectSession, runId: string): Analysis | null {
  const kind = kindOfRun(session.run(runId))
  for (const { id, runIds } of session.listAnalyses().reverse()) {
    if (runIds.includes(runId)) continue
    const seen = runIds.find((one) => session.has(one))
    if (seen !== undefined && kindOfRun(session.run(seen)) === kind) return session.analysis(id)
  }
  return null
}
