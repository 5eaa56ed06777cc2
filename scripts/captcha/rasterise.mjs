/**
 * An outline as grey pixels: flattened to straight edges, filled by the non-zero winding rule, with exact coverage along x
 * and `ROWS` samples per pixel along y. Only additions, multiplications and divisions: the same bytes on every machine.
 */
const ROWS = 16
const CURVE_STEPS = 12

/** @returns closed polygons [[x, y], ...] of opentype.js path commands */
export function flatten(commands) {
  const polygons = []
  let points = []
  const close = () => {
    if (points.length > 2) polygons.push(points)
    points = []
  }
  for (const c of commands) {
    if (c.type === 'M') {
      close()
      points.push([c.x, c.y])
    } else if (c.type === 'L') {
      points.push([c.x, c.y])
    } else if (c.type === 'Q' || c.type === 'C') {
      const [x0, y0] = points.at(-1)
      for (let i = 1; i <= CURVE_STEPS; i++) {
        const t = i / CURVE_STEPS
        const u = 1 - t
        const along = (p0, p1, p2, p3) =>
          c.type === 'Q'
            ? u * u * p0 + 2 * u * t * p1 + t * t * p3
            : u * u * u * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t * t * t * p3
        points.push([along(x0, c.x1, c.x2, c.x), along(y0, c.y1, c.y2, c.y)])
      }
    } else {
      close()
    }
  }
  close()
  return polygons
}

/** Left, top, right and bottom of polygons; null when there is nothing. */
export function extent(polygons) {
  const points = polygons.flat()
  if (points.length === 0) return null
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}

/** Bytes [size, size] of polygons in pixels, 0 paper to 255 ink. */
export function rasterise(polygons, size) {
  const edges = polygons.flatMap((points) => points.map((from, i) => [from, points[(i + 1) % points.length]]))
  const cover = new Float64Array(size * size)
  for (let row = 0; row < size * ROWS; row++) {
    const y = (row + 0.5) / ROWS
    const crossings = []
    for (const [[x0, y0], [x1, y1]] of edges) {
      if (y0 <= y !== y1 <= y) crossings.push({ x: x0 + ((y - y0) * (x1 - x0)) / (y1 - y0), turn: y0 < y1 ? 1 : -1 })
    }
    crossings.sort((a, b) => a.x - b.x)
    let winding = 0
    for (let i = 0; i + 1 < crossings.length; i++) {
      winding += crossings[i].turn
      if (winding !== 0) addSpan(cover, Math.floor(row / ROWS) * size, size, crossings[i].x, crossings[i + 1].x)
    }
  }
  return Uint8Array.from(cover, (value) => Math.min(255, Math.round((255 * value) / ROWS)))
}

function addSpan(cover, start, size, from, to) {
  const [left, right] = [Math.max(0, from), Math.min(size, to)]
  for (let x = Math.floor(left); x < right; x++) cover[start + x] += Math.min(right, x + 1) - Math.max(left, x)
}
