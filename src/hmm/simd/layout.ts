/** Where everything that the kernels of the E-step read and write lies in their memory. */
import { factorLengths, listsLength } from '../gaps'
import type { Gaps } from '../gaps'
import { blocksLength } from '../rows'
import type { Shape } from '../rows'
import type { CovarianceType } from '../../domain/analysis-options'
import { hmmKernels, layOut } from './module'
import type { Place } from './module'
import { panelsLength } from './panels'

type Name =
  | 'rows'
  | 'peaks'
  | 'table'
  | 'means'
  | 'factors'
  | 'start'
  | 'trans'
  | 'transposed'
  | 'uniform'
  | 'work'
  | 'densities'
  | 'emitted'
  | 'filtered'
  | 'future'
  | 'ratios'
  | 'startSums'
  | 'stateSums'
  | 'jumpSums'
  | 'firstSums'
  | 'secondSums'
  | 'report'
  | 'nearest'
  | 'owners'
  | 'centres'
  | 'recorded'
  | 'rules'
  | 'prefixes'
  | 'patternsOf'
  | 'times'
  | 'patternLists'
  | 'patternFactors'
  | 'precisions'
  | 'pairMeans'
  | 'prefixPeaks'
  | 'corrections'
  | 'patternWeights'
  | 'leftSums'
  | 'gapScratch'

export type Places = Record<Name, Place>

const KINDS = { diag: 0, spherical: 0, full: 1, tied: 2, cells: 3, changes: 4, rules: 5 }

/** What is read as it was recorded, cells of rows or of changes, or whole changes: their numbers per state and feature in `table` and in `firstSums`. */
const RECORDED = { cells: { table: 3, sums: 6 }, changes: { table: 4, sums: 12 }, rules: { table: 2, sums: 0 } }

/** Rows as they were recorded, with NaN for missing cells. */
export interface Recorded {
  kind: keyof typeof RECORDED
  /** Of `rules`, where features are connected by them or by the noise. */
  rule: 'diag' | 'full'
  /** Of `recorded`; changes have one row more than the rows of the blocks, and one more block behind the last. */
  shape: Shape
}

/** Numbers between the rows of a transition matrix. */
export function matrixStride(states: number): number {
  return Math.max(8, 2 * Math.ceil(states / 2))
}

/**
 * Takes the kernels' memory for sequences of this shape and tells the kernels where things are; kernels/memory.ts says
 * what each is.
 * @param clusters whether rows will be assigned to centres.
 * @param recorded where the kernels read rows as they were recorded, and their cells or changes count.
 * @param gaps where they read rows with gaps as they were recorded.
 */
export function layOutExpectation(
  shape: Shape,
  states: number,
  covariance: CovarianceType,
  clusters: boolean,
  recorded: Recorded | null,
  gaps: Gaps | null
): Places {
  const { features, firstBlocks, longest } = shape
  const padded = 2 * Math.ceil(states / 2)
  const buffer = padded * 4 * Math.ceil(longest / 4)
  const matrix = matrixStride(states) ** 2
  const panels = panelsLength(features)
  // The one factor and scatter of a tied model, or one per state of a full one.
  const triangles = covariance === 'full' ? states : covariance === 'tied' ? 1 : 0
  const perCell = recorded ? RECORDED[recorded.kind] : { table: 2, sums: 4 }
  const whole = recorded?.kind === 'rules'
  const joined = panelsLength(2 * features + 1)
  const lanes = clusters ? 4 * firstBlocks[firstBlocks.length - 1] : 0
  const places = layOut<Name>({
    peaks: padded,
    table: perCell.table * padded * features,
    means: states * features,
    factors: triangles * panels,
    start: padded,
    trans: matrix,
    transposed: matrix,
    rules: whole ? states * features * (recorded.rule === 'full' ? features : 1) : 0,
    uniform: padded,
    work: 4 * (whole ? 2 * features + 2 : features + 1),
    densities: 4 * padded,
    report: 3,
    startSums: padded,
    stateSums: padded,
    jumpSums: matrix,
    firstSums: perCell.sums * states * features,
    secondSums: 2 * (whole ? Math.max(states * joined, triangles * panels) : triangles * panels),
    emitted: buffer,
    filtered: buffer,
    future: buffer,
    ratios: longest,
    centres: clusters ? states * features : 0,
    nearest: lanes,
    owners: lanes,
    recorded: recorded ? blocksLength(recorded.shape) + 4 * features : gaps ? blocksLength(shape) : 0,
    ...gapLengths(gaps, padded, features, covariance),
    rows: blocksLength(shape)
  })
  const at = (name: Name): number => places[name].at
  const kernels = hmmKernels()
  kernels.bindShape(states, features, KINDS[recorded?.kind ?? covariance])
  kernels.bindModel(
    at('peaks'),
    at('table'),
    at('means'),
    at('factors'),
    at('start'),
    at('trans'),
    at('transposed'),
    at('uniform')
  )
  kernels.bindRules(at('rules'), Number(recorded?.rule === 'full'), KINDS[covariance])
  kernels.bindGaps(
    at('recorded'),
    gaps ? at('prefixes') : 0,
    at('patternsOf'),
    at('times'),
    at('patternLists'),
    gaps ? gaps.patterns.length : 0,
    at('precisions'),
    at('pairMeans'),
    at('prefixPeaks'),
    at('corrections'),
    at('patternWeights'),
    at('leftSums'),
    at('gapScratch'),
    8 * panels
  )
  kernels.bindBuffers(at('work'), at('densities'), at('emitted'), at('filtered'), at('future'), at('ratios'))
  kernels.bindSums(at('startSums'), at('stateSums'), at('jumpSums'), at('firstSums'), at('secondSums'), at('report'))
  // What belongs to no state is never written again.
  places.densities.values.fill(-Infinity)
  places.uniform.values.fill(0)
  places.uniform.values.fill(1 / states, 0, states)
  return places
}

/** What the kernels need where cells are missing; kernels/gap-memory.ts says what each is. */
function gapLengths(gaps: Gaps | null, padded: number, features: number, covariance: CovarianceType) {
  const [blocks, patterns] = gaps ? [gaps.prefixes.length, gaps.patterns.length] : [0, 0]
  const matrices = covariance === 'tied' ? 2 : padded
  const size = gaps ? features : 0
  return {
    // Integers, two in the room of a number.
    prefixes: Math.ceil(blocks / 2),
    patternsOf: 2 * blocks,
    times: 2 * blocks,
    patternLists: gaps ? listsLength(gaps) : 0,
    patternFactors: gaps ? factorLengths(gaps, matrices).reduce((sum, length) => sum + length, 0) : 0,
    precisions: matrices * size * size,
    pairMeans: padded * size,
    prefixPeaks: gaps ? padded * (features + 1) : 0,
    corrections: padded * patterns,
    patternWeights: padded * patterns,
    leftSums: (matrices * size * (size + 1)) / 2,
    gapScratch: 12 * size + size * (size + 1)
  }
}
