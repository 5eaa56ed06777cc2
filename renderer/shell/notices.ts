/** What the window has said in passing: shown for a while, and kept in a list. */
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { useProject } from '../state/project'

export interface Notice {
  level: 'error' | 'info'
  text: string
  /** Milliseconds since 1970. */
  at: number
}

/** Long enough to read twice; errors longer. */
const shownMs = { info: 8_000, error: 20_000 }
const mostKept = 100

export const useNotices = defineStore('notices', () => {
  const app = useProject()
  /** Newest first. */
  const list = shallowRef<Notice[]>([])
  const unread = shallowRef(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Somebody points at it, or has the focus in it. */
  let held = false

  watch(
    () => app.notice,
    (notice) => {
      clearTimeout(timer)
      // Nothing is left when what was pointed at goes: no event says so.
      if (!notice) {
        held = false
        return
      }
      list.value = [{ ...notice, at: Date.now() }, ...list.value].slice(0, mostKept)
      unread.value += 1
      if (!held) goOn()
    }
  )

  /** Until `goOn` somebody is still reading. */
  function hold(): void {
    held = true
    clearTimeout(timer)
  }
  function goOn(): void {
    held = false
    clearTimeout(timer)
    if (app.notice) timer = setTimeout(() => (app.notice = null), shownMs[app.notice.level])
  }
  function dismiss(): void {
    unread.value = Math.max(0, unread.value - 1)
    app.notice = null
  }
  function read(): void {
    unread.value = 0
  }

  return { list, unread, hold, goOn, dismiss, read }
})
