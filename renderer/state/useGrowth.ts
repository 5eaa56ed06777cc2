/** Asks again while runs grow: the one way in which views follow training. */
import { onScopeDispose } from 'vue'
import { onEvent } from '../bridge/host'

/** Answers about a growing run come this often at most. */
const usualMs = 1000

/**
 * Calls back after some of the runs have grown; one call at a time, so that a slow disk is asked less often. What grows during a
 * call is followed by another.
 * @param everyMs how long to wait for more before each call.
 */
export function useGrowth(
  runIds: () => readonly string[],
  changed: () => Promise<void> | void,
  everyMs: number = usualMs
): void {
  let timer = 0
  let grown = false
  let gone = false

  async function follow(): Promise<void> {
    grown = false
    try {
      await changed()
    } finally {
      timer = grown && !gone ? window.setTimeout(() => void follow(), everyMs) : 0
    }
  }
  const stop = onEvent('runs.grew', ({ runId }) => {
    if (!runIds().includes(runId)) return
    grown = true
    timer ||= window.setTimeout(() => void follow(), everyMs)
  })
  onScopeDispose(() => {
    gone = true
    stop()
    clearTimeout(timer)
  })
}
