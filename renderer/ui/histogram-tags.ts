/** What recorded histograms are of, told from their tags, so that long lists are read in groups. */
import { readTag } from '../../src/domain/tags'

export type TagGroup =
  'Activations' | 'Validation' | 'By class' | 'Gradients' | 'Activation gradients' | 'Predictions' | 'Other'

export interface HistogramTag {
  tag: string
  group: TagGroup
  /** Short, but unlike that of any other tag of a run. */
  label: string
  /** The hook point that it is of; null where it is of none. */
  hook: string | null
}

/** In this order they are listed; the first tag of the first group is shown unasked. */
const groups: readonly TagGroup[] = [
  'Activations',
  'Validation',
  'By class',
  'Gradients',
  'Activation gradients',
  'Predictions',
  'Other'
]

export function readHistogramTag(tag: string): HistogramTag {
  const read = readTag(tag)
  if (read.kind === 'activations' && read.hook && read.metric === null) {
    const { hook, of } = read
    if (of === null) return { tag, group: 'Activations', label: hook, hook }
    if (of === 'validation') return { tag, group: 'Validation', label: `${hook}, validation`, hook }
    return { tag, group: 'By class', label: `${hook}, class ${of.class}`, hook }
  }
  if (read.kind === 'gradients' && read.hook && read.metric === null)
    return { tag, group: 'Gradients', label: `${read.hook}, gradient`, hook: read.hook }
  if (read.kind === 'activation_gradients' && read.hook)
    return { tag, group: 'Activation gradients', label: `${read.hook}, activation gradient`, hook: read.hook }
  if (read.kind === 'predictions' && read.name)
    return { tag, group: 'Predictions', label: `prediction ${read.name}`, hook: null }
  return { tag, group: 'Other', label: tag, hook: null }
}

/** The groups that there are, in their order; tags keep theirs. */
export function groupTags(tags: readonly string[]): { group: TagGroup; tags: HistogramTag[] }[] {
  const read = tags.map(readHistogramTag)
  return groups
    .map((group) => ({ group, tags: read.filter((one) => one.group === group) }))
    .filter((found) => found.tags.length > 0)
}

/** Activations first, then what else was recorded. */
export function inOrder(tags: readonly string[]): string[] {
  return groupTags(tags).flatMap((found) => found.tags.map(({ tag }) => tag))
}
