/** Log densities of rows with missing cells under full and tied covariances. */
import { subtractWhitened, whitenBlock } from './covariances'
import { diagonalBlock } from './diagonal'
import { fillPair } from './gap-filling'
import {
  MIXED,
  blockAt,
  corrections,
  factorBytes,
  filled,
  patternsOf,
  prefixPeaks,
  prefixes,
  times
} from './gap-memory'
import {
  TIED,
  densities,
  emitted,
  factors,
  features,
  kind,
  means,
  pairs,
  peaks,
  rowBytes,
  states,
  work
} from './memory'
import { V } from './vectors'

export function gapBlock(x: usize): void {
  const block = blockAt(x)
  const prefix = load<i32>(prefixes + (block << 2))
  if (prefix === MIXED) mixedBlock(x, patternsOf + (block << 4))
  // Rows of which nothing is there speak for no state.
  else if (prefix === 0) memory.fill(densities, 0, states << 5)
  else if (kind === TIED) {
    whitenBlock(x, prefix)
    diagonalBlock(work, prefix, prefixPeaks + <usize>prefix * rowBytes)
  } else prefixBlock(x, prefix)
}

/** The first rows of a factor are the factor of the first features. */
function prefixBlock(x: usize, prefix: i32): void {
  const end = work + (prefix << 5)
  let peak: usize = prefixPeaks + <usize>prefix * rowBytes
  let out = densities
  for (let k = 0; k < states; k++) {
    let mean: usize = means + ((<usize>(k * features)) << 3)
    let from = x
    for (let at = work; at < end; at += 32) {
      const mu = v128.load_splat<f64>(mean)
      v128.store(at, f64x2.sub(v128.load(from), mu))
      v128.store(at, f64x2.sub(v128.load(from, 16), mu), 16)
      from += 32
      mean += 8
    }
    subtractWhitened(work, prefix, factors + <usize>k * factorBytes, v128.load_splat<f64>(peak), out)
    out += 32
    peak += 8
  }
}

function mixedBlock(x: usize, patterns: usize): void {
  for (let pair = 0; pair < pairs; pair++) {
    fillPair(x, patterns, pair)
    const at: usize = corrections + ((<usize>pair) << 4)
    const c0 = v128.load(at + <usize>load<i32>(patterns) * rowBytes)
    const c1 = v128.load(at + <usize>load<i32>(patterns, 4) * rowBytes)
    const c2 = v128.load(at + <usize>load<i32>(patterns, 8) * rowBytes)
    const c3 = v128.load(at + <usize>load<i32>(patterns, 12) * rowBytes)
    const k = pair << 1
    filledDensity(filled, k, v128.shuffle<f64>(c0, c1, 0, 2), v128.shuffle<f64>(c2, c3, 0, 2))
    if (k + 1 === states) break
    const second: usize = filled + (features << 5)
    filledDensity(second, k + 1, v128.shuffle<f64>(c0, c1, 1, 3), v128.shuffle<f64>(c2, c3, 1, 3))
  }
}

function filledDensity(differences: usize, k: i32, correction0: v128, correction1: v128): void {
  const out: usize = densities + ((<usize>k) << 5)
  const factor: usize = kind === TIED ? factors : factors + <usize>k * factorBytes
  subtractWhitened(differences, features, factor, v128.load_splat<f64>(peaks + ((<usize>k) << 3)), out)
  V.addTo(out, correction0)
  V.addTo(out + 16, correction1)
}

/** Copies the four rows of the block at x, [2 pairs] each, to where they belong in `emitted`. */
export function putInTime(x: usize, from: usize): void {
  const places: usize = times + (blockAt(x) << 4)
  for (let lane = 0; lane < 4; lane++) {
    memory.copy(emitted + <usize>load<i32>(places + (lane << 2)) * rowBytes, from, rowBytes)
    from += rowBytes
  }
}
