/** All points of some tags and runs as a file. */
import type { ExportedSeries } from '../project/scalar-export'
import { writeScalarsFile } from '../project/scalar-export'
import type { OfRuns } from './run-source'
import { readerOnce } from './run-cache'

export function exportScalars({ runs, tags, attempts, format, file }: OfRuns<'recordings.export'> & { file: string }): {
  points: number
} {
  const series = function* (): Iterable<ExportedSeries> {
    for (const source of runs) {
      const { log } = readerOnce(source)
      for (const tag of tags) {
        const view = log.scalars(tag)?.view(attempts)
        if (view) yield { run: source.label, tag, view }
      }
    }
  }
  return { points: writeScalarsFile(series(), format, file) }
}
