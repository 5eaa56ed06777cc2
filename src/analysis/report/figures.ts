/** The figures of a report: choice of K, training map, paths of the runs, a metric coloured by state, state means. */
import { timesOn } from '../axis'
import { quantityOf } from '../roles'
import { segmentsOf } from '../trajectory'
import type { Analysis, AnalysisInputRun, SelectionRow, FittedStates } from '../../domain/analysis'
import type { RunSeries } from '../../domain/run-series'
import type { TimeAxis } from '../../domain/time'
import {
  element,
  figure,
  INK,
  line,
  polyline,
  QUIET,
  RULE,
  STATE_COLORS,
  STATE_TEXT,
  SURFACE,
  text,
  ticks,
  tickText
} from './svg'

const WIDTH = 860
/** More points than this cannot be told apart, and would make a file of many megabytes. */
const MOST_POINTS = 12_000

/** Ticks of a time axis; the right end is for its unit. */
function timeTicks(last: number): number[] {
  return ticks(0, last, 8).filter((tick) => tick <= 0.93 * last)
}

const colorOf = (fit: FittedStates, state: number): string => STATE_COLORS[fit.stateSummaries[state].color - 1]

/** BIC of the best restart with mean and spread over restarts, and the held-out log-likelihood, over K. */
export function selectionFigure(analysis: Pick<Analysis, 'selection' | 'chosenStates'>): string {
  const panels = [
    { title: 'BIC, lower is better; band: mean ± std of restarts', of: (row: SelectionRow) => row.bic, line: 'best' },
    {
      title: 'Held-out log-likelihood per point, higher is better; band: ± std of folds',
      of: (row: SelectionRow) => row.heldOut,
      line: 'mean'
    }
  ] as const
  const shown = panels.filter((panel) => analysis.selection.some((row) => panel.of(row)))
  const width = WIDTH / shown.length
  const content = shown.flatMap((panel, i) => {
    const rows = analysis.selection.flatMap((row) => {
      const value = panel.of(row)
      return value ? [{ states: row.states, value }] : []
    })
    // One K that explains unseen runs far worse than the others would flatten them all: it is cut off at the edge.
    const middles = rows.map(({ value }) => value[panel.line])
    const sorted = [...middles].sort((a, b) => a - b)
    const usual = sorted[Math.floor(sorted.length / 2)]
    const reach =
      3 * Math.max(...sorted.map((value) => Math.min(Math.abs(value - usual), quartileSpread(sorted))), 1e-9)
    const clip = (value: number): number => Math.min(usual + reach, Math.max(usual - reach, value))
    const values = rows.flatMap(({ value }) => [
      clip(value.mean - value.std),
      clip(value.mean + value.std),
      clip(value[panel.line])
    ])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const [left, right, top, bottom] = [i * width + 66, (i + 1) * width - 20, 44, 250]
    const x = (states: number): number =>
      rows.length > 1
        ? left + ((states - rows[0].states) / (rows[rows.length - 1].states - rows[0].states)) * (right - left)
        : (left + right) / 2
    const y = (value: number): number => bottom - ((clip(value) - low) / (high - low || 1)) * (bottom - top)
    const band = [
      ...rows.map(({ states, value }) => [x(states), y(value.mean + value.std)] as [number, number]),
      ...rows.map(({ states, value }) => [x(states), y(value.mean - value.std)] as [number, number]).reverse()
    ]
    return [
      text(left - 46, 24, panel.title, { size: 11, color: QUIET }),
      ...ticks(low, high, 5).flatMap((tick) => [
        line(left, y(tick), right, y(tick)),
        text(left - 8, y(tick) + 4, tickText(tick), { anchor: 'end', size: 11, color: QUIET })
      ]),
      polyline(band, { fill: RULE, stroke: 'none', 'fill-opacity': 0.7 }),
      polyline(
        rows.map(({ states, value }) => [x(states), y(value[panel.line])] as const),
        { 'stroke-width': 1.6 }
      ),
      ...rows.map(({ states, value }) =>
        element('circle', {
          cx: x(states),
          cy: y(value[panel.line]),
          r: states === analysis.chosenStates ? 6 : 3.5,
          fill: INK
        })
      ),
      ...rows.map(({ states }) =>
        text(x(states), bottom + 20, String(states), { anchor: 'middle', size: 11, color: QUIET })
      )
    ]
  })
  return figure(WIDTH, 284, 'Choice of the number of states', content)
}

function quartileSpread(sorted: readonly number[]): number {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]
  return 2 * (at(0.75) - at(0.25))
}

/** The training map: states in order of first visit, transitions that occur with the share of departures. */
export function mapFigure(fit: FittedStates): string {
  const states = fit.stateSummaries
  const most = Math.max(1, ...fit.transitions.map((transition) => transition.count))
  const step = Math.min(150, (WIDTH - 120) / Math.max(1, states.length - 1))
  const longest = (sign: 1 | -1): number => Math.max(0, ...fit.transitions.map(({ from, to }) => sign * (to - from)))
  // Arcs are higher the farther they go, those across many states only a little more.
  const lift = (reach: number): number => 8 + 26 * Math.min(reach, 4) + 8 * Math.max(0, reach - 4)
  // Room for the highest arc over the states, and for the lowest one under them.
  const base = 52 + lift(Math.max(1, longest(1)))
  const below = base + Math.max(72, 52 + lift(longest(-1)))
  // Names stand under their states where there is room for a word, else in columns under the map.
  const crowded = step < 70
  const at = (k: number): { x: number; y: number; r: number } => ({
    x: WIDTH / 2 + (k - (states.length - 1) / 2) * step,
    y: base,
    r: Math.min(30, Math.max(13, 24 * Math.sqrt(states[k].occupancy * states.length * 0.8)))
  })
  const edges = fit.transitions.map(({ from, to, count, leavingShare }) => {
    const [a, b] = [at(from), at(to)]
    // Forward over the states, back under them.
    const height = (to > from ? -1 : 1) * lift(Math.abs(to - from))
    const middle = (a.x + b.x) / 2
    const angle = Math.atan2(height * 1.4, (b.x - a.x) / 2)
    const start = { x: a.x + a.r * Math.cos(angle), y: a.y + a.r * Math.sin(angle) }
    const gap = b.r + 6
    const end = { x: b.x - gap * Math.cos(angle), y: b.y + gap * Math.sin(angle) }
    const width = 1 + (3 * count) / most
    const path = `M${start.x.toFixed(1)} ${start.y.toFixed(1)}Q${middle.toFixed(1)} ${(a.y + height * 1.7).toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`
    const label = text(middle, a.y + height * 0.98 + (to > from ? -6 : 14), leavingShare.toFixed(2), {
      anchor: 'middle',
      size: 11,
      color: QUIET
    })
    return [
      element('path', {
        d: path,
        fill: 'none',
        stroke: QUIET,
        'stroke-width': width,
        'marker-end': 'url(#tip)',
        'stroke-dasharray': to < from ? '6 4' : undefined
      }),
      label
    ].join('\n')
  })
  const discs = states.map((state, k) => {
    const { x, y, r } = at(k)
    const fill = STATE_COLORS[state.color - 1]
    const role = [state.initial ? 'initial' : '', state.final ? 'final' : ''].filter(Boolean).join(', ')
    const short =
      state.name.length > step / 6.4 ? `${state.name.slice(0, Math.max(4, Math.floor(step / 6.4) - 1))}…` : state.name
    return [
      state.final
        ? element('circle', { cx: x, cy: y, r: r + 4, fill: SURFACE, stroke: fill, 'stroke-width': 1.5 })
        : '',
      element('circle', { cx: x, cy: y, r, fill }),
      text(x, y + 4, `S${state.number}`, { anchor: 'middle', bold: true, color: STATE_TEXT[state.color - 1] }),
      crowded ? '' : text(x, below, short, { anchor: 'middle', bold: true }),
      text(x, below + 16, `${(100 * state.occupancy).toFixed(0)}%`, { anchor: 'middle', size: 11, color: QUIET }),
      text(x, below + 31, role, { anchor: 'middle', size: 11, color: QUIET })
    ].join('\n')
  })
  const tip =
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="9" markerHeight="9" ' +
    `markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${QUIET}"/></marker></defs>`
  const columns = 3
  const lines = Math.ceil(states.length / columns)
  const names = states.map((state, k) => {
    const [x, y] = [20 + ((WIDTH - 40) / columns) * Math.floor(k / lines), below + 62 + 18 * (k % lines)]
    return text(x, y, `S${state.number} ${state.name}`, { size: 11 })
  })
  const height = below + (crowded ? 62 + 18 * lines : 46)
  return figure(WIDTH, height, 'Training map', [tip, ...edges, ...discs, ...(crowded ? names : [])])
}

/** The state of every run over time, one row per run. */
export function pathsFigure(analysis: Pick<Analysis, 'inputs'>, fit: FittedStates, axis: TimeAxis): string {
  const runs = analysis.inputs.runs
  const last = Math.max(1e-9, ...runs.map((run) => timesOn(run, axis).at(-1) ?? 0))
  const [left, right, row] = [110, WIDTH - 24, 18]
  const x = (time: number): number => left + (Math.max(0, time) / last) * (right - left)
  const bottom = 14 + runs.length * row
  const content = runs.flatMap((run, r) => {
    const y = 12 + r * row
    const at = timesOn(run, axis)
    const label = run.seed === null ? run.label : `seed ${run.seed}`
    return [
      text(left - 10, y + 11, label.length > 15 ? `…${label.slice(-14)}` : label, { anchor: 'end', size: 11 }),
      ...segmentsOf(fit.paths[r]).map(({ state, start, end }) => {
        const from = start === 0 ? at[0] : (at[start - 1] + at[start]) / 2
        const to = end < at.length ? (at[end - 1] + at[end]) / 2 : at[end - 1]
        return element('rect', {
          x: x(from),
          y,
          width: Math.max(1.5, x(to) - x(from) - 1),
          height: 13,
          rx: 1.5,
          fill: colorOf(fit, state)
        })
      })
    ]
  })
  const marks = timeTicks(last).map((tick) =>
    text(x(tick), bottom + 16, tickText(tick), { anchor: 'middle', size: 11, color: QUIET })
  )
  const legend = fit.stateSummaries.map((state, i) => {
    const at = left + (i * (right - left)) / fit.states
    return [
      element('rect', { x: at, y: bottom + 30, width: 10, height: 10, rx: 2, fill: STATE_COLORS[state.color - 1] }),
      text(at + 15, bottom + 39, fit.states > 6 ? `S${state.number}` : `S${state.number} ${state.name}`, { size: 11 })
    ].join('\n')
  })
  const unit = text(right, bottom + 16, axis, { anchor: 'end', size: 11, color: QUIET })
  return figure(WIDTH, bottom + 52, `States of every run over ${axis}s`, [...content, ...marks, unit, ...legend])
}

/** Every recorded point with the state of the nearest rate. */
function pointsOfRates(
  run: Pick<AnalysisInputRun, 'steps' | 'epochs'>,
  path: readonly number[],
  series: RunSeries['series'][string],
  axis: TimeAxis
): { time: number; value: number; state: number }[] {
  const { steps } = run
  const times = timesOn(run, axis)
  let at = 0
  return Array.from(series.steps).flatMap((step, i) => {
    while (at + 2 < steps.length && steps[at + 1] <= step) at++
    const [from, to] = [steps[at], steps[at + 1]]
    const share = Math.min(1, Math.max(0, (step - from) / (to - from)))
    if (!Number.isFinite(series.values[i])) return []
    const time = times[at] + share * (times[at + 1] - times[at])
    return [{ time, value: series.values[i], state: path[share < 0.5 ? at : at + 1] }]
  })
}

/** One metric of every run, points coloured by state. @returns null when no run recorded it. */
export function curvesFigure(
  analysis: Pick<Analysis, 'inputs' | 'roles'>,
  fit: FittedStates,
  runs: readonly RunSeries[],
  tag: string,
  threshold: number | null,
  axis: TimeAxis
): string | null {
  const drawn = analysis.inputs.runs.flatMap((input, r) => {
    const series = runs.find((run) => run.runId === input.runId)?.series[tag]
    if (!series) return []
    if (analysis.inputs.window !== undefined) return [pointsOfRates(input, fit.paths[r], series, axis)]
    const byStep = new Map(Array.from(series.steps, (step, i) => [step, series.values[i]]))
    const points = input.steps.flatMap((step, t) => {
      const value = byStep.get(step)
      return value !== undefined && Number.isFinite(value)
        ? [{ time: timesOn(input, axis)[t], value, state: fit.paths[r][t] }]
        : []
    })
    return points.length > 0 ? [points] : []
  })
  if (drawn.length === 0) return null
  const all = drawn.flat()
  // Every run keeps its first and last point.
  const stride = Math.ceil(all.length / MOST_POINTS)
  const shown = drawn.map((points) => points.filter((_, t) => t % stride === 0 || t === points.length - 1))
  const positive = all.every((point) => point.value > 0)
  const logarithmic = quantityOf(tag, analysis.roles) === 'loss' && positive
  const scale = (value: number): number => (logarithmic ? Math.log10(value) : value)
  let [low, high, last] = [Infinity, -Infinity, 1e-9]
  for (const { value, time } of all) {
    low = Math.min(low, scale(value))
    high = Math.max(high, scale(value))
    last = Math.max(last, time)
  }
  const [left, right, top, bottom] = [66, WIDTH - 24, 34, 268]
  const x = (time: number): number => left + (time / last) * (right - left)
  const y = (value: number): number => bottom - ((scale(value) - low) / (high - low || 1)) * (bottom - top)
  const levels = ticks(low, high, 5)
  const content = [
    text(left - 46, 20, `${tag}${logarithmic ? ', logarithmic' : ''}`, { size: 11, color: QUIET }),
    ...levels.flatMap((tick) => {
      const at = bottom - ((tick - low) / (high - low || 1)) * (bottom - top)
      const label = logarithmic ? tickText(Number((10 ** tick).toPrecision(2))) : tickText(tick)
      return [line(left, at, right, at), text(left - 8, at + 4, label, { anchor: 'end', size: 11, color: QUIET })]
    }),
    threshold !== null && scale(threshold) >= low && scale(threshold) <= high
      ? line(left, y(threshold), right, y(threshold), { stroke: INK, 'stroke-dasharray': '2 3' })
      : '',
    ...shown.map((points) =>
      polyline(
        points.map((p) => [x(p.time), y(p.value)] as const),
        { stroke: '#b9bec6', 'stroke-width': 0.8 }
      )
    ),
    ...shown.flatMap((points) =>
      points.map((p) => element('circle', { cx: x(p.time), cy: y(p.value), r: 1.9, fill: colorOf(fit, p.state) }))
    ),
    ...timeTicks(last).map((tick) =>
      text(x(tick), bottom + 18, tickText(tick), { anchor: 'middle', size: 11, color: QUIET })
    ),
    text(right, bottom + 18, axis, { anchor: 'end', size: 11, color: QUIET })
  ]
  return figure(WIDTH, 298, `${tag} by state`, content)
}

/** Mean of every feature in every state, z. */
export function meansFigure(analysis: Pick<Analysis, 'inputs'>, fit: FittedStates): string {
  const { features } = analysis.inputs
  const [left, top, row] = [210, 40, 22]
  const column = Math.min(84, (WIDTH - left - 20) / fit.states)
  const content = [
    ...fit.stateSummaries.map((state, k) =>
      [
        element('rect', {
          x: left + (k + 0.5) * column - 16,
          y: 12,
          width: 32,
          height: 18,
          rx: 3,
          fill: STATE_COLORS[state.color - 1]
        }),
        text(left + (k + 0.5) * column, 25, `S${state.number}`, {
          anchor: 'middle',
          size: 11,
          bold: true,
          color: STATE_TEXT[state.color - 1]
        })
      ].join('\n')
    ),
    ...features.flatMap((feature, d) => [
      text(left - 10, top + d * row + 15, feature, { anchor: 'end', size: 11 }),
      ...fit.model.means.map((means, k) => {
        const share = Math.min(1, Math.abs(means[d]) / 2) * 0.75
        const value = means[d].toFixed(1).replace('-0.0', '0.0').replace('-', '\u2212')
        return [
          element('rect', {
            x: left + k * column,
            y: top + d * row,
            width: column - 1,
            height: row - 1,
            fill: means[d] < 0 ? '#b0622f' : '#12807a',
            'fill-opacity': share
          }),
          text(left + (k + 0.5) * column, top + d * row + 15, value, { anchor: 'middle', size: 11 })
        ].join('\n')
      })
    ])
  ]
  return figure(WIDTH, top + features.length * row + 14, 'State means, z', content)
}
