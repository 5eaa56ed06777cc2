/** What compute workers do to import runs and networks: look, read, measure, write. */
import { measureCheckpoint, writeCheckpointRun } from './checkpoints/read-and-write'
import { readNetwork } from './network'
import { importFile, inspectFile } from './read-and-write'
import { scanSources } from './scan'

export const importTasks = {
  /** @param loose folder without a name of its own, for files that came without one */
  importScan: ({ paths, loose }: { paths: string[]; loose: string | null }) => scanSources(paths, loose),
  importInspect: inspectFile,
  importFile,
  checkpointMetrics: measureCheckpoint,
  importCheckpoints: writeCheckpointRun,
  readNetwork
}
