/** An answer of the host about some runs: asked for in turn with other cards, and again while those runs grow. */
import { onBeforeUnmount } from 'vue'
import type { ShallowRef } from 'vue'
import { onEvent } from '../../../bridge/host'
import { useAsked } from '../../../composables/useAsked'
import type { Asked } from '../../../composables/useAsked'
import { boardGate } from '../../../stores/board-gate'

/** Answers about a growing run come this often at most. */
const followMs = 1000

export interface AboutRuns {
  runIds: string[]
}

/**
 * @param question null: nothing to ask now.
 * @param keep whether an earlier answer may stay while the next one is on its way; of the same tag it may.
 */
export function useBoardAnswer<Q extends AboutRuns, T>(
  question: () => Q | null,
  ask: (question: Q) => Promise<T>,
  keep: (before: Q, now: Q) => boolean = () => true
): { state: ShallowRef<Asked<T>>; refresh: () => Promise<void> } {
  const { state, refresh } = useAsked(question, (asked: Q) => boardGate.pass(() => ask(asked)), keep)
  useGrowth(() => question()?.runIds ?? [], refresh)
  return { state, refresh }
}

/** Calls back after some of the runs have grown; one call at a time, so a slow disk is asked less often. */
export function useGrowth(runIds: () => readonly string[], changed: () => Promise<void> | void): void {
  let timer = 0
  let grown = false
  let gone = false

  async function follow(): Promise<void> {
    grown = false
    await changed()
    timer = grown && !gone ? window.setTimeout(() => void follow(), followMs) : 0
  }
  const stop = onEvent('runs.grew', ({ runId }) => {
    if (!runIds().includes(runId)) return
    grown = true
    timer ||= window.setTimeout(() => void follow(), followMs)
  })
  onBeforeUnmount(() => {
    gone = true
    stop()
    clearTimeout(timer)
  })
}
