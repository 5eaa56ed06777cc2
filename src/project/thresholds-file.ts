/** Thresholds of readings that people have changed, once for a project: `readings.json`. */
import { thresholdChanges, type ThresholdChanges } from '../domain/reading'
import { saidFile } from './said-file'

export const thresholdsFile = saidFile<ThresholdChanges>(
  'readings.json',
  'thresholds',
  thresholdChanges,
  {},
  { so: 'readings use their usual thresholds', remedy: 'Set them again, or restore the file.' }
)

export async function readThresholds(project: string): Promise<{ changes: ThresholdChanges; problem: string | null }> {
  const { said, problem } = await thresholdsFile.read(project)
  return { changes: said, problem }
}
