import type { Rng } from '../../numeric/rng'

/** Four uniform integers 0..255 have this standard deviation together. */
const DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12)

/**
 * A deviate of mean 0 and standard deviation 1, nearly normal: the sum of the four bytes of one random word. Several times
 * faster than a normal one, and without logarithms, whose last bit differs between machines.
 */
export function nearlyNormal(rng: Rng): number {
  const word = rng.uint32()
  return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / DEVIATION
}
