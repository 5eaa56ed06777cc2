/** Where states lie in the training map, and where the label of a curved edge goes. */

export interface Point {
  x: number
  y: number
}

/** More states than this bear their numbers alone: names beside so many discs could not be read. */
export const mostNamed = 8
const snakeColumns = 4

/**
 * States in order of first visit, on a zigzag from the top: every forward step is a short diagonal, and steps that
 * skip a state or go back run along the sides. Many go to and fro in rows. Depends on the number of states only, so a refit
 * does not move them.
 */
export function initialLayout(count: number): Point[] {
  if (count === 1) return [{ x: 0, y: 0 }]
  if (count > mostNamed) {
    const rows = Math.ceil(count / snakeColumns)
    return Array.from({ length: count }, (_, i) => {
      const row = Math.floor(i / snakeColumns)
      const along = i % snakeColumns
      const column = row % 2 === 0 ? along : snakeColumns - 1 - along
      return { x: (column - (snakeColumns - 1) / 2) * 88, y: (row - (rows - 1) / 2) * 84 }
    })
  }
  const step = count <= 5 ? 86 : 54
  return Array.from({ length: count }, (_, i) => ({
    x: (i % 2 === 0 ? -1 : 1) * 64,
    y: (i - (count - 1) / 2) * step
  }))
}

export const edgeCurvature = 0.22

/** The control point that vis-network gives an edge of type curvedCW. */
export function controlPoint(from: Point, to: Point): Point {
  const dx = to.x - from.x
  const dy = from.y - to.y
  const radius = Math.hypot(dx, dy)
  const angle = Math.atan2(dy, dx) + (edgeCurvature * 0.5 + 0.5) * Math.PI
  const reach = (edgeCurvature * 0.5 + 0.5) * radius
  return { x: from.x + reach * Math.sin(angle), y: from.y + reach * Math.cos(angle) }
}

/**
 * Beside the curve at parameter t on its outer side, clear of the line for a label of the size below. Nearer to the state
 * that is left than to the one entered, where the arrow is.
 */
export function labelPoint(from: Point, to: Point, t = 0.4): Point {
  const via = controlPoint(from, to)
  const at = (a: number, b: number, c: number): number => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c
  const middle = { x: at(from.x, via.x, to.x), y: at(from.y, via.y, to.y) }
  const out = { x: middle.x - (from.x + t * (to.x - from.x)), y: middle.y - (from.y + t * (to.y - from.y)) }
  const length = Math.hypot(out.x, out.y) || 1
  const normal = { x: out.x / length, y: out.y / length }
  const distance = 5 + 14 * Math.abs(normal.x) + 8 * Math.abs(normal.y)
  return { x: middle.x + normal.x * distance, y: middle.y + normal.y * distance }
}

/**
 * A name in lines of at most `width`, broken after a comma where one line ends, else at spaces; what does not fit into
 * `most` lines ends in an ellipsis.
 * @param measure width of a text as it will be drawn
 */
export function labelLines(name: string, width: number, most: number, measure: (text: string) => number): string[] {
  if (measure(name) <= width) return [name]
  const comma = name.indexOf(', ')
  const parts = comma > 0 ? [name.slice(0, comma + 1), name.slice(comma + 2)] : [name]
  const lines: string[] = []
  for (const part of parts) {
    let line = ''
    for (const word of part.split(' ')) {
      const longer = line ? `${line} ${word}` : word
      if (!line || measure(longer) <= width) line = longer
      else {
        lines.push(line)
        line = word
      }
    }
    lines.push(line)
  }
  const kept = lines.slice(0, most)
  if (lines.length > most) kept[most - 1] += ` ${lines[most]}`
  return kept.map((line) => shortened(line, width, measure))
}

function shortened(line: string, width: number, measure: (text: string) => number): string {
  if (measure(line) <= width) return line
  const letters = [...line]
  while (letters.length > 1 && measure(`${letters.join('')}…`) > width) letters.pop()
  return `${letters.join('').trimEnd()}…`
}

const labelSize = { width: 28, height: 14 }

/** A place for each edge's label that no other label and no state covers, as far as there is one. */
export function placeLabels(edges: { from: Point; to: Point }[], states: (Point & { r: number })[]): Point[] {
  const placed: Point[] = []
  const overlap = (point: Point): number => {
    let cost = 0
    for (const other of placed) {
      const x = labelSize.width - Math.abs(point.x - other.x)
      const y = labelSize.height - Math.abs(point.y - other.y)
      if (x > 0 && y > 0) cost += x * y
    }
    for (const state of states) {
      const inside = state.r + labelSize.height / 2 + 2 - Math.hypot(point.x - state.x, point.y - state.y)
      if (inside > 0) cost += inside * labelSize.width
    }
    return cost
  }
  for (const { from, to } of edges) {
    const candidates = [0.42, 0.34, 0.5, 0.28, 0.58, 0.66].map((t) => labelPoint(from, to, t))
    placed.push(candidates.reduce((best, candidate) => (overlap(candidate) < overlap(best) ? candidate : best)))
  }
  return placed
}

/** Node area = occupancy. */
export function nodeRadius(occupancy: number, states: number): number {
  return Math.min(30, Math.max(14, 24 * Math.sqrt(occupancy * states * 0.8)))
}
