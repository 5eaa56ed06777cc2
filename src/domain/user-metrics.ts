/** The user's own metric functions: `metrics.js` in the project, a module that exports functions of a recorded point. */

/** What a metric function gets. Arrays are copies: writing into them changes nothing. */
export interface UserMetricPoint {
  step: number
  epoch: number
  /** What has been recorded at this point so far, by tag: `loss/val`, `accuracy/train`, ... */
  scalars: Record<string, number>
  /** All parameters, row-major; dense weights are [inputs, outputs], convolution filters [height, width, in, out]. */
  parameters: { name: string; shape: number[]; values: Float32Array }[]
  /** The evaluated validation examples, [count] each; of the first head where there are several. */
  validation: { labels: Int32Array; predictions: Int32Array; losses: Float64Array }
}

/** Gives the metric's value at a point; it is recorded as `user/<name of the function>`. */
export type UserMetric = (point: UserMetricPoint) => number | Promise<number>

export interface UserMetricAnswers {
  values: Record<string, number>
  /** Functions that failed, or `null` for the whole module, with what happened. */
  problems: { name: string | null; text: string }[]
}
