// @vitest-environment happy-dom
/**
 * Every chart that draws on a canvas, mounted over odd series. A chart whose loop has no end would draw for ever, so the
 * context counts what is drawn and ends the test; and something must have been drawn: the frame, if nothing else.
 */
import { mount } from '@vue/test-utils'
import type { Component } from 'vue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import ActivationHeatmap from './ActivationHeatmap.vue'
import DistributionChart from './histogram/DistributionChart.vue'
import HistogramChart from './histogram/HistogramChart.vue'
import { wholeRun } from './heatmap/beside'
import HeatmapView from './heatmap/HeatmapView.vue'
import MeanHistograms from './heatmap/MeanHistograms.vue'
import { rangeOf } from './heatmap/summary'
import { bucketsAt, peakOf, segmentsOf, valueRange } from './histogram/geometry'
import { columnOf } from './hparams/columns'
import { oddSeries } from './odd-series'
import ParallelCoordinates from './hparams/ParallelCoordinates.vue'
import PosteriorChart from './PosteriorChart.vue'
import PrChart from './pr/PrChart.vue'
import ScalarChart from './scalar/ScalarChart.vue'
import { isAscending } from './scalar/model'
import ScatterMatrix from './hparams/ScatterMatrix.vue'
import SweepChart from './SweepChart.vue'
import { chartTheme } from '../ui/theme'
import TwinPeaksChart from './TwinPeaksChart.vue'
import { sharedRange } from '../pages/train/sweep/scales'

const mostCalls = 100_000
let calls = 0

/** Does nothing but count: happy-dom has no canvas, and what is wrong here is how often is drawn, not what it looks like. */
function countingContext(): CanvasRenderingContext2D {
  const set: Record<string | symbol, unknown> = {}
  return new Proxy(set, {
    get(_target, name) {
      if (name in set) return set[name]
      return (...args: unknown[]) => {
        calls += 1
        if (calls > mostCalls) throw new Error('This chart draws without an end.')
        return name === 'measureText' ? { width: 6 * String(args[0]).length } : undefined
      }
    }
  }) as unknown as CanvasRenderingContext2D
}

const before = { theme: chartTheme.value, getContext: HTMLCanvasElement.prototype.getContext }
beforeAll(() => {
  HTMLCanvasElement.prototype.getContext = countingContext as never
  for (const [side, size] of [
    ['clientWidth', 600],
    ['clientHeight', 300]
  ] as const)
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => size })
  const colors = Array.from({ length: 17 }, (_, i) => `#${(0x111111 * (i % 15)).toString(16).padStart(6, '0')}`)
  const plain = new Proxy({}, { get: () => '#808080' })
  chartTheme.value = { ...before.theme, ...lists(colors), ...named(plain) }
})
afterAll(() => {
  HTMLCanvasElement.prototype.getContext = before.getContext
  for (const side of ['clientWidth', 'clientHeight']) delete (HTMLElement.prototype as never)[side]
  chartTheme.value = before.theme
})
function lists(colors: string[]): Pick<typeof before.theme, 'states' | 'stateText' | 'runs' | 'sequential'> {
  return { states: colors, stateText: colors, runs: colors, sequential: colors }
}
function named(plain: object): Partial<typeof before.theme> {
  const names = Object.entries(before.theme).flatMap(([name, value]) => (typeof value === 'string' ? [name] : []))
  return Object.fromEntries(names.map((name) => [name, (plain as Record<string, string>)[name]]))
}
beforeEach(() => void (calls = 0))

const segmentOf = (end: number) => [{ state: 0, color: 1, start: 0, end, index: 0 }]

/** The props of every chart over one series, as values and, where the chart has places of its own, as those. */
function chartsOf(values: readonly number[]): [name: string, chart: Component, props: Record<string, unknown>][] {
  const y = Float64Array.from(values)
  const x = y.map((_, i) => i)
  const none = new Float64Array(0)
  const count = y.length
  const usual = { q01: y[0] ?? 0, q05: y[0] ?? 0, median: y[0] ?? 0, q95: y[count - 1] ?? 0 }
  const finite = [...values].filter(Number.isFinite)
  const edges = Float64Array.from([...new Set(finite)].sort((a, b) => a - b))
  if (edges.length < 2) edges.fill(0)
  const ends = edges.length < 2 ? Float64Array.of(edges[0] ?? 0, edges[0] ?? 0) : edges
  const bins = ends.length - 1
  const counts = Float32Array.from({ length: bins * count }, (_, i) => [1, 3e38, Infinity, 0][i % 4])
  const outside = Float32Array.from(y, () => Infinity)
  const heatmap = {
    runId: 'a',
    tag: 't',
    steps: x,
    epochs: x,
    counts,
    underflow: outside,
    overflow: outside,
    edges: ends,
    means: y,
    stds: y,
    zeros: y,
    nonFinite: y,
    rebinned: false,
    total: count
  }
  // A column with an infinite count is no part of a mean.
  const finiteMap = {
    ...heatmap,
    counts: counts.map((_, i) => i % 3),
    underflow: outside.map(() => 1),
    overflow: outside.map(() => 0)
  }
  const histograms = {
    runId: 'a',
    steps: x.slice(0, 1),
    epochs: x.slice(0, 1),
    wallTimes: x.slice(0, 1),
    total: 1,
    left: ends.slice(0, -1),
    right: ends.slice(1),
    counts: ends.slice(1).map(() => 2),
    offsets: Int32Array.of(0, bins)
  }
  const range = valueRange([histograms]) ?? { min: 0, max: 1 }
  const segments = [segmentsOf(bucketsAt(histograms, 0), range)]
  const domain = { min: 0, max: Math.max(1e-9, count - 1) }
  const curve = { id: 'a', name: 'a', color: '#808080', raw: null, band: null, pieces: [], counts: null }
  const drawn = { ...curve, x, y, steps: x, wallTimes: x, ascending: isAscending(x, []) }
  const turned = { ...curve, x: y, y: x, steps: x, wallTimes: y, ascending: isAscending(y, []) }
  const series = { steps: x, values: y }
  const rows = values.map((value, i) => ({ runId: `${i}`, name: `${i}`, color: '#808080', cells: { a: value, b: i } }))
  const columns = ['a', 'b'].map((key) => columnOf(key, key, 'metric', rows))
  const table = { rows, passing: new Set(rows.map(({ runId }) => runId)), pointed: null, chosen: null }
  const sweep = { curves: { loss: series, gradient: series }, lossRange: sharedRange([series]), lastStep: count }
  return [
    ['heatmap', ActivationHeatmap, { heatmap, domain }],
    ['heatmap, linear', ActivationHeatmap, { heatmap, domain, logarithmic: false, segments: segmentOf(1) }],
    ['heatmap over odd epochs', ActivationHeatmap, { heatmap: { ...heatmap, epochs: y }, domain }],
    ['heatmap with its guide', HeatmapView, { heatmap, domain, guide: true, beside: 'none' }],
    ['mean histograms', MeanHistograms, { groups: wholeRun(finiteMap), shown: rangeOf(finiteMap), empty: '' }],
    ...[false, true].map((overlay): [string, Component, Record<string, unknown>] => [
      `histograms, overlay ${overlay}`,
      HistogramChart,
      {
        histograms,
        segments,
        overlay,
        color: '#808080',
        range,
        domain,
        axis: 'step',
        peak: peakOf(segments[0]),
        bucketWidth: null,
        roots: false,
        capped: false,
        hovered: 0,
        label: ''
      }
    ]),
    [
      'distribution',
      DistributionChart,
      {
        distribution: { runId: 'a', steps: x, epochs: x, bands: Float64Array.from({ length: 9 * count }, () => y[0]) },
        color: '#808080',
        range,
        domain,
        axis: 'step',
        hovered: 0,
        label: ''
      }
    ],
    ...[null, y].map((probabilities): [string, Component, Record<string, unknown>] => [
      probabilities ? 'posterior' : 'log-likelihood',
      PosteriorChart,
      {
        epochs: x,
        probabilities,
        logLikelihood: y,
        usual: count > 0 ? usual : null,
        colors: [1],
        domain,
        cursor: null,
        highlighted: () => true,
        label: 'a',
        unit: 'epoch',
        place: ''
      }
    ]),
    ...[false, true].flatMap((log): [string, Component, Record<string, unknown>][] => [
      [`scalars, log ${log}`, ScalarChart, { curves: [drawn], logY: log, cursor: 0 }],
      [`scalars over odd x, log ${log}`, ScalarChart, { curves: [turned], logX: log, cursor: values[0] ?? 0 }],
      [`scalars over odd times`, ScalarChart, { curves: [turned], xKind: 'clock' }]
    ]),
    ['sweep', SweepChart, { ...sweep, gradientRange: sweep.lossRange, cursor: 0, label: '' }],
    ['twin peaks', TwinPeaksChart, { edges: ends, train: none, validation: ends.slice(1), label: '' }],
    [
      'precision and recall',
      PrChart,
      { lines: [{ ...curve, recall: y, precision: y, truePositives: x, falsePositives: x }], hovered: null, label: '' }
    ],
    [
      'parallel coordinates',
      ParallelCoordinates,
      { ...table, columns, filters: { ranges: {}, excluded: {} }, logarithmic: ['a'] }
    ],
    ['scatter matrix', ScatterMatrix, { ...table, across: columns, down: columns, logarithmic: [] }]
  ]
}

describe.each(Object.entries(oddSeries))('a series %s', (_name, values) => {
  it.each(chartsOf(values))('ends on the chart of %s', async (_chart, chart, props) => {
    const frames: FrameRequestCallback[] = []
    const ask = vi.spyOn(window, 'requestAnimationFrame').mockImplementation((frame) => frames.push(frame))
    const mounted = mount(chart, { props, attachTo: document.body })
    for (const frame of frames.splice(0)) frame(0)
    const isSvg = mounted.find('svg').exists()
    expect(isSvg || calls > 0).toBe(true)
    mounted.unmount()
    ask.mockRestore()
  })
})
