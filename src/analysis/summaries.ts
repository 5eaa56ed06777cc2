/** What the paths say about each state. */
import { segmentsOf } from './trajectory'
import type { StateName } from './names'
import { mostStates } from '../domain/states'
import type { StateSummary } from '../domain/states'

/** The colour that a state wears everywhere. */
export function colorOf(number: number): number {
  return ((number - 1) % mostStates) + 1
}

/**
 * Occupancy, visits and ends per state. Exactly one state is `initial` (the most common first state of the runs) and
 * one is `final` (the most common last one); ties go to the lower index. A state is `absorbing` when runs enter it (or start in it) and
 * none leaves it. Empty paths count for nothing. Numbers are those of first visit, until matching gives others.
 * @param names one per state.
 */
export function summariseStates(
  paths: readonly ArrayLike<number>[],
  states: number,
  names: readonly StateName[]
): StateSummary[] {
  const rows = new Float64Array(states)
  const visits = new Float64Array(states)
  const first = new Float64Array(states)
  const last = new Float64Array(states)
  const left = new Float64Array(states)
  let runs = 0
  for (const path of paths) {
    if (path.length === 0) continue
    runs++
    first[path[0]]++
    last[path[path.length - 1]]++
    for (const { state, start, end } of segmentsOf(path)) {
      visits[state]++
      rows[state] += end - start
      if (end < path.length) left[state]++
    }
  }
  const total = rows.reduce((sum, n) => sum + n, 0)
  const initial = first.indexOf(Math.max(...first))
  const final = last.indexOf(Math.max(...last))
  return Array.from({ length: states }, (_, index) => ({
    index,
    number: index + 1,
    name: names[index].name,
    nameSource: 'rule',
    rule: names[index].rule,
    color: colorOf(index + 1),
    occupancy: total > 0 ? rows[index] / total : 0,
    meanDwell: visits[index] > 0 ? rows[index] / visits[index] : 0,
    visits: visits[index],
    initialShare: runs > 0 ? first[index] / runs : 0,
    finalShare: runs > 0 ? last[index] / runs : 0,
    initial: index === initial,
    final: index === final,
    absorbing: visits[index] > 0 && left[index] === 0
  }))
}
