/** What the system shows of a training: progress on the taskbar or dock, alerts while nobody looks, and no sleep meanwhile. */
import { Notification, powerSaveBlocker } from 'electron'
import { ruleTitles } from '../../src/domain/reading'
import { visible } from '../../src/text/visible'
import type { ProjectWindow } from './project-window'

/** Longer texts are cut by the systems, each in its own way. */
const longestBody = 200

export class TrainingSigns {
  private awake: number | null = null
  private readonly busy = new Set<ProjectWindow>()

  /** For each window that is opened. */
  watch(made: ProjectWindow): void {
    const { window, engine } = made
    engine.on('training.activity', () => this.progress(made))
    window.once('closed', () => this.rest(made))
    engine.on('diagnosis.found', ({ name, reading }) => {
      if (!made.isOpen || window.isFocused() || !Notification.isSupported()) return
      const body = visible(`${name}: ${reading.text}`).slice(0, longestBody)
      const note = new Notification({ title: ruleTitles[reading.rule], body })
      note.on('click', () => {
        if (!made.isOpen) return
        window.show()
        window.focus()
      })
      note.show()
    })
  }

  private progress(made: ProjectWindow): void {
    if (!made.isOpen) return
    const running = made.engine.activity().filter((one) => one.running > 0)
    if (running.length === 0) return this.rest(made)
    this.busy.add(made)
    const sum = (key: 'steps' | 'totalSteps'): number => running.reduce((all, one) => all + one[key], 0)
    made.window.setProgressBar(sum('totalSteps') > 0 ? sum('steps') / sum('totalSteps') : 2)
    // The screen may go dark; the machine must not, or a night's training stands still.
    this.awake ??= powerSaveBlocker.start('prevent-app-suspension')
  }

  private rest(made: ProjectWindow): void {
    if (made.isOpen) made.window.setProgressBar(-1)
    this.busy.delete(made)
    if (this.busy.size > 0 || this.awake === null) return
    powerSaveBlocker.stop(this.awake)
    this.awake = null
  }
}
