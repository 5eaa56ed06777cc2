/**
 * Progress on stderr: a bar for each running run on a terminal, and a line now and then where nobody can draw (a log
 * file, a pipe).
 */
import type { EventPayload } from '../contract/events'
import type { Terminal } from './terminal'
import { duration } from './terminal'

const redrawMs = 100
const lineIntervalMs = 10_000
const barWidth = 24

type Progress = EventPayload<'training.progress'>

export class TrainingProgress {
  private readonly running = new Map<string, { label: string; progress: Progress | null; lastLineMs: number }>()
  private finished = 0
  private drawnLines = 0
  private lastDrawMs = 0

  constructor(
    private readonly terminal: Terminal,
    private readonly total: number
  ) {}

  started(runId: string, label: string): void {
    if (this.running.has(runId)) return
    this.running.set(runId, { label, progress: null, lastLineMs: Date.now() })
    if (!this.terminal.interactive) this.terminal.note(`${label}: started`)
    this.redraw(true)
  }

  advanced(progress: Progress): void {
    const run = this.running.get(progress.runId)
    if (!run) return
    run.progress = progress
    if (this.terminal.interactive) return this.redraw(false)
    if (Date.now() - run.lastLineMs < lineIntervalMs) return
    run.lastLineMs = Date.now()
    this.terminal.note(`${run.label}: ${describe(progress)}`)
  }

  ended(runId: string, label: string, text: string): void {
    this.clear()
    this.running.delete(runId)
    this.finished += 1
    this.note(`${label}: ${text}`)
  }

  /** A line above the bars. */
  note(line: string): void {
    this.clear()
    this.terminal.note(line)
    this.redraw(true)
  }

  /** Takes the bars away. */
  clear(): void {
    if (!this.terminal.interactive || this.drawnLines === 0) return
    this.terminal.draw([], this.drawnLines)
    this.drawnLines = 0
  }

  private redraw(now: boolean): void {
    if (!this.terminal.interactive || this.running.size === 0) return
    if (!now && Date.now() - this.lastDrawMs < redrawMs) return
    this.lastDrawMs = Date.now()
    const width = Math.max(20, this.terminal.columns() - 1)
    const labelWidth = Math.max(...[...this.running.values()].map(({ label }) => label.length))
    const lines = [...this.running.values()].map(({ label, progress }) => {
      const share = progress ? progress.step / Math.max(1, progress.totalSteps) : 0
      return `${label.padEnd(labelWidth)}  ${bar(share)}  ${progress ? describe(progress) : 'preparing'}`
    })
    if (this.total > 1) lines.push(`${this.finished} of ${this.total} runs finished`)
    this.terminal.draw(
      lines.map((line) => line.slice(0, width)),
      this.drawnLines
    )
    this.drawnLines = lines.length
  }
}

/** One bar for a task that counts. */
export class CountProgress {
  private drawn = false
  private lastText = ''
  private lastLineMs = 0

  constructor(private readonly terminal: Terminal) {}

  advanced(done: number, total: number, text: string): void {
    if (this.terminal.interactive) {
      this.terminal.drawLine(`${text}  ${bar(done / Math.max(1, total))}  ${done} of ${total}`)
      this.drawn = true
      return
    }
    if (text === this.lastText && Date.now() - this.lastLineMs < lineIntervalMs && done < total) return
    this.lastText = text
    this.lastLineMs = Date.now()
    this.terminal.note(`${text}: ${done} of ${total}`)
  }

  clear(): void {
    if (this.drawn) this.terminal.drawLine(null)
    this.drawn = false
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth)
  return `${'━'.repeat(full)}${'·'.repeat(barWidth - full)}`
}

function describe({ step, totalSteps, epoch, totalEpochs, stepsPerSecond, remainingSeconds }: Progress): string {
  const percent = `${Math.floor((100 * step) / Math.max(1, totalSteps))}%`.padStart(4)
  const rate = stepsPerSecond >= 10 ? stepsPerSecond.toFixed(0) : stepsPerSecond.toFixed(1)
  return (
    `${percent}  epoch ${Number(epoch.toFixed(1))} of ${totalEpochs}  step ${step} of ${totalSteps}  ` +
    `${rate} steps/s  ${duration(remainingSeconds)} left`
  )
}
