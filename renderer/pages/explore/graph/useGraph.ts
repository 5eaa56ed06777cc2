/** The graph that is looked at, and what is done to it: opened scopes, the chosen node, nodes set aside. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { GraphNode, RecordedGraph } from '../../../../src/contract/recordings'
import type { RunInfo } from '../../../../src/domain/run'
import { request } from '../../../bridge/host'
import { plural } from '../../../ui/format'
import { ancestorsOf, buildTree, outermost, scopesAround } from '../../../charts/graph/scope-tree'
import type { GraphTree } from '../../../charts/graph/scope-tree'
import { layoutVisible } from '../../../charts/graph/layout'
import { structuresOf } from '../../../charts/graph/structure'
import { chartTheme } from '../../../ui/theme'
import { useAsked } from '../../../ui/useAsked'
import { useGraphView } from '../state/tab-views'
import { useExplore } from '../../../state/explore'
import { useExploreTags } from '../state/tags'
import { graphKinds } from '../kinds'

/** Colours of structures; the rarer ones beyond stay gray. */
export const structureColors = 8
const inFunction = '\n'
/** Names that the reader gives to graphs without a tag. */
const sourceNames: Record<string, string> = { __run_graph__: 'graph', __meta_graph__: 'meta graph' }

export function useGraph() {
  const explore = useExplore()
  const tags = useExploreTags()
  const tab = useGraphView()

  const runs = computed(() => {
    const having = new Set(tags.list.filter(({ kind }) => graphKinds.includes(kind)).flatMap((tag) => [...tag.runIds]))
    return explore.shown.filter((run) => having.has(run.id))
  })
  const run = computed(
    (): RunInfo | null => runs.value.find(({ id }) => id === tab.view.runId) ?? runs.value[0] ?? null
  )

  const { state: sources } = useAsked(
    () => (run.value ? { runId: run.value.id } : null),
    (question) => request('recordings.graphs', question)
  )
  /** A source, and the library function in it that is looked at. */
  const chosen = computed(() => {
    const known = sources.value.value ?? []
    const [source, name] = tab.view.source.split(inFunction)
    const found = known.find((one) => one.source === source) ?? known[0]
    return found ? { source: found.source, function: found.source === source ? (name ?? null) : null } : null
  })
  const { state: answer, refresh } = useAsked(
    () => (run.value && chosen.value ? { runId: run.value.id, source: chosen.value.source } : null),
    (question) => request('recordings.graph', question)
  )
  const recorded = computed((): RecordedGraph | null => answer.value.value)
  const operations = computed((): GraphNode[] => {
    const graph = recorded.value
    if (!graph) return []
    if (!chosen.value?.function) return graph.nodes
    return graph.functions.find(({ name }) => name === chosen.value?.function)?.nodes ?? []
  })
  const options = computed(() => [
    ...(sources.value.value ?? []).map(({ source, nodes }) => ({
      value: source,
      label: `${sourceNames[source] ?? source}, ${plural(nodes, 'node')}`
    })),
    ...(recorded.value?.functions ?? []).map(({ name, nodes }) => ({
      value: `${recorded.value!.source}${inFunction}${name}`,
      label: `function ${name}, ${plural(nodes.length, 'node')}`
    }))
  ])
  const option = computed(() =>
    chosen.value ? chosen.value.source + (chosen.value.function ? inFunction + chosen.value.function : '') : null
  )

  const kept = shallowRef(new Set<string>())
  const tree = computed((): GraphTree => buildTree(operations.value, kept.value))
  const structures = computed(() => structuresOf(tree.value))
  const colors = computed(() => {
    const found = new Map<string, string>()
    if (tab.view.colorBy === 'none') return found
    structures.value.repeated.slice(0, structureColors).forEach(({ paths }, i) => {
      for (const path of paths) found.set(path, chartTheme.value.states[i])
    })
    return found
  })

  const open = shallowRef(new Set<string>())
  const removed = shallowRef(new Set<string>())
  const wanted = shallowRef(new Set<string>())
  const selected = ref<string | null>(null)
  const tracing = ref(false)
  watch(
    operations,
    () => {
      kept.value = new Set()
      const now = tree.value
      removed.value = new Set()
      wanted.value = new Set()
      selected.value = null
      tracing.value = false
      // One scope around everything would show a single box.
      const first = new Set<string>()
      let at = outermost
      while (now.nodes.get(at)!.children.length === 1 && !now.nodes.get(now.nodes.get(at)!.children[0])!.operation) {
        at = now.nodes.get(at)!.children[0]
        first.add(at)
      }
      open.value = first
    },
    { immediate: true, flush: 'sync' }
  )
  const placed = computed(() =>
    layoutVisible(tree.value, { open: open.value, kept: kept.value, removed: removed.value, wanted: wanted.value })
  )
  const traced = computed(() => {
    if (!tracing.value || selected.value === null) return null
    const found = new Set<string>([selected.value])
    for (const path of ancestorsOf(tree.value, selected.value)) {
      found.add(path)
      for (const scope of scopesAround(tree.value, path)) found.add(scope)
    }
    return found
  })

  function toggle(path: string): void {
    const next = new Set(open.value)
    if (!next.delete(path)) next.add(path)
    open.value = next
  }
  /** Opens everything around a node, so that it is drawn. */
  function reveal(path: string): void {
    const around = scopesAround(tree.value, path)
    open.value = new Set([...open.value, ...around])
    wanted.value = new Set([...wanted.value, path, ...around])
    kept.value = new Set([...kept.value, path, ...around])
    removed.value = new Set([...removed.value].filter((other) => other !== path && !around.includes(other)))
    selected.value = path
  }
  function setAside(path: string): void {
    removed.value = new Set([...removed.value, path])
    kept.value = new Set([...kept.value].filter((other) => other !== path))
    if (selected.value === path) selected.value = null
  }
  function putBack(path: string): void {
    kept.value = new Set([...kept.value, path])
    removed.value = new Set([...removed.value].filter((other) => other !== path))
  }
  function closeAll(): void {
    open.value = new Set()
  }

  return {
    runs,
    run,
    sources,
    answer,
    options,
    option,
    operations,
    tree,
    structures,
    colors,
    placed,
    traced,
    open,
    selected,
    tracing,
    toggle,
    reveal,
    setAside,
    putBack,
    closeAll,
    refresh
  }
}
