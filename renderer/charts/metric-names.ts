/** How tags are called in the interface. The tag itself stays visible in tooltips and exports. */

const known: Record<string, string> = {
  'loss/train': 'Train loss',
  'loss/val': 'Validation loss',
  'accuracy/train': 'Train accuracy',
  'accuracy/val': 'Validation accuracy',
  lr: 'Learning rate',
  epoch: 'Epoch'
}

const weightMetrics: Record<string, string> = {
  l1: 'L1 norm',
  l2: 'L2 norm',
  trace: 'Trace',
  spectral: 'Spectral norm',
  code_sparsity: 'L1 / L2 ratio',
  computational_sparsity: 'Trace / spectral',
  mean_lambda: 'Singular values, mean',
  variance_lambda: 'Singular values, var.',
  mean_w: 'Weights, mean',
  median_w: 'Weights, median',
  var_w: 'Weights, variance',
  mean_b: 'Biases, mean',
  median_b: 'Biases, median',
  var_b: 'Biases, variance'
}

/** For readouts, where every pixel counts. */
export function shortMetricName(tag: string): string {
  return metricName(tag)
    .replace('Validation', 'val.')
    .replace('Train ', 'train ')
    .replace('accuracy', 'acc.')
    .replace('Singular values', 'sing. values')
}

export function metricName(tag: string): string {
  if (known[tag]) return known[tag]
  const parts = tag.split('/')
  const last = parts.at(-1)!
  if (parts[0] === 'weights') {
    const name = weightMetrics[last] ?? last
    return parts.length === 2 ? name : `${name}, ${parts.slice(1, -1).join('/')}`
  }
  if (parts[0] === 'activations' && parts.length > 2)
    return `Activation ${last.replace('_', ' ')}, ${parts.slice(1, -1).join('/')}`
  return tag
}
