/** A recorded run as the compute workers know it, and what the contract asks of runs in these terms. */
import type { ParsedParams, RequestName } from '../contract/requests'

export interface RunSource {
  runId: string
  /** Where its event files lie. */
  folder: string
  /** Its path in the log that it was imported from (`logs/session/validation`); null for runs of our own. */
  place: string | null
  label: string
  seed: number | null
}

/** A request's parameters with the runs as the workers know them. */
export type OfRuns<N extends RequestName> = Omit<ParsedParams<N>, 'runIds'> & { runs: RunSource[] }
export type OfRun<N extends RequestName> = Omit<ParsedParams<N>, 'runId'> & { run: RunSource }
