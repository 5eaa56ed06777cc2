/** An answer of the host that is asked for again when the question changes. The newest question wins. */
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'

export type Asked<T> =
  | { status: 'idle'; value: null }
  | { status: 'loading'; value: null }
  /** Also while it is asked for again and the answer may stay meanwhile. */
  | { status: 'loaded'; value: T }
  | { status: 'failed'; value: null; message: string }

/**
 * @param question null: there is nothing to ask now. Compared as JSON.
 * @param keep whether an earlier answer may stay while the next one is on its way.
 */
export function useAsked<Q, T>(
  question: () => Q | null,
  ask: (question: Q) => Promise<T>,
  keep: (before: Q, now: Q) => boolean = () => false
): {
  state: ShallowRef<Asked<T>>
  /** Whether an answer is on its way: what `state` holds meanwhile is of an earlier question. */
  asking: ShallowRef<boolean>
  refresh: () => Promise<void>
} {
  const state = shallowRef<Asked<T>>({ status: 'idle', value: null })
  const asking = shallowRef(false)
  let version = 0
  let last: Q | null = null

  async function fetch(stay: boolean): Promise<void> {
    const asked = question()
    const mine = ++version
    last = asked
    asking.value = asked !== null
    if (asked === null) {
      state.value = { status: 'idle', value: null }
      return
    }
    if (!stay || state.value.status !== 'loaded') state.value = { status: 'loading', value: null }
    try {
      const value = await ask(asked)
      if (mine === version) state.value = { status: 'loaded', value }
    } catch (error) {
      if (mine === version) state.value = { status: 'failed', value: null, message: (error as Error).message }
    }
    if (mine === version) asking.value = false
  }

  watch(
    () => JSON.stringify(question()),
    () => {
      const now = question()
      void fetch(last !== null && now !== null && keep(last, now))
    },
    { immediate: true }
  )
  return { state, asking, refresh: () => fetch(true) }
}
