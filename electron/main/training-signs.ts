/** What the system shows of a training: progress on the taskbar or dock, alerts while nobody looks, and no sleep meanwhile. */
import { ruleTitles } from '../../src/domain/reading'
import { visible } from '../../src/text/visible'
import type { ProjectWindow } from './project-window'

/** Longer texts are cut by the systems, each in its own way. */
const longestBody = 200

export interface SystemSigns {
  /** A notification, where the system has them. */
  notify(title: string, body: string, clicked: () => void): void
  /** @returns what `rest` takes */
  stayAwake(): number
  rest(id: number): void
}

/** What is needed of a window and its engine. */
export interface WatchedWindow {
  readonly isOpen: boolean
  readonly window: Pick<ProjectWindow['window'], 'isFocused' | 'show' | 'focus' | 'setProgressBar'> & {
    once(event: 'closed', listener: () => void): unknown
  }
  readonly engine: Pick<ProjectWindow['engine'], 'on' | 'activity'>
}

export class TrainingSigns {
  private awake: number | null = null
  private readonly busy = new Set<WatchedWindow>()

  constructor(private readonly system: SystemSigns) {}

  /** For each window that is opened. */
  watch(made: WatchedWindow): void {
    const { window, engine } = made
    engine.on('training.activity', () => this.progress(made))
    window.once('closed', () => this.rest(made))
    engine.on('diagnosis.found', ({ name, reading }) => this.tell(made, ruleTitles[reading.rule], name, reading.text))
    engine.on('analysis.entered', ({ name, text }) => this.tell(made, 'A state is entered', name, text))
  }

  /** Only while nobody looks: the page tells the same in the window. */
  private tell(made: WatchedWindow, title: string, name: string, text: string): void {
    const { window } = made
    if (!made.isOpen || window.isFocused()) return
    this.system.notify(title, visible(`${name}: ${text}`).slice(0, longestBody), () => {
      if (!made.isOpen) return
      window.show()
      window.focus()
    })
  }

  private progress(made: WatchedWindow): void {
    if (!made.isOpen) return
    const running = made.engine.activity().filter((one) => one.running > 0)
    if (running.length === 0) return this.rest(made)
    this.busy.add(made)
    const sum = (key: 'steps' | 'totalSteps'): number => running.reduce((all, one) => all + one[key], 0)
    made.window.setProgressBar(sum('totalSteps') > 0 ? sum('steps') / sum('totalSteps') : 2)
    this.awake ??= this.system.stayAwake()
  }

  private rest(made: WatchedWindow): void {
    if (made.isOpen) made.window.setProgressBar(-1)
    this.busy.delete(made)
    if (this.busy.size > 0 || this.awake === null) return
    this.system.rest(this.awake)
    this.awake = null
  }
}
