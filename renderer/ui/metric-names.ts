/** How tags are called in the interface. The tag itself stays visible in tooltips and exports. */
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
  const parts = tag.split('/')
  const last = parts.at(-1)!
  if (parts[0] === 'weights') {
    const name = titles.get(last) ?? last
    return parts.length === 2 ? name : `${name}, ${parts.slice(1, -1).join('/')}`
  }
  if (parts[0] === 'activations' && parts.length > 2)
    return `Activation ${last.replace('_', ' ')}, ${parts.slice(1, -1).join('/')}`
  return tag
}
