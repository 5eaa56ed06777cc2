/** All points of some tags and runs as a file. */
import type { ExportedSeries } from '../project/scalar-export'
import { writeScalarsFile } from '../project/scalar-export'
import type { OfRuns } from './run-source'
import { scalarView } from './derived'
import { readerOnce } from './run-cache'

export function exportScalars(query: OfRuns<'recordings.export'> & { file: string }): { points: number } {
  const { runs, tags, attempts, format, file, derived } = query
  const series = function* (): Iterable<ExportedSeries> {
    for (const source of runs) {
      const { log } = readerOnce(source)
      for (const tag of tags) {
        const view = scalarView(log, tag, attempts, derived)
        if (view) yield { run: source.label, tag, view }
      }
    }
  }
  return { points: writeScalarsFile(series(), format, file) }
}
