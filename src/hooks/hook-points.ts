/** Names of hook points: what a model offers, and the check of what somebody asked for. */
import type { ModuleGraph, ModuleNode } from '../domain/model-graph'
import { suggestion } from '../text/near-names'
import { ConfigError } from './config-error'

/** All nodes that can be observed, in the order of the graph. */
export function hookPoints(graph: ModuleGraph): ModuleNode[] {
  return graph.nodes.filter((node) => node.hook !== null)
}

/** The nodes of these names, in the order given, each once. Throws a ConfigError that lists near names. */
export function resolveHooks(graph: ModuleGraph, names: readonly string[]): ModuleNode[] {
  const points = hookPoints(graph)
  const byPath = new Map(points.map((node) => [node.path, node]))
  const known = points.map(({ path }) => path)
  return [...new Set(names)].map((name) => {
    const node = byPath.get(name)
    if (!node)
      throw new ConfigError(`There is no hook point "${name}" in ${graph.title}.${suggestion(name, known)}`, 'hooks')
    return node
  })
}
