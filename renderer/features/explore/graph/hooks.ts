/** Nodes of our own models as hook points: a node's name is a module's path with `/` for `.`. */
export function hookPathOf(nodePath: string): string {
  return nodePath.replaceAll('/', '.')
}

interface Tag {
  tag: string
  kind: string
  runIds: ReadonlySet<string>
}

/** What a run has recorded at a hook point. */
export function tagsOfHook(
  tags: readonly Tag[],
  runId: string,
  hook: string
): { scalars: string[]; histograms: string[] } {
  const found = tags.filter(
    ({ tag, runIds }) =>
      runIds.has(runId) &&
      (tag === `activations/${hook}` || tag.startsWith(`activations/${hook}/`) || tag.startsWith(`weights/${hook}/`))
  )
  const of = (wanted: string): string[] => found.filter(({ kind }) => kind === wanted).map(({ tag }) => tag)
  return { scalars: of('scalars'), histograms: of('histograms') }
}

/** A filter for all tags of a hook point and no other: `fc1` is not `fc10`. */
export function exactly(hook: string): string {
  return `^(weights|activations)/${hook.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(/|$)`
}
