/** The last thousand things worth telling, for the Logs page and the command line. */
import type { LogEntry } from '../domain/log-entry'

const kept = 1000

export class Log {
  private entries: LogEntry[] = []

  constructor(private readonly pushed: (entry: LogEntry) => void) {}

  add(level: LogEntry['level'], source: string, text: string): void {
    const entry: LogEntry = { time: new Date().toISOString(), level, source, text }
    this.entries.push(entry)
    if (this.entries.length > kept) this.entries.shift()
    this.pushed(entry)
  }

  all(): LogEntry[] {
    return [...this.entries]
  }
}
