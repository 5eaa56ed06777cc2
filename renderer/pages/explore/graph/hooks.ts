/** Nodes of our own models as hook points: a node's name is a module's path with `/` for `.`. */
export function hookPathOf(nodePath: string): string {
  return nodePath.replaceAll('/', '.')
}

interface Tag {
  tag: string
  kind: string
  runIds: ReadonlySet<string>
}

/** What is recorded at hook points, as the tags begin. */
const kinds = ['weights', 'activations', 'gradients', 'activation_gradients', 'updates']

/** What a run has recorded at a hook point. */
export function tagsOfHook(
  tags: readonly Tag[],
  runId: string,
  hook: string
): { scalars: string[]; histograms: string[] } {
  const found = tags.filter(
    ({ tag, runIds }) =>
      runIds.has(runId) && kinds.some((kind) => tag === `${kind}/${hook}` || tag.startsWith(`${kind}/${hook}/`))
  )
  const of = (wanted: string): string[] => found.filter(({ kind }) => kind === wanted).map(({ tag }) => tag)
  return { scalars: of('scalars'), histograms: of('histograms') }
}

/** A filter for all tags of a hook point and no other: `fc1` is not `fc10`. */
export function exactly(hook: string): string {
  return `^(${kinds.join('|')})/${hook.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(/|$)`
}
