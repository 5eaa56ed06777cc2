/**
 * The metrics of weights, one row each: names of tags, titles, columns of other programs' files and docs/metrics.md are made of
 * these rows or held to them by a test. How each is computed: src/metrics/weight-metrics.ts.
 */

export interface WeightMetricRow {
  /** The end of its tags: `weights/<hook>/<name>`. */
  name: string
  /** As it stands in the interface. */
  title: string
  /** A is a matrix with singular values s, w its entries. */
  formula: string
  /** A mean over the matrices of a hook point, or a number of all its weights or biases together. */
  of: 'matrices' | 'weights' | 'biases'
  /** Of weights or biases: which number of their distribution. */
  statistic?: 'mean' | 'median' | 'var'
  /** Columns of other programs that hold it, best first, beside its own name. */
  aliases: readonly string[]
}

export const weightMetrics = [
  { name: 'l1', title: 'L1 norm', formula: 'sum of |w|', of: 'matrices', aliases: ['weights_l1'] },
  {
    name: 'l2',
    title: 'L2 norm',
    formula: 'square root of the sum of w² (Frobenius norm)',
    of: 'matrices',
    aliases: ['weights_l2']
  },
  {
    name: 'trace',
    title: 'Trace',
    formula: 'sum of the leading diagonal; for a non-square matrix the diagonal that it has',
    of: 'matrices',
    aliases: ['weights_trace']
  },
  {
    name: 'spectral',
    title: 'Spectral norm',
    formula: 'largest singular value',
    of: 'matrices',
    aliases: ['spectral_norm', 'weights_spectral']
  },
  {
    name: 'code_sparsity',
    title: 'L1 / L2 ratio',
    formula: 'l1 / l2',
    of: 'matrices',
    aliases: ['weights_code_sparsity']
  },
  {
    name: 'computational_sparsity',
    title: 'Trace / spectral',
    formula: 'trace / spectral',
    of: 'matrices',
    aliases: ['weights_computational_sparsity']
  },
  {
    name: 'mean_lambda',
    title: 'Singular values, mean',
    formula: 'mean of the singular values; values under 1e-5 count as 0',
    of: 'matrices',
    aliases: ['lambda_mean', 'mean_singular_value', 'weights_mean_lambda']
  },
  {
    name: 'variance_lambda',
    title: 'Singular values, var.',
    formula: 'population variance of the same',
    of: 'matrices',
    aliases: ['var_lambda', 'lambda_variance', 'lambda_var', 'var_singular_value', 'weights_variance_lambda']
  },
  {
    name: 'mean_w',
    title: 'Weights, mean',
    formula: 'mean of all weights',
    of: 'weights',
    statistic: 'mean',
    aliases: ['w_mean', 'weights_mean_w']
  },
  {
    name: 'median_w',
    title: 'Weights, median',
    formula: 'median of the same: the lower middle value',
    of: 'weights',
    statistic: 'median',
    aliases: ['w_median', 'weights_median_w']
  },
  {
    name: 'var_w',
    title: 'Weights, variance',
    formula: 'population variance of the same',
    of: 'weights',
    statistic: 'var',
    aliases: ['w_var', 'variance_w', 'weights_var_w']
  },
  {
    name: 'mean_b',
    title: 'Biases, mean',
    formula: 'mean of all biases',
    of: 'biases',
    statistic: 'mean',
    aliases: ['b_mean', 'weights_mean_b']
  },
  {
    name: 'median_b',
    title: 'Biases, median',
    formula: 'median of the same: the lower middle value',
    of: 'biases',
    statistic: 'median',
    aliases: ['b_median', 'weights_median_b']
  },
  {
    name: 'var_b',
    title: 'Biases, variance',
    formula: 'population variance of the same',
    of: 'biases',
    statistic: 'var',
    aliases: ['b_var', 'variance_b', 'weights_var_b']
  }
] as const satisfies readonly WeightMetricRow[]

type Row = (typeof weightMetrics)[number]
export type WeightMetricName = Row['name']
/** Those of one matrix. */
export type MatrixMetricName = Extract<Row, { of: 'matrices' }>['name']
