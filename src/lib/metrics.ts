/** Metrics of weights and histograms of activations, on plain arrays. */
export { histogram } from '../metrics/histogram'
export type { Histogram } from '../metrics/histogram'
export type { UserMetric, UserMetricPoint } from '../training/types'
export { distribution, matrixMetricNames, matrixMetrics, weightMetrics } from '../metrics/weight-metrics'
export type { Distribution, Matrix, MatrixMetrics, WeightMetrics } from '../metrics/weight-metrics'
