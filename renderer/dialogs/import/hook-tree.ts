/** The modules of checkpoints as rows of a tree, of which some are chosen. */
import type { ImportSource } from '../../../src/domain/import-source'

export type CheckpointModule = NonNullable<ImportSource['checkpoints']>['modules'][number]

export interface HookRow extends CheckpointModule {
  /** How many modules it lies in. */
  depth: number
  /** The last part of its path. */
  label: string
}

/** Every module of any of the runs, in the order of the first that has it. */
export function modulesOf(sources: readonly ImportSource[]): CheckpointModule[] {
  const found = new Map<string, CheckpointModule>()
  for (const { checkpoints } of sources) {
    for (const module of checkpoints?.modules ?? []) if (!found.has(module.path)) found.set(module.path, module)
  }
  return [...found.values()]
}

/** The modules that are chosen unasked, of all runs together. */
export function defaultHooks(sources: readonly ImportSource[]): string[] {
  return [...new Set(sources.flatMap(({ checkpoints }) => checkpoints?.hooks ?? []))]
}

/**
 * Rows in tree order: each module, then what is inside it. With a filter, modules whose path has it and all that they lie in.
 */
export function hookRows(modules: readonly CheckpointModule[], filter: string): HookRow[] {
  const wanted = filter.trim().toLowerCase()
  const fits = modules.filter(({ path }) => path.toLowerCase().includes(wanted))
  const shown = wanted === '' ? modules : modules.filter(({ path }) => fits.some((one) => isWithin(one.path, path)))
  const children = new Map<string, CheckpointModule[]>()
  const paths = new Set(shown.map(({ path }) => path))
  for (const module of shown) {
    const parent = parentOf(module.path)
    const key = paths.has(parent) ? parent : ''
    children.set(key, [...(children.get(key) ?? []), module])
  }
  const rows: HookRow[] = []
  const walk = (parent: string, depth: number): void => {
    for (const module of children.get(parent) ?? []) {
      rows.push({ ...module, depth, label: depth === 0 ? module.path : module.path.slice(parent.length + 1) })
      walk(module.path, depth + 1)
    }
  }
  walk('', 0)
  return rows
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function isWithin(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}.`)
}
