import { describe, expect, it } from 'vitest'
import { fromWireError, PhasescopeError, toWireError } from '../domain/errors'
import { events, isEventName } from './events'
import type { EventPayload } from './events'
import { isRequestName, requests } from './requests'
import type { ParsedParams, RequestName, RequestParams, RequestResult } from './requests'

const record = {
  metricsEvery: 1,
  metricsUnit: 'epoch',
  activationsEvery: 1,
  histogramMin: -1,
  histogramMax: 1,
  histogramBins: 8,
  checkpointEvery: 1
} as const
const start = {
  name: '  four seeds ',
  experiment: 'mnist',
  params: { epochs: 3, model: 'mlp', layerNorm: false },
  seeds: [0, 1],
  hooks: ['fc1'],
  record,
  backend: 'wasm'
}

describe('parameters of requests', () => {
  it('come in tidied', () => {
    const parsed = requests['training.start'].params.parse({ ...start, extra: 1 })
    expect(parsed).toMatchObject({ ...start, name: 'four seeds', data: null, network: null })
    expect(parsed).not.toHaveProperty('extra')
  })

  const refused: [RequestName, unknown, string][] = [
    ['training.start', { ...start, name: '   ' }, 'name'],
    ['training.start', { ...start, seeds: [] }, 'seeds'],
    ['training.start', { ...start, seeds: [0.5] }, 'seeds.0'],
    ['training.start', { ...start, seeds: Array(1001).fill(0) }, 'seeds'],
    ['training.start', { ...start, backend: 'gpu' }, 'backend'],
    ['training.start', { ...start, params: { epochs: null } }, 'params.epochs'],
    ['training.start', { ...start, params: { epochs: NaN } }, 'params.epochs'],
    ['training.start', { ...start, record: { ...record, histogramBins: 1e9 } }, 'record.histogramBins'],
    ['training.start', { ...start, record: { ...record, metricsEvery: 0 } }, 'record.metricsEvery'],
    ['training.control', { runIds: ['a'], action: 'explode' }, 'action'],
    ['runs.series', { runIds: ['a'], tags: ['x'], mostPoints: 1e9 }, 'mostPoints'],
    ['runs.heatmap', { runId: 'a', tag: 'x', mostColumns: 0 }, 'mostColumns'],
    ['paths.typed', { path: 'x'.repeat(5000) }, 'path'],
    ['analysis.choose', { id: 'a', states: 17 }, 'states'],
    ['app.info', { extra: 1 }, '']
  ]
  it.each(refused)('of %s are refused: %j', (name, params, place) => {
    const result = requests[name].params.safeParse(params)
    expect(result.success).toBe(false)
    expect(result.error!.issues[0].path.join('.')).toBe(place)
  })

  it('are known by their own names only', () => {
    for (const name of ['toString', '__proto__', 'constructor', '', null, 3, {}]) {
      expect(isRequestName(name)).toBe(false)
      expect(isEventName(name)).toBe(false)
    }
    expect(isRequestName('app.info')).toBe(true)
    expect(isEventName('runs.changed')).toBe(true)
  })
})

describe('answers', () => {
  it('with packed series must be packed', () => {
    const column = Float64Array.of(1, 2)
    const series = {
      runId: 'a',
      tag: 'loss/train',
      steps: column,
      epochs: column,
      values: column,
      axis: 'epoch',
      total: 2
    }
    expect(requests['runs.series'].result.safeParse([series]).success).toBe(true)
    expect(requests['runs.series'].result.safeParse([{ ...series, values: [1, 2] }]).success).toBe(false)
    expect(requests['runs.series'].result.safeParse([{ ...series, values: Float32Array.of(1, 2) }]).success).toBe(false)
  })

  it('of events are checked as well', () => {
    expect(events['runs.grew'].safeParse({ runId: 'a', step: 1 }).success).toBe(true)
    expect(events['runs.grew'].safeParse({ runId: 'a' }).success).toBe(false)
  })
})

describe('errors', () => {
  it('keep code and sentence on the way', () => {
    const error = new PhasescopeError('read-only', 'The disk is read-only.', 'EROFS')
    const back = fromWireError(toWireError(error))
    expect(back).toBeInstanceOf(PhasescopeError)
    expect([back.code, back.message, back.detail]).toEqual(['read-only', 'The disk is read-only.', 'EROFS'])
  })

  it('of other kinds are told apart', () => {
    const config = Object.assign(new Error('Epochs is 0.'), { name: 'ConfigError' })
    expect(toWireError(config)).toMatchObject({ code: 'invalid-config', message: 'Epochs is 0.' })
    expect(toWireError(new TypeError('x is undefined'))).toMatchObject({ code: 'internal', message: 'x is undefined' })
    expect(toWireError('thrown text')).toEqual({ code: 'internal', message: 'thrown text' })
  })
})

describe('actions that a page offers to menus', () => {
  const accepts = (actions: unknown): boolean => requests['actions.offer'].params.safeParse({ actions }).success
  const action = { id: 'import', title: 'Import', keys: 'Mod+Shift+I', on: false }

  it('are few, with names, words and keys and nothing else', () => {
    for (const keys of [null, '?', 'Mod+,', 'Alt+ArrowUp']) expect(accepts([{ ...action, keys }]), `${keys}`).toBe(true)
    for (const keys of ['', 'Mod+', 'Mod I', 'I+Mod', 'x'.repeat(50), 7])
      expect(accepts([{ ...action, keys }]), `${keys}`).toBe(false)
    for (const wrong of [{ ...action, id: '' }, { ...action, on: 'yes' }, { ...action, title: 'x'.repeat(501) }, null])
      expect(accepts([wrong]), JSON.stringify(wrong)).toBe(false)
    expect(accepts(Array.from({ length: 500 }, () => action))).toBe(true)
    expect(accepts(Array.from({ length: 501 }, () => action))).toBe(false)
  })
})

/** Never called: that it compiles, with these errors and no others, is the test (npm run typecheck). */
export function wrongPayloadsDoNotCompile(): void {
  const request = <N extends RequestName>(_name: N, _params: RequestParams<N>): RequestResult<N> => undefined as never
  request('app.info', {})
  request('runs.series', { runIds: ['a'], tags: ['b'], mostPoints: 3 })[0].values.subarray(0, 1)
  // @ts-expect-error there is no such request
  request('app.inof', {})
  // @ts-expect-error a parameter is missing
  request('runs.series', { runIds: ['a'], tags: ['b'] })
  // @ts-expect-error an action that does not exist
  request('training.control', { runIds: ['a'], action: 'explode' })
  // @ts-expect-error the answer is packed and no list of numbers
  request('runs.series', { runIds: [], tags: [], mostPoints: 2 })[0].values.push(1)
  const grew: EventPayload<'runs.grew'> = { runId: 'a', step: 1 }
  // @ts-expect-error the payload of another event
  const changed: EventPayload<'analysis.changed'> = grew
  // @ts-expect-error a backend that does not exist
  const backend: ParsedParams<'training.start'>['backend'] = 'gpu'
  void [changed, backend]
}
