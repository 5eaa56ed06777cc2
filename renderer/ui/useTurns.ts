/** One call at a time of something slow that is wanted again and again. */
import { onScopeDispose } from 'vue'

/**
 * What is wanted while a call waits or is under way is one call after it: a slow disk is asked less often instead of ever more, and
 * nothing that was wanted is lost.
 * @param everyMs how long to wait for more before each call.
 * @returns wants a call.
 */
export function useTurns(work: () => Promise<unknown> | void, everyMs: number): () => void {
  let timer = 0
  let wanted = false
  let gone = false

  async function turn(): Promise<void> {
    wanted = false
    try {
      await work()
    } finally {
      timer = wanted && !gone ? window.setTimeout(() => void turn(), everyMs) : 0
    }
  }
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
  })
  return () => {
    wanted = true
    if (!gone) timer ||= window.setTimeout(() => void turn(), everyMs)
  }
}
