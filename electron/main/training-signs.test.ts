/** What the system is told of trainings: windows and engines here are only what speaks and listens. */
import { expect, it } from 'vitest'
import type { EventName, EventPayload } from '../../src/contract/events'
import type { ProjectActivity } from '../../src/domain/project'
import type { Reading } from '../../src/domain/reading'
import { TrainingSigns, type WatchedWindow } from './training-signs'

/** A system that writes down what it is told. */
function system() {
  const told: string[] = []
  const clicks: (() => void)[] = []
  const signs = new TrainingSigns({
    notify(title, body, clicked) {
      told.push(`${title} | ${body}`)
      clicks.push(clicked)
    },
    stayAwake: () => told.push('awake'),
    rest: (id) => void told.push(`rest ${id}`)
  })
  return { told, clicks, signs }
}

class FakeWindow implements WatchedWindow {
  isOpen = true
  focused = false
  activity: Partial<ProjectActivity>[] = []
  readonly bar: number[] = []
  readonly fronted: string[] = []
  private readonly listeners = new Map<EventName, (payload: never) => void>()
  private closed: () => void = () => undefined

  readonly window = {
    isFocused: () => this.focused,
    show: () => void this.fronted.push('show'),
    focus: () => void this.fronted.push('focus'),
    setProgressBar: (share: number) => void this.bar.push(share),
    once: (_event: 'closed', listener: () => void) => (this.closed = listener)
  }
  readonly engine = {
    on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => {
      this.listeners.set(name, listener as (payload: never) => void)
      return () => undefined
    },
    activity: () => this.activity as ProjectActivity[]
  }

  say<N extends EventName>(name: N, payload: EventPayload<N>): void {
    this.listeners.get(name)!(payload as never)
  }
  trains(...activity: Partial<ProjectActivity>[]): void {
    this.activity = activity
    this.say('training.activity', activity as never)
  }
  close(): void {
    this.isOpen = false
    this.closed()
  }
}

const reading: Reading = {
  rule: 'plateau',
  severity: 'warning',
  hooks: [],
  since: 10,
  text: 'loss/val was best at step 10.',
  remedy: '',
  change: null,
  evidence: []
}

it('alerts are told while the window is not looked at, and bring it to the front', () => {
  const { told, clicks, signs } = system()
  const made = new FakeWindow()
  signs.watch(made)
  made.say('diagnosis.found', { runId: 'r', name: 'run 1', reading })
  made.say('analysis.entered', {
    runId: 'r',
    name: 'run\u202e 1',
    analysisId: 'a',
    text: 'entered S2 (Slow) at step 1,200'
  })
  expect(told).toEqual([
    'No longer improving | run 1: loss/val was best at step 10.',
    'A state is entered | run\\u202e 1: entered S2 (Slow) at step 1,200'
  ])
  clicks[0]()
  expect(made.fronted).toEqual(['show', 'focus'])
  made.focused = true
  made.say('diagnosis.found', { runId: 'r', name: 'run 1', reading })
  made.focused = false
  made.close()
  made.say('analysis.entered', { runId: 'r', name: 'run 1', analysisId: 'a', text: 'entered S1' })
  clicks[0]()
  expect([told.length, made.fronted.length]).toEqual([2, 2])
})

it('a long text is cut', () => {
  const { told, signs } = system()
  const made = new FakeWindow()
  signs.watch(made)
  made.say('diagnosis.found', { runId: 'r', name: 'x'.repeat(5000), reading })
  expect(told[0].length).toBe('No longer improving | '.length + 200)
})

it('progress is the share of all steps, and the machine stays awake until the last window rests', () => {
  const { told, signs } = system()
  const [one, two] = [new FakeWindow(), new FakeWindow()]
  signs.watch(one)
  signs.watch(two)
  one.trains({ running: 1, steps: 10, totalSteps: 100 }, { running: 2, steps: 40, totalSteps: 100 }, { running: 0, steps: 0, totalSteps: 800 }) // prettier-ignore
  one.trains({ running: 1, steps: 0, totalSteps: 0 })
  two.trains({ running: 1, steps: 50, totalSteps: 100 })
  // 2: the bar moves without saying how far.
  expect([one.bar, two.bar]).toEqual([[0.25, 2], [0.5]])
  expect(told).toEqual(['awake'])
  one.trains({ running: 0, steps: 100, totalSteps: 100 })
  expect([one.bar.at(-1), told]).toEqual([-1, ['awake']])
  two.close()
  expect(told).toEqual(['awake', 'rest 1'])
  // What ends when nothing is kept awake ends nothing.
  two.trains({ running: 1, steps: 1, totalSteps: 2 })
  one.trains()
  expect(told).toEqual(['awake', 'rest 1'])
})
