/** Metrics of weights and histograms of activations, on plain arrays. */
export { histogram } from '../metrics/histogram'
export type { Histogram } from '../metrics/histogram'
export type { UserMetric, UserMetricPoint } from '../domain/user-metrics'
export { distribution, matrixMetricNames, matrixMetrics, weightMetrics } from '../metrics/weight-metrics'
export type { Distribution, Matrix, MatrixMetrics, WeightMetrics } from '../metrics/weight-metrics'
