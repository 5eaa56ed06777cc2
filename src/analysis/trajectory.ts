/** State paths read as visits. */

/** A stay in one state: points start..end - 1. */
export interface Segment {
  state: number
  start: number
  end: number
}

/** Maximal stretches of one state, in order; empty for an empty path. */
export function segmentsOf(path: ArrayLike<number>): Segment[] {
  const out: Segment[] = []
  for (let t = 0; t < path.length; t++) {
    const last = out[out.length - 1]
    if (last && last.state === path[t]) last.end = t + 1
    else out.push({ state: path[t], start: t, end: t + 1 })
  }
  return out
}

/** Index of the first point in a state, or -1. */
export function firstVisit(path: ArrayLike<number>, state: number): number {
  for (let t = 0; t < path.length; t++) if (path[t] === state) return t
  return -1
}
