/**
 * Lower triangles as the kernels read them: two rows at a time, (2q, j) and (2q + 1, j) side by side for every column j up
 * to 2q + 1. The entry above the diagonal is zero or unused, and so is the second row of the last panel of an odd size.
 */

/** Numbers in the panels of a [size, size] triangle. */
export function panelsLength(size: number): number {
  let length = 0
  for (let row = 0; row < size; row += 2) length += 2 * Math.min(row + 2, size)
  return length
}

/** Panels from a packed triangle (numeric/linear), times `factor`. */
export function packPanels(
  packed: Float64Array,
  from: number,
  size: number,
  factor: number,
  out: Float64Array,
  to: number
): void {
  for (let row = 0; row < size; row += 2)
    for (let j = 0; j < Math.min(row + 2, size); j++) {
      out[to++] = j <= row ? factor * packed[from + (row * (row + 1)) / 2 + j] : 0
      out[to++] = row + 1 < size ? factor * packed[from + ((row + 1) * (row + 2)) / 2 + j] : 0
    }
}

/** A packed triangle from panels that hold two partial sums per number. */
export function unpackPanelSums(
  sums: Float64Array,
  from: number,
  size: number,
  packed: Float64Array,
  to: number
): void {
  for (let row = 0; row < size; row += 2)
    for (let j = 0; j < Math.min(row + 2, size); j++, from += 4) {
      if (j <= row) packed[to + (row * (row + 1)) / 2 + j] = sums[from] + sums[from + 1]
      if (row + 1 < size) packed[to + ((row + 1) * (row + 2)) / 2 + j] = sums[from + 2] + sums[from + 3]
    }
}
