/** A card as a file: SVG and PNG of what is shown, CSV of every point behind it. */
import type { Attempts, XAxis } from '../../../../src/contract/recordings'
import type { RunInfo } from '../../../../src/domain/run'
import { request } from '../../../bridge/host'
import { toCsv } from '../../../ui/csv'
import type { DataTable } from '../../../ui/csv'
import { saveFile } from '../../../ui/save-file'
import type { DrawnCurve } from '../../../charts/scalar/model'
import type { Scale } from '../../../charts/scales'
import { svgOf } from '../../../charts/scalar/svg-chart'
import { svgToPng } from '../../../charts/scalar/svg-to-png'
import { chartTheme, paperTheme } from '../../../ui/theme'
import type { KnownTag } from '../state/tags'
import { axisKind, axisName } from './drawn'

export type CardFile = 'svg' | 'png' | 'csv'

export interface ShownCard {
  tag: KnownTag
  /** Its expression, where it is a derived curve. */
  derived?: Record<string, string>
  curves: readonly DrawnCurve[]
  x: Scale
  y: Scale
  xAxis: XAxis
  attempts: Attempts
  runs: readonly RunInfo[]
  /** What the colours stand for. */
  legend: readonly { name: string; color: string }[]
}

/** The most points of one run and tag that one answer may hold; more are exported in bulk. */
const mostPoints = 100_000
const batch = 16

export async function saveCard(file: CardFile, card: ShownCard): Promise<void> {
  const name = `${card.tag.tag}.${file}`
  if (file === 'csv') {
    const { header, rows } = await pointsOf(card)
    return saveFile(name, toCsv(header, rows), 'text/csv')
  }
  const svg = pictureOf(card)
  if (file === 'svg') return saveFile(name, svg, 'image/svg+xml')
  saveFile(name, await svgToPng(svg, 2), 'image/png')
}

function pictureOf({ tag, curves, x, y, xAxis, legend }: ShownCard): string {
  const theme = paperTheme()
  // The screen's colour and the paper's are the same one of the palette, each made for its surface.
  const shown = chartTheme.value
  const onPaper = new Map([
    ...shown.runs.map((color, i) => [color, theme.runs[i]] as const),
    ...shown.states.map((color, i) => [color, theme.states[i]] as const)
  ])
  const paper = <T extends { color: string }>(item: T): T => ({
    ...item,
    color: onPaper.get(item.color) ?? theme.text3
  })
  return svgOf({
    // The y axis is named by the tag already.
    title: tag.displayName === tag.tag ? '' : tag.displayName,
    xName: axisName(xAxis),
    yName: tag.tag,
    x,
    y,
    theme,
    xKind: axisKind(xAxis),
    curves: curves.map((curve) => ({ ...paper(curve), parts: curve.parts?.map(paper) ?? null })),
    legend: legend.map(paper)
  })
}

/** Every point on disk, run by run. */
export async function pointsOf({
  tag,
  derived,
  attempts,
  runs
}: Pick<ShownCard, 'tag' | 'derived' | 'attempts' | 'runs'>): Promise<DataTable> {
  const rows: (string | number)[][] = []
  for (let at = 0; at < runs.length; at += batch) {
    const part = runs.slice(at, at + batch)
    const { curves } = await request('recordings.scalars', {
      runIds: part.map((run) => run.id),
      tag: tag.tag,
      derived,
      x: 'step',
      attempts,
      smoothing: 0,
      mostPoints
    })
    for (const curve of curves) {
      const run = part.find(({ id }) => id === curve.runId)
      if (curve.total > curve.x.length)
        throw new Error(
          `${run?.name} has ${curve.total} points of ${tag.tag}, too many for a file of a card. Export it from the toolbar.`
        )
      curve.values.forEach((value, i) =>
        rows.push([run?.groupName ?? '', run?.name ?? curve.runId, tag.tag, curve.steps[i], curve.wallTimes[i], value])
      )
    }
  }
  return { header: ['experiment', 'run', 'tag', 'step', 'wall_time', 'value'], rows }
}
