/** Token values for canvases, which cannot read CSS variables by themselves. Re-read whenever the theme changes. */
import { shallowRef } from 'vue'

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
  /** 17 stops, from few counts to many in this theme. */
  sequential: string[]
  fontUi: string
}

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

function readTheme(): ChartTheme {
  const root = document.documentElement
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const name = root.dataset.theme === 'light' ? 'light' : 'dark'
  const stops = Array.from({ length: 17 }, (_, i) => token(`seq-${String(i).padStart(2, '0')}`))
  const states = Array.from({ length: 8 }, (_, i) => i + 1)
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
    sequential: name === 'light' ? stops.reverse() : stops,
    fontUi: token('font-ui')
  }
}
