/**
 * What nothing else has caught. Training runs live in threads of this process and know nothing of a mistake in a
 * listener, so it is told and the process goes on. A storm of mistakes is another thing: then everything is saved, and
 * the process ends rather than spin.
 */
import type { Engine } from '../engine/engine'

export interface LastResortOptions {
  engine: Pick<Engine, 'log' | 'close'>
  /** To whoever sits in front of it: a sentence. */
  tell(sentence: string): void
  /** The host's own log: the stack. */
  report(text: string): void
  exit(code: number): void
  /** Where the mistakes come from. */
  process?: Pick<NodeJS.Process, 'on' | 'off'>
  now?: () => number
  /** How long saving may take, in ms. */
  closeWithinMs?: number
}

/** So many within this time are a storm. */
const mostMistakes = 20
const withinMs = 10_000

/** @returns the way to stop */
export function standGuard(options: LastResortOptions): () => void {
  const { engine, tell, report, exit, now = Date.now, closeWithinMs = 60_000 } = options
  const events = options.process ?? process
  let times: number[] = []
  let ending = false

  /** Telling may fail by the very mistake that is told of; nothing may come of that. */
  const quietly = (work: () => void): void => {
    try {
      work()
    } catch {
      // There is nobody left to tell.
    }
  }
  const say = (sentence: string): void => {
    quietly(() => engine.log.add('error', 'Phasescope', sentence))
    quietly(() => tell(sentence))
  }
  const end = async (): Promise<void> => {
    say(
      `More than ${mostMistakes} unexpected errors came within ${withinMs / 1000} seconds. Phasescope saves its checkpoints and ends; ` +
        'interrupted runs can be continued.'
    )
    const late = new Promise<void>((resolve) => setTimeout(resolve, closeWithinMs).unref())
    await Promise.race([engine.close(), late])
  }
  const mistake = (error: unknown): void => {
    if (ending) return
    const time = now()
    times = [...times.filter((earlier) => time - earlier < withinMs), time]
    quietly(() => report(stackOf(error)))
    if (times.length <= mostMistakes) {
      say(`Something unexpected went wrong: ${messageOf(error)}. Phasescope goes on, and so do the runs that train.`)
      return
    }
    ending = true
    void end().then(
      () => exit(1),
      () => exit(1)
    )
  }
  events.on('uncaughtException', mistake)
  events.on('unhandledRejection', mistake)
  return () => {
    events.off('uncaughtException', mistake)
    events.off('unhandledRejection', mistake)
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
