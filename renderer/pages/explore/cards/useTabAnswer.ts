/** An answer of the host about some runs: asked for in turn with other cards, and again while those runs grow. */
import type { ShallowRef } from 'vue'
import { useAsked } from '../../../ui/useAsked'
import type { Asked } from '../../../ui/useAsked'
import { useGrowth } from '../../../state/useGrowth'
import { tabGate } from '../state/tab-gate'

export interface AboutRuns {
  runIds: string[]
}

/**
 * @param question null: nothing to ask now.
 * @param keep whether an earlier answer may stay while the next one is on its way; of the same tag it may.
 */
export function useTabAnswer<Q extends AboutRuns, T>(
  question: () => Q | null,
  ask: (question: Q) => Promise<T>,
  keep: (before: Q, now: Q) => boolean = () => true
): { state: ShallowRef<Asked<T>>; refresh: () => Promise<void> } {
  const { state, refresh } = useAsked(question, (asked: Q) => tabGate.pass(() => ask(asked)), keep)
  useGrowth((runId) => question()?.runIds.includes(runId) ?? false, refresh)
  return { state, refresh }
}
