/** Files with the same columns, so that whatever is asked about them is asked once. */
import { importFormat } from '../../../src/domain/import-formats'
import type { ImportSource } from '../../../src/domain/import-source'
import { integer } from '../../ui/format'

export interface Layout {
  key: string
  files: string[]
  columns: string[]
  /** Whether a step column can be chosen at all: run folders have their epochs. */
  choosable: boolean
  /** Whether rows can be counted instead: checkpoints have no order but their steps. */
  countable: boolean
  stepColumn: string | null
  candidates: string[]
  unclear: string | null
  series: { column: string; tag: string }[]
}

export function layoutsOf(sources: readonly ImportSource[]): Layout[] {
  const found = new Map<string, Layout>()
  for (const source of sources) {
    if (source.columns.length === 0) continue
    const key = JSON.stringify([source.format, source.columns])
    const layout = found.get(key)
    if (!layout) {
      found.set(key, {
        key,
        files: [source.file],
        columns: source.columns,
        choosable: source.format !== 'visualizing-training',
        countable: source.format !== 'checkpoints',
        stepColumn: source.stepColumn,
        candidates: source.stepCandidates,
        unclear: source.stepColumn === null ? source.unclear : null,
        series: source.series
      })
      continue
    }
    layout.files.push(source.file)
    if (layout.series.length === 0) layout.series = source.series
    if (source.stepColumn === null) layout.unclear ??= source.unclear
    if (source.stepColumn !== layout.stepColumn) layout.stepColumn = null
    layout.candidates = layout.candidates.filter((name) => source.stepCandidates.includes(name))
  }
  // What needs an answer comes first, then what most files have.
  return [...found.values()].sort(
    (a, b) => Number(b.unclear !== null) - Number(a.unclear !== null) || b.files.length - a.files.length
  )
}

/** "20 CSV files", "18 CSV files and 2 run folders of visualizing-training". */
export function describeSources(sources: readonly ImportSource[]): string {
  const counts = new Map<ImportSource['format'], number>()
  for (const { format } of sources) counts.set(format, (counts.get(format) ?? 0) + 1)
  const unreadable = { one: 'file that cannot be read', many: 'files that cannot be read' }
  const parts = [...counts].map(([format, count]) => {
    const { one, many } = format === null ? unreadable : importFormat(format)
    return `${integer(count)} ${count === 1 ? one : many}`
  })
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}` : (parts[0] ?? '')
}

/** The groups that the runs would be in, when nobody names one. */
export function groupsOf(sources: readonly ImportSource[]): string[] {
  return [...new Set(sources.filter(({ problem }) => problem === null).map(({ group }) => group))]
}
