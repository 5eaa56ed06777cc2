/** What compute workers do to import runs and networks: look, read, measure, write. */
import { measureCheckpoint, writeCheckpointRun } from './checkpoints/read-and-write'
import { readNetwork } from './network'
import { importFile, inspectFile } from './read-and-write'
import { scanSources } from './scan'

export const importTasks = {
  /**
   * @param loose folder without a name of its own, for files that came without one
   * @param partOf what the user says belongs together: source to run, or to null
   */
  importScan: ({
    paths,
    loose,
    partOf
  }: {
    paths: string[]
    loose: string | null
    partOf: Record<string, string | null>
  }) => scanSources(paths, loose, partOf),
  importInspect: inspectFile,
  importFile,
  checkpointMetrics: measureCheckpoint,
  importCheckpoints: writeCheckpointRun,
  readNetwork
}
