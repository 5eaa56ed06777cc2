/**
 * A page that ends or hangs is opened again. The engine is in another process and training in its threads, so nothing
 * that matters is lost with a page; the engine need not know.
 */
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Log } from '../../src/engine/log'

/** After so many ends of the page within this time it would only end again, so somebody is asked. */
const mostEnds = 3
const withinMs = 60_000

export function recoverWindow(window: BrowserWindow, log: Log): void {
  const contents = window.webContents
  let ends: number[] = []
  /** The page was ended here, because somebody asked for it. */
  let ended = false
  let question: AbortController | null = null

  const reload = (): void => {
    if (!window.isDestroyed()) contents.reload()
  }

  // Not from within the event: Chromium is still taking the old process apart, and others have to hear of it, too.
  contents.on('render-process-gone', (_event, { reason }) => setImmediate(() => onGone(reason)))

  function onGone(reason: string): void {
    question?.abort()
    if (reason === 'clean-exit') return
    if (ended) {
      ended = false
      log.add('warning', 'Window', 'The window did not answer and was opened again; training went on.')
      reload()
      return
    }
    const now = Date.now()
    ends = [...ends.filter((earlier) => now - earlier < withinMs), now]
    log.add('warning', 'Window', `The window's page ended (${reason}) and was opened again; training went on.`)
    if (ends.length <= mostEnds) reload()
    else void askAfterEnds(reason)
  }
  contents.on('unresponsive', () => void askWhileHanging())
  contents.on('responsive', () => question?.abort())
  window.on('closed', () => question?.abort())

  async function askAfterEnds(reason: string): Promise<void> {
    const choice = await ask({
      message: 'The page of this window ends again and again',
      detail:
        `It ended ${ends.length} times within a minute (${reason}). Training goes on either way. ` +
        'If it does not stop, quit Phasescope, start it again and open another project first.',
      buttons: ['Open it again', 'Quit Phasescope']
    })
    ends = []
    if (choice === 1) app.quit()
    else reload()
  }

  async function askWhileHanging(): Promise<void> {
    if (question) return
    const choice = await ask({
      message: 'The window does not answer',
      detail:
        'It may be busy with something large and come back. Training and everything else in the background goes on ' +
        'either way; reloading loses only what was typed and not saved.',
      buttons: ['Wait', 'Reload the window']
    })
    if (choice !== 1 || window.isDestroyed()) return
    ended = true
    // A page that hangs does not follow a reload.
    contents.forcefullyCrashRenderer()
  }

  /** The index of the button; 0 as well when the question has lost its object. */
  async function ask(words: { message: string; detail: string; buttons: string[] }): Promise<number> {
    const asked = new AbortController()
    question = asked
    try {
      const options = {
        type: 'warning' as const,
        defaultId: 0,
        cancelId: 0,
        noLink: true,
        ...words,
        signal: asked.signal
      }
      return (await dialog.showMessageBox(window, options)).response
    } catch {
      return 0
    } finally {
      if (question === asked) question = null
    }
  }
}
