/** The keys of the window: one table of them, as they are shown and as they are pressed. */

export interface Shortcut {
  /** `Mod` is Command on a Mac and Control elsewhere; the key itself comes last. */
  keys: string
  title: string
  group: 'Everywhere' | 'Runs' | 'Analyze' | 'Explore' | 'Design' | 'Train'
}

/** Keys of actions: whoever provides an action under one of these names has its keys. */
export const actionKeys = {
  palette: { keys: 'Mod+K', title: 'All actions', group: 'Everywhere' },
  shortcuts: { keys: '?', title: 'Keyboard shortcuts', group: 'Everywhere' },
  'page.runs': { keys: 'Mod+1', title: 'Go to Runs', group: 'Everywhere' },
  'page.design': { keys: 'Mod+2', title: 'Go to Design', group: 'Everywhere' },
  'page.train': { keys: 'Mod+3', title: 'Go to Train', group: 'Everywhere' },
  'page.explore': { keys: 'Mod+4', title: 'Go to Explore', group: 'Everywhere' },
  'page.analyze': { keys: 'Mod+5', title: 'Go to Analyze', group: 'Everywhere' },
  'page.logs': { keys: 'Mod+6', title: 'Go to Logs', group: 'Everywhere' },
  'page.settings': { keys: 'Mod+,', title: 'Go to Settings', group: 'Everywhere' },
  import: { keys: 'Mod+I', title: 'Import recorded runs', group: 'Everywhere' },
  undo: { keys: 'Mod+Z', title: 'Undo', group: 'Everywhere' },
  redo: { keys: 'Mod+Shift+Z', title: 'Redo', group: 'Everywhere' },
  'window.new': { keys: 'Mod+Shift+N', title: 'New window', group: 'Everywhere' },
  'project.new': { keys: 'Mod+N', title: 'New project', group: 'Everywhere' },
  'project.open': { keys: 'Mod+O', title: 'Open a project', group: 'Everywhere' },
  'panel.maximise': { keys: 'M', title: 'Maximise the panel that has the focus, or restore it', group: 'Everywhere' },
  'runs.filter': { keys: '/', title: 'Filter runs', group: 'Runs' },
  fit: { keys: 'F', title: 'Fit states', group: 'Analyze' }
} as const satisfies Record<string, Shortcut>

/** Keys that belong to what has the focus; they are handled there. */
export const focusKeys: readonly Shortcut[] = [
  { keys: 'ArrowUp', title: 'Go to the run above, or J and K; with Shift select on the way', group: 'Runs' },
  { keys: 'Enter', title: 'Open the run, or fold the group', group: 'Runs' },
  { keys: 'X', title: 'Select the run or the group', group: 'Runs' },
  { keys: 'S', title: 'Give the run a star', group: 'Runs' },
  { keys: 'Mod+A', title: 'Select all runs that are shown', group: 'Runs' },
  { keys: 'Alt+ArrowUp', title: 'Move a waiting run up or down', group: 'Train' },
  { keys: 'Space', title: 'Observe the hook point that has the focus', group: 'Design' },
  { keys: 'ArrowLeft', title: 'Move the cursor of a curve, histogram or picture', group: 'Explore' },
  { keys: '0', title: 'Fit the whole graph', group: 'Explore' },
  { keys: 'ArrowLeft', title: 'Move the cursor of ribbon, curves or heatmap', group: 'Analyze' },
  { keys: 'Shift+ArrowLeft', title: 'Move it in bigger steps', group: 'Analyze' },
  { keys: 'Home', title: 'Move it to the first point', group: 'Analyze' },
  { keys: 'End', title: 'Move it to the last point', group: 'Analyze' },
  { keys: 'ArrowUp', title: 'Choose another run in the ribbon', group: 'Analyze' },
  { keys: 'Enter', title: 'Choose the state under the cursor of the ribbon', group: 'Analyze' },
  { keys: '0', title: 'All values of a heatmap; + and - zoom, Shift ↑ ↓ moves', group: 'Analyze' },
  { keys: 'Escape', title: 'Let go of cursor, state or transition', group: 'Analyze' },
  { keys: 'ArrowLeft', title: 'Move a divider between panels, or go to another tab', group: 'Everywhere' },
  { keys: 'Escape', title: 'Restore a maximised panel', group: 'Everywhere' }
]

const isMac = /mac/i.test(globalThis.navigator?.platform ?? '')

const names: Record<string, string> = isMac
  ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', ArrowUp: '↑ ↓', ArrowLeft: '← →' }
  : { Mod: 'Ctrl', ArrowUp: '↑ ↓', ArrowLeft: '← →', Escape: 'Esc' }

/** Each key as it is shown: ['Ctrl', 'K']. */
export function shownKeys(keys: string): string[] {
  return keys.split('+').map((key) => names[key] ?? key)
}

/** Whether an event is this chord, no more and no less. Keys without Mod are told by what they write, so that Shift does not count. */
export function isPressed(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts[parts.length - 1]
  const mod = isMac ? event.metaKey : event.ctrlKey
  const other = isMac ? event.ctrlKey : event.metaKey
  if (parts.includes('Mod') !== mod || other || parts.includes('Alt') !== event.altKey) return false
  if (parts.includes('Mod') && parts.includes('Shift') !== event.shiftKey) return false
  return event.key === key || event.key.toLowerCase() === key.toLowerCase()
}

/** Whether keys without Mod are letters here, and no commands. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** What a field of text does by itself: while somebody writes, these are its own. */
export function isOfText(keys: string): boolean {
  return !keys.includes('Mod') || keys === actionKeys.undo.keys || keys === actionKeys.redo.keys
}

/** Behind a dialog nothing is done by keys or menus. */
export function hasOpenDialog(): boolean {
  return document.querySelector('.n-modal-mask:not(.fade-in-transition-leave-active)') !== null
}
