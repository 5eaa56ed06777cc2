/**
 * The E-step of Gaussian hidden Markov models in AssemblyScript, compiled by scripts/make-simd.mjs into ../binary.ts;
 * ../layout.ts lays out the memory. Addresses are in bytes, numbers float64, and no static data is used.
 *
 * Rows come in blocks of four, each block [D][4]: the lanes of a vector are rows, so that a density needs no horizontal
 * sum. Per row and state everything is [rows, 2 * pairs]: lanes are states, and an odd number of states has a last one
 * that nothing leads to. Sequences begin with a block; what fills up their last block is zero.
 *
 * docs/decisions/hmm-kernels.md says why it is built like this.
 */
export { bindShape, bindModel, bindRules, bindBuffers, bindSums } from './memory'
export { bindGaps } from './gap-memory'
export { factorPatterns } from './gap-filling'
export { gapMoments, leftovers } from './gap-moments'
export { emissions } from './emissions'
export { recursions } from './recursions'
export { leastShare, posteriors } from './posteriors'
export { moments, scatter } from './moments'
export { nearer, assign } from './clusters'
