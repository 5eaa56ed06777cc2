/**
 * The assignment of rows to different columns with the largest total: shortest augmenting paths with potentials (Kuhn 1955,
 * Munkres 1957; in O(n^3) after Jonker & Volgenant 1987, Computing 38, 325).
 * @param values [rows][columns], finite.
 * @param least pairs below this are never made; rows and columns may stay alone, for which they get 0.
 * @returns the column of every row, or -1.
 */
export function assignment(values: readonly ArrayLike<number>[], least = 0): Int32Array {
  const rows = values.length
  const own = rows > 0 ? values[0].length : 0
  // A place of its own for every row, where it is alone.
  const columns = own + rows
  const cost = (r: number, c: number): number => {
    if (c >= own) return c - own === r ? 0 : Infinity
    return values[r][c] >= least ? -values[r][c] : Infinity
  }
  const rowPotential = new Float64Array(rows)
  const columnPotential = new Float64Array(columns)
  const rowOf = new Int32Array(columns).fill(-1)
  const before = new Int32Array(columns)
  const distance = new Float64Array(columns)
  const done = new Uint8Array(columns)
  for (let row = 0; row < rows; row++) {
    // The shortest path from this row to a column that nobody has, over rows that would have to move.
    distance.fill(Infinity)
    before.fill(-1)
    done.fill(0)
    let [at, from, length] = [row, -1, 0]
    for (;;) {
      let nearest = -1
      for (let c = 0; c < columns; c++) {
        if (done[c] === 1) continue
        const through = length + cost(at, c) - rowPotential[at] - columnPotential[c]
        if (through < distance[c]) {
          distance[c] = through
          before[c] = from
        }
        if (nearest < 0 || distance[c] < distance[nearest]) nearest = c
      }
      length = distance[nearest]
      done[nearest] = 1
      from = nearest
      if (rowOf[nearest] < 0) break
      at = rowOf[nearest]
    }
    rowPotential[row] += length
    for (let c = 0; c < columns; c++) {
      if (done[c] === 0 || c === from) continue
      columnPotential[c] += distance[c] - length
      rowPotential[rowOf[c]] += length - distance[c]
    }
    for (let c = from; ;) {
      const previous = before[c]
      rowOf[c] = previous < 0 ? row : rowOf[previous]
      if (previous < 0) break
      c = previous
    }
  }
  const found = new Int32Array(rows).fill(-1)
  for (let c = 0; c < own; c++) if (rowOf[c] >= 0) found[rowOf[c]] = c
  return found
}
