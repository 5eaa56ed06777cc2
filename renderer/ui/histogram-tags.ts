/** What recorded histograms are of, told from their tags, so that long lists are read in groups. */

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
const groups: TagGroup[] = [
  ...(['Activations', 'Validation', 'By class', 'Gradients', 'Activation gradients', 'Predictions', 'Other'] as const)
]

export function readTag(tag: string): HistogramTag {
  const [kind, hook, what, ...rest] = tag.split('/')
  const named = rest.join('/')
  if (kind === 'activations' && hook) {
    if (what === undefined) return { tag, group: 'Activations', label: hook, hook }
    if (what === 'validation' && !named) return { tag, group: 'Validation', label: `${hook}, validation`, hook }
    if (what === 'class' && named) return { tag, group: 'By class', label: `${hook}, class ${named}`, hook }
  }
  if (hook && what === undefined) {
    if (kind === 'gradients') return { tag, group: 'Gradients', label: `${hook}, gradient`, hook }
    if (kind === 'activation_gradients') {
      return { tag, group: 'Activation gradients', label: `${hook}, activation gradient`, hook }
    }
  }
  if (kind === 'predictions' && hook) {
    return { tag, group: 'Predictions', label: `prediction ${tag.slice('predictions/'.length)}`, hook: null }
  }
  return { tag, group: 'Other', label: tag, hook: null }
}

/** The groups that there are, in their order; tags keep theirs. */
export function groupTags(tags: readonly string[]): { group: TagGroup; tags: HistogramTag[] }[] {
  const read = tags.map(readTag)
  return groups
    .map((group) => ({ group, tags: read.filter((one) => one.group === group) }))
    .filter((found) => found.tags.length > 0)
}

/** Activations first, then what else was recorded. */
export function inOrder(tags: readonly string[]): string[] {
  return groupTags(tags).flatMap((found) => found.tags.map(({ tag }) => tag))
}
