/** What changed the project and can be taken back, in this window and since the project was opened. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useProject } from './project'

export interface Change {
  /** What was done: "Archived 3 runs". */
  title: string
  undo(): Promise<unknown>
  redo(): Promise<unknown>
}

const mostKept = 100

export const useUndo = defineStore('undo', () => {
  const app = useProject()
  const done = shallowRef<readonly Change[]>([])
  const undone = shallowRef<readonly Change[]>([])
  /** Those that did not fail the first time. */
  const undoable = new WeakSet<Change>()
  /** One after the other: what is taken back while it is still being done would be done again. */
  let turn: Promise<unknown> = Promise.resolve()

  watch(
    () => app.project?.id,
    () => {
      done.value = []
      undone.value = []
    }
  )

  /** Does it, and says so with the way back. What fails is told, and is nothing to take back. */
  function perform(change: Change): Promise<void> {
    undone.value = []
    undoable.add(change)
    // At once: what has been done is seen before the answer is there, and may be taken back by then.
    done.value = [...done.value.slice(1 - mostKept), change]
    return inTurn(async () => {
      if (await succeeds(() => change.redo())) return say(`${change.title}.`, 'Undo', undo)
      // Also where somebody was quick enough to want it back.
      undoable.delete(change)
      for (const list of [done, undone]) list.value = list.value.filter((other) => other !== change)
    })
  }
  function undo(): Promise<void> {
    return move(
      done,
      undone,
      (change) => change.undo(),
      (title) => say(`Taken back: ${title}.`, 'Redo', redo)
    )
  }
  function redo(): Promise<void> {
    return move(
      undone,
      done,
      (change) => change.redo(),
      (title) => say(`${title}.`, 'Undo', undo)
    )
  }

  /** At once, so that the next key finds it there; and back where it fails. */
  async function move(
    from: typeof done,
    to: typeof done,
    work: (change: Change) => Promise<unknown>,
    tell: (title: string) => void
  ): Promise<void> {
    const change = from.value.at(-1)
    if (!change) return
    from.value = from.value.slice(0, -1)
    to.value = [...to.value, change]
    await inTurn(async () => {
      if (!undoable.has(change)) return
      if (await succeeds(() => work(change))) return tell(change.title)
      to.value = to.value.filter((other) => other !== change)
      from.value = [...from.value, change]
    })
  }
  function say(text: string, title: string, run: () => Promise<void>): void {
    app.notice = { level: 'info', text, action: { title, run: () => void run() } }
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    const project = app.project?.id
    const next = turn.then(() => (app.project?.id === project ? work() : undefined))
    turn = next.catch(() => undefined)
    return next
  }
  async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
    return (await app.attempt(async () => (await work(), true))) === true
  }

  return {
    next: computed(() => done.value.at(-1) ?? null),
    back: computed(() => undone.value.at(-1) ?? null),
    perform,
    undo,
    redo
  }
})
