/** The row that keys are about, and ranges of rows that are selected with Shift. */
import { computed, ref, watch, type Ref } from 'vue'
import type { RunInfo } from '../../../src/domain/run'
import { useRuns } from '../../state/runs'
import type { Row } from './rows'

/** @param fold opens or closes the group of a row; `null`: the other way round */
export function useRowFocus(
  rows: Ref<readonly Row[]>,
  does: {
    reveal(index: number): void
    fold(row: Row, closed: boolean | null): void
    open(run: RunInfo): void
    star(runs: RunInfo[]): void
    page(): number
  }
) {
  const runs = useRuns()
  const key = ref<string | null>(null)
  /** Where a range begins. */
  const anchor = ref<string | null>(null)
  const index = computed(() => rows.value.findIndex((row) => row.key === key.value))

  // What has the focus may leave: then its neighbour has it.
  let last = 0
  watch(index, (now) => {
    if (now >= 0) last = now
    else if (key.value !== null) key.value = rows.value[Math.min(last, rows.value.length - 1)]?.key ?? null
  })

  function select(ids: readonly string[], on: boolean): void {
    const next = new Set(runs.checked)
    for (const id of ids) {
      if (on) next.add(id)
      else next.delete(id)
    }
    runs.checked = next
  }
  function idsOf(row: Row): string[] {
    return row.kind === 'run' ? [row.run.id] : row.group.runs.map(({ id }) => id)
  }
  function toggle(row: Row): void {
    const ids = idsOf(row)
    select(ids, !ids.every((id) => runs.checked.has(id)))
    key.value = row.key
    anchor.value = row.key
  }
  /** From where the range begins to this row, both of them. */
  function selectTo(row: Row): void {
    const [from, to] = [anchor.value ?? key.value, row.key].map((one) =>
      rows.value.findIndex((other) => other.key === one)
    )
    if (from < 0) return toggle(row)
    const range = rows.value.slice(Math.min(from, to), Math.max(from, to) + 1)
    select(
      range.flatMap((one) => (one.kind === 'run' ? [one.run.id] : [])),
      true
    )
    key.value = row.key
  }
  function click(row: Row, event: MouseEvent): void {
    if (event.shiftKey) selectTo(row)
    else if (event.ctrlKey || event.metaKey) toggle(row)
    else {
      key.value = row.key
      anchor.value = row.key
    }
  }

  function go(to: number, selecting: boolean): void {
    const row = rows.value[Math.max(0, Math.min(rows.value.length - 1, to))]
    if (!row) return
    if (selecting) {
      anchor.value ??= key.value ?? row.key
      selectTo(row)
    } else {
      key.value = row.key
      anchor.value = row.key
    }
    does.reveal(rows.value.indexOf(row))
  }

  function press(event: KeyboardEvent): void {
    const at = index.value
    const row = rows.value[at]
    const mod = event.ctrlKey || event.metaKey
    const letter = mod || event.altKey ? '' : event.key.toLowerCase()
    if (event.key === 'ArrowDown' || letter === 'j') go(at + 1, event.shiftKey)
    else if (event.key === 'ArrowUp' || letter === 'k') go(at < 0 ? 0 : at - 1, event.shiftKey)
    else if (event.key === 'PageDown') go(at + does.page(), event.shiftKey)
    else if (event.key === 'PageUp') go(at - does.page(), event.shiftKey)
    else if (event.key === 'Home') go(0, event.shiftKey)
    else if (event.key === 'End') go(rows.value.length - 1, event.shiftKey)
    else if (mod && event.key.toLowerCase() === 'a') {
      // Folded ones are shown by their group.
      select(rows.value.flatMap(idsOf), true)
    } else if (event.key === 'Escape' && runs.checked.size > 0) runs.checked = new Set()
    else if (!row) return
    else if (event.key === 'ArrowLeft') does.fold(row, true)
    else if (event.key === 'ArrowRight') does.fold(row, false)
    else if (event.key === 'Enter') {
      if (row.kind === 'run') does.open(row.run)
      else does.fold(row, null)
    } else if (letter === 'x' || letter === ' ') toggle(row)
    else if (letter === 's') does.star(row.kind === 'run' ? [row.run] : row.group.runs)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return { key, index, toggle, selectTo, click, press }
}
