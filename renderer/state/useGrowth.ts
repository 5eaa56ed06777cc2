/** Asks again while runs grow: the one way in which views follow training. */
import { onScopeDispose } from 'vue'
import { onEvent } from '../bridge/host'
import { useTurns } from '../ui/useTurns'

/** Answers about a growing run come this often at most. */
const usualMs = 1000

/**
 * Calls back with the runs that have grown since the last call, one call at a time. What grows during a call is in the next one.
 * @param isFollowed asked when a run has grown, and again before the call: what is looked at may have changed meanwhile.
 * @param everyMs how long to wait for more before each call.
 */
export function useGrowth(
  isFollowed: (runId: string) => boolean,
  changed: (grown: readonly string[]) => Promise<unknown> | void,
  everyMs: number = usualMs
): void {
  const grown = new Set<string>()
  const again = useTurns(() => {
    const followed = [...grown].filter(isFollowed)
    grown.clear()
    if (followed.length > 0) return changed(followed)
  }, everyMs)
  const stop = onEvent('runs.grew', ({ runId }) => {
    if (!isFollowed(runId)) return
    grown.add(runId)
    again()
  })
  onScopeDispose(stop)
}
