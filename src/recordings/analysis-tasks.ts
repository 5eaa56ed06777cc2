/** The steps of an analysis, for compute workers: those that read runs, and the fits themselves. */
import { measureGains, runCandidate, runFold } from '../analysis'
import type { CandidateTask, EvidenceTask, FitSettings, FoldTask, WeighedStates } from '../analysis'
import type { AnalysisOptions } from '../domain/analysis-options'
import type { RoleChoices } from '../domain/roles'
import type { Sequence } from '../hmm/types'
import { across, assemble, decode, prepareAnalysis, refit, report, rowsOf } from './analyses'
import type { RunSource } from './run-source'

interface Fitting<Task> {
  task: Task
  sequences: Sequence[]
  options: AnalysisOptions & FitSettings
}

export const analysisTasks = {
  rows: rowsOf,
  prepare: ({ runs, options, said }: { runs: RunSource[]; options: AnalysisOptions; said: RoleChoices }) =>
    prepareAnalysis(runs, options, said),
  candidate: ({ task, sequences, options }: Fitting<CandidateTask>) => runCandidate(task, sequences, options),
  fold: ({ task, sequences, options }: Fitting<FoldTask>) => runFold(task, sequences, options),
  evidence: ({ task, sequences, options, weighed }: Fitting<EvidenceTask> & { weighed: WeighedStates }) =>
    measureGains(task, sequences, options, weighed),
  assemble,
  restart: refit,
  decode,
  across,
  report
}
