/** How tags are called in the interface. The tag itself stays visible in tooltips and exports. */
import { readTag } from '../../src/domain/tags'
import { weightMetrics } from '../../src/domain/weight-metrics'

const known: Record<string, string> = {
  'loss/train': 'Train loss',
  'loss/val': 'Validation loss',
  'accuracy/train': 'Train accuracy',
  'accuracy/val': 'Validation accuracy',
  lr: 'Learning rate',
  epoch: 'Epoch'
}

const titles = new Map<string, string>(weightMetrics.map(({ name, title }) => [name, title]))

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
  const read = readTag(tag)
  if (read.kind === 'weights' && read.metric !== null) {
    const name = titles.get(read.metric) ?? read.metric
    return read.hook === null ? name : `${name}, ${read.hook}`
  }
  if (read.kind === 'activations' && read.metric !== null)
    return `Activation ${read.metric.replace('_', ' ')}, ${read.hook}`
  return tag
}
