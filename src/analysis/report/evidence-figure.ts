/** Gain of states over one regime: on the runs, and on runs that drift as they do without phases. */
import type { Evidence, EvidenceSpread } from '../../domain/evidence'
import { element, figure, INK, line, polyline, QUIET, RULE, text, ticks, tickText } from './svg'

const WIDTH = 860

export function evidenceFigure({ rows, states }: Evidence): string {
  const bounds = rows.flatMap(({ gain, surrogates }) => [gain.low, gain.high, surrogates.low, surrogates.high])
  // A split that goes wrong would flatten all others: what lies far below 0 is cut off at the edge.
  const high = Math.max(...bounds)
  const low = Math.max(Math.min(...bounds), -0.1 * high)
  const [left, right, top, bottom] = [66, WIDTH - 150, 44, 250]
  const last = rows[rows.length - 1].states
  const x = (k: number): number => (last > 1 ? left + ((k - 1) / (last - 1)) * (right - left) : (left + right) / 2)
  const y = (value: number): number =>
    bottom - ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (bottom - top)
  const curve = (of: 'gain' | 'surrogates', name: string, look: { dashed: boolean }): string[] => {
    const at = (side: keyof EvidenceSpread): [number, number][] => rows.map((row) => [x(row.states), y(row[of][side])])
    const end = rows[rows.length - 1][of].median
    return [
      polyline([...at('high'), ...at('low').reverse()], { fill: RULE, stroke: 'none', 'fill-opacity': 0.6 }),
      polyline(at('median'), { 'stroke-width': 1.6, 'stroke-dasharray': look.dashed ? '5 4' : undefined }),
      ...rows.map((row) =>
        element('circle', {
          cx: x(row.states),
          cy: y(row[of].median),
          fill: INK,
          r: !look.dashed && row.states === states ? 6 : 3
        })
      ),
      text(right + 10, y(end) + 4, name, { size: 11 })
    ]
  }
  return figure(WIDTH, 284, 'Gain of states over one regime', [
    text(left - 46, 24, 'Gain in log-likelihood per held-out point over one regime; bands: 10% to 90%', {
      size: 11,
      color: QUIET
    }),
    ...ticks(low, high, 5).flatMap((tick) => [
      line(left, y(tick), right, y(tick)),
      text(left - 8, y(tick) + 4, tickText(tick), { anchor: 'end', size: 11, color: QUIET })
    ]),
    ...curve('surrogates', 'a drift without phases', { dashed: true }),
    ...curve('gain', 'these runs', { dashed: false }),
    ...rows.map((row) =>
      text(x(row.states), bottom + 20, String(row.states), { anchor: 'middle', size: 11, color: QUIET })
    )
  ])
}
