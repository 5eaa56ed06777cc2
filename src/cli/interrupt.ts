/** Ctrl-C: the first one asks for a clean end, the second one ends at once. */
import type { Terminal } from './terminal'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @returns whether it was interrupted */
export async function interruptible(
  terminal: Terminal,
  said: string,
  stop: () => void | Promise<void>,
  work: () => Promise<void>
): Promise<boolean> {
  let interrupted = false
  const onSignal = (): void => {
    if (interrupted) {
      terminal.note('Stopped.')
      process.exit(1)
    }
    interrupted = true
    terminal.note(said)
    void Promise.resolve(stop()).catch((error: Error) => terminal.note(error.message))
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    await work()
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
  return interrupted
}

/** Resolves with the first signal. */
export function anySignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve())
  })
}
