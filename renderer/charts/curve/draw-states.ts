/** What states add to curves: a strip above them, dotted lines where they change, points in their colours. */
import type uPlot from 'uplot'
import type { ChartTheme } from '../../ui/theme'
import type { StateSegment, TimeDomain } from '../time-axis'
import type { StatePoint } from './curves'

export interface StatesOverCurves {
  domain: TimeDomain
  points: readonly StatePoint[]
  segments: readonly StateSegment[]
  highlighted: ((state: number) => boolean) | null
  transition: { from: number; to: number } | null
  showStrip: boolean
}

export function drawStates(chart: uPlot, states: StatesOverCurves, theme: ChartTheme): void {
  const { ctx, bbox } = chart
  const ratio = window.devicePixelRatio || 1
  ctx.save()
  if (states.showStrip) {
    for (const segment of states.segments) {
      const x0 = chart.valToPos(Math.max(segment.start, states.domain.min), 'x', true)
      const x1 = chart.valToPos(Math.min(segment.end, states.domain.max), 'x', true)
      ctx.globalAlpha = states.highlighted && !states.highlighted(segment.state) ? 0.25 : 1
      ctx.fillStyle = theme.states[segment.color - 1]
      ctx.fillRect(x0, bbox.top - 8 * ratio, Math.max(ratio, x1 - x0 - ratio), 3 * ratio)
    }
  }
  ctx.globalAlpha = 1
  states.segments.forEach((segment, i) => {
    const x = Math.round(chart.valToPos(segment.start, 'x', true)) + 0.5
    if (i === 0 || x < bbox.left || x > bbox.left + bbox.width) return
    const chosen = states.transition?.from === states.segments[i - 1].state && states.transition.to === segment.state
    ctx.strokeStyle = chosen ? theme.text1 : theme.border3
    ctx.lineWidth = ratio
    ctx.setLineDash(chosen ? [] : [ratio, 2 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  })
  ctx.setLineDash([])
  ctx.beginPath()
  ctx.rect(bbox.left - 3, bbox.top - 3, bbox.width + 6, bbox.height + 6)
  ctx.clip()
  for (const point of states.points) {
    if (!Number.isFinite(point.value)) continue
    ctx.globalAlpha = point.quiet ? 0.18 : 1
    ctx.fillStyle = theme.states[point.color - 1]
    ctx.beginPath()
    ctx.arc(chart.valToPos(point.epoch, 'x', true), chart.valToPos(point.value, 'y', true), 2.1 * ratio, 0, 2 * Math.PI)
    ctx.fill()
  }
  ctx.restore()
}
