/**
 * SIMD kernels in AssemblyScript, compiled by scripts/make-simd.mjs into ../binary.ts. All arguments are byte addresses
 * into the memory that the instance is given, and element counts. No static data, no allocation: the module can work in
 * another module's memory. Arrays are row-major float32 unless the name says f64.
 */
export { relu, reluGradient, addBias } from './elements'
export { columnSums, columnSquares, columnDots, normalise, normaliseGradient } from './columns'
export { transpose, gemmTN } from './matrices'
export { adam } from './adam'
export { im2col } from './patches'
export { addTo } from './elements'
export { maxPool, maxPoolGradient } from './pooling'
export { countValues } from './counting'
export { gramF64, tridiagonaliseF64 } from './eigenvalues'
