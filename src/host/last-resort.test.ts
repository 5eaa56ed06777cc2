/** The guard over mistakes that nothing caught; src/cli/cli.test.ts makes them in a real `serve`. */
import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { testEngine } from '../engine/testing/engines'
import { standGuard } from './last-resort'

function guarded(tell: (sentence: string) => void = () => undefined) {
  const { engine } = testEngine()
  const events = new EventEmitter() as EventEmitter & Pick<NodeJS.Process, 'on' | 'off'>
  const clock = { ms: 0 }
  const exits: number[] = []
  const stop = standGuard({
    engine,
    tell,
    report: () => undefined,
    exit: (code: number) => void exits.push(code),
    process: events,
    now: () => clock.ms
  })
  const errors = () => engine.log.all().filter(({ level }) => level === 'error')
  return { engine, events, clock, exits, stop, errors }
}

it('tells of a mistake and goes on, whatever was thrown', () => {
  const { events, exits, errors } = guarded()
  events.emit('uncaughtException', new Error('one.'))
  for (const thrown of ['two', null, undefined, { three: 3 }]) events.emit('unhandledRejection', thrown)
  expect(errors()).toHaveLength(5)
  expect(errors()[0].text).toBe(
    'Something unexpected went wrong: one. Phasescope goes on, and so do the runs that train.'
  )
  expect(exits).toEqual([])
})

it('takes as many as come slowly', () => {
  const { events, clock, exits } = guarded()
  for (let i = 0; i < 200; i++, clock.ms += 600) events.emit('uncaughtException', new Error(`${i}`))
  expect(exits).toEqual([])
})

it('saves and ends in a storm, once, even when telling fails', async () => {
  const { engine, events, exits, errors } = guarded(() => {
    throw new Error('no terminal')
  })
  await engine.call('app.info', {})
  for (let i = 0; i < 100; i++) events.emit('uncaughtException', new Error(`${i}`))
  await expect.poll(() => exits).toEqual([1])
  expect(errors().at(-1)!.text).toMatch(/^More than 20 unexpected errors .* interrupted runs can be continued\.$/)
  expect(errors()).toHaveLength(21)
})

it('stops when it is told to', () => {
  const { events, stop } = guarded()
  stop()
  expect(events.listenerCount('uncaughtException') + events.listenerCount('unhandledRejection')).toBe(0)
})
