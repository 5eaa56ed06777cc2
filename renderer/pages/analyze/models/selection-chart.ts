/** What is drawn over the numbers of states: the criteria of the fits, or the evidence for phases. */
import type { ApexOptions } from 'apexcharts'
import type { Evidence, EvidenceRow } from '../../../../src/domain/evidence'
import type { SelectionRow, Spread } from '../../../../src/domain/analysis'
import { compact, signed } from '../../../ui/format'
import type { chartTheme } from '../../../ui/theme'

type Theme = (typeof chartTheme)['value']
type Points = { x: number; y: number | null | (number | null)[] }[]
export interface DrawnSeries {
  name: string
  type: 'rangeArea' | 'line'
  data: Points
}

/** A band of mean and spread, and a line. */
export function selectionSeries(
  rows: readonly SelectionRow[],
  spreadOf: (row: SelectionRow) => Spread | null,
  line: 'best' | 'mean'
): DrawnSeries[] {
  return [
    {
      name: 'mean ± std',
      type: 'rangeArea',
      data: rows.map((row) => {
        const spread = spreadOf(row)
        return { x: row.states, y: spread ? [spread.mean - spread.std, spread.mean + spread.std] : [null, null] }
      })
    },
    { name: line, type: 'line', data: rows.map((row) => ({ x: row.states, y: spreadOf(row)?.[line] ?? null })) }
  ]
}

/** Two bands and two lines: surrogates first, the runs over them. */
export function evidenceSeries(evidence: Evidence, rows: readonly SelectionRow[]): DrawnSeries[] {
  const shown = rows.map(({ states }) => evidence.rows.find((row) => row.states === states) ?? null)
  const all = shown.filter((row): row is EvidenceRow => row !== null)
  const top = Math.max(...all.flatMap(({ gain, surrogates }) => [gain.high, surrogates.high]))
  // One split that goes wrong far below 0 would flatten everything else.
  const cut = (value: number): number => Math.max(value, -0.1 * top)
  const band = (of: 'gain' | 'surrogates'): Points =>
    rows.map(({ states }, i) => ({
      x: states,
      y: shown[i] ? [cut(shown[i][of].low), cut(shown[i][of].high)] : [null, null]
    }))
  const line = (of: 'gain' | 'surrogates'): Points =>
    rows.map(({ states }, i) => ({ x: states, y: shown[i] ? cut(shown[i][of].median) : null }))
  return [
    { name: 'drift without phases, 10% to 90%', type: 'rangeArea', data: band('surrogates') },
    { name: 'these runs, 10% to 90%', type: 'rangeArea', data: band('gain') },
    { name: 'drift without phases', type: 'line', data: line('surrogates') },
    { name: 'these runs', type: 'line', data: line('gain') }
  ]
}

export function selectionLook(theme: Theme): ApexOptions {
  return {
    colors: [theme.edge, theme.text1],
    stroke: { width: [0, 1.6], curve: 'straight' },
    fill: { type: 'solid', opacity: [0.22, 1] }
  }
}

export function evidenceLook(theme: Theme): ApexOptions {
  return {
    colors: [theme.edge, theme.accent, theme.text2, theme.accent],
    stroke: { width: [0, 0, 1.4, 2], curve: 'straight', dashArray: [0, 0, 5, 0] },
    fill: { type: 'solid', opacity: [0.2, 0.18, 1, 1] }
  }
}

/** @param line index of the series whose point at the chosen number of states is marked. */
export function overStates(
  theme: Theme,
  rows: readonly SelectionRow[],
  chosen: number | undefined,
  line: number
): ApexOptions {
  return {
    chart: {
      type: 'rangeArea',
      animations: { enabled: false },
      toolbar: { show: false },
      zoom: { enabled: false },
      background: 'transparent',
      fontFamily: theme.fontUi
    },
    theme: { mode: theme.name },
    legend: { show: false },
    markers: {
      size: line === 1 ? [0, 4] : [0, 0, 0, 4],
      strokeWidth: 0,
      hover: { sizeOffset: 2 },
      discrete: rows
        .map((row, dataPointIndex) => ({ row, dataPointIndex }))
        .filter(({ row }) => row.states === chosen)
        .map(({ dataPointIndex }) => ({
          seriesIndex: line,
          dataPointIndex,
          size: 7,
          fillColor: theme.text1,
          strokeColor: theme.surface1
        }))
    },
    grid: { borderColor: theme.grid, padding: { left: 4, right: 8, top: -16, bottom: 0 } },
    xaxis: {
      type: 'numeric',
      min: rows[0]?.states,
      max: rows.at(-1)?.states,
      tickAmount: Math.max(1, rows.length - 1),
      decimalsInFloat: 0,
      axisBorder: { color: theme.axis },
      axisTicks: { color: theme.axis },
      tooltip: { enabled: false },
      crosshairs: { show: false },
      labels: {
        style: { colors: theme.text3, fontSize: '11px' },
        formatter: (value) => String(Math.round(Number(value)))
      }
    },
    yaxis: {
      labels: { style: { colors: [theme.text3], fontSize: '11px' }, formatter: (value) => compactOrSmall(value) },
      tickAmount: 4
    },
    tooltip: { enabled: false },
    dataLabels: { enabled: false }
  }
}

function compactOrSmall(value: number): string {
  if (value === null || !Number.isFinite(value)) return ''
  if (value === 0) return '0'
  return Math.abs(value) < 100 ? signed(String(Number(value.toPrecision(3)))) : compact(value)
}
