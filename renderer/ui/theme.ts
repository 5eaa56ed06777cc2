/** Token values for canvases, which cannot read CSS variables by themselves. Re-read whenever the theme changes. */
import { shallowRef } from 'vue'
import { mostStates } from '../../src/domain/states'

export interface ChartTheme {
  name: 'dark' | 'light'
  surface0: string
  surface1: string
  surface2: string
  surface3: string
  border1: string
  border2: string
  border3: string
  grid: string
  axis: string
  text1: string
  text2: string
  text3: string
  accent: string
  edge: string
  seriesQuiet: string
  neg: string
  pos: string
  warn: string
  danger: string
  hmZero: string
  hmNan: string
  hmNanHatch: string
  hmOver: string
  hmUnder: string
  /** Index 0 is state colour 1. */
  states: string[]
  stateText: string[]
  /** Colours of runs and groups of runs; index 0 is --run-1. */
  runs: string[]
  /** 17 stops, from few counts to many in this theme. */
  sequential: string[]
  fontUi: string
}

/** How many colours the run palette has. */
export const runColors = 10

export const chartTheme = shallowRef<ChartTheme>(readTheme())

export function refreshChartTheme(): void {
  chartTheme.value = readTheme()
}

export function stateColor(color: number): string {
  return `var(--state-${color})`
}

export function stateTextColor(color: number): string {
  return `var(--state-${color}-on)`
}

/** The light theme whatever is on screen: for pictures that go on paper. */
export function paperTheme(): ChartTheme {
  const sheet = document.createElement('div')
  sheet.dataset.theme = 'light'
  document.body.append(sheet)
  const theme = readTheme(sheet)
  sheet.remove()
  return theme
}

function readTheme(root: HTMLElement = document.documentElement): ChartTheme {
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const name = root.dataset.theme === 'light' ? 'light' : 'dark'
  const stops = Array.from({ length: 17 }, (_, i) => token(`seq-${String(i).padStart(2, '0')}`))
  const states = Array.from({ length: mostStates }, (_, i) => i + 1)
  const runs = Array.from({ length: runColors }, (_, i) => token(`run-${i + 1}`))
  return {
    name,
    surface0: token('surface-0'),
    surface1: token('surface-1'),
    surface2: token('surface-2'),
    surface3: token('surface-3'),
    border1: token('border-1'),
    border2: token('border-2'),
    border3: token('border-3'),
    grid: token('grid'),
    axis: token('axis'),
    text1: token('text-1'),
    text2: token('text-2'),
    text3: token('text-3'),
    accent: token('accent'),
    edge: token('edge'),
    seriesQuiet: token('series-quiet'),
    neg: token('neg'),
    pos: token('pos'),
    warn: token('warn'),
    danger: token('danger'),
    hmZero: token('hm-zero'),
    hmNan: token('hm-nan'),
    hmNanHatch: token('hm-nan-hatch'),
    hmOver: token('hm-over'),
    hmUnder: token('hm-under'),
    states: states.map((n) => token(`state-${n}`)),
    stateText: states.map((n) => token(`state-${n}-on`)),
    runs,
    sequential: name === 'light' ? stops.reverse() : stops,
    fontUi: token('font-ui')
  }
}
