/** Which window takes what somebody has given by path: a second start, the system, a menu. */

import { PhasescopeError } from '../../src/domain/errors'

/** Nobody works in more; a page that asks for windows without end gets no further. */
export const mostWindows = 16

/** @throws PhasescopeError 'busy' where another window would be one too many */
export function checkRoom(open: number): void {
  if (open >= mostWindows) {
    throw new PhasescopeError('busy', `${mostWindows} windows are open. Close one of them first.`)
  }
}

/** A window as far as this depends on it; the folders are where they really lie. */
export interface WindowNow<W> {
  window: W
  /** The project that it shows, or is about to show; null on the start page. */
  shows: string | null
  /** The project that it has been given and its page has not taken up yet. */
  given: string | null
}

export type WindowChoice<W> =
  /** It shows the project: nothing is opened. */
  | { kind: 'front'; window: W }
  /** It takes what was given. */
  | { kind: 'give'; window: W }
  | { kind: 'new' }

/**
 * A project goes to the window that shows it, else to one on the start page, else to a new one: no project takes the place of
 * another one. What is to be imported, and what is told of a path that is none, goes to the window that was used last: an import
 * asks before it writes, and says into which project.
 * @param project folder of the project; null: anything else
 * @param windows the one that was used last comes first
 */
export function windowFor<W>(project: string | null, windows: readonly WindowNow<W>[]): WindowChoice<W> {
  if (project === null) return windows.length > 0 ? { kind: 'give', window: windows[0].window } : { kind: 'new' }
  const shows = windows.find((one) => one.shows === project)
  if (shows) return { kind: 'front', window: shows.window }
  // Once more where it was given: whether its page will open it is not known, and opening twice is opening once.
  const free =
    windows.find((one) => one.given === project) ?? windows.find((one) => one.shows === null && one.given === null)
  return free ? { kind: 'give', window: free.window } : { kind: 'new' }
}
