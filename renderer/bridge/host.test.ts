import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reply } from '../../src/contract/wire'
import { connectHost, onEvent, request } from './host'
import type { RawHost } from './host'

/** A host that answers from a list and lets the test push events. */
function scriptedHost(answers: Reply[]): {
  raw: RawHost
  asked: unknown[][]
  push: (name: string, payload: unknown) => void
} {
  const asked: unknown[][] = []
  let listener: (name: string, payload: unknown) => void = () => undefined
  return {
    raw: {
      request: (name, params) => {
        asked.push([name, params])
        return Promise.resolve(answers.shift()!)
      },
      onEvent: (given) => (listener = given)
    },
    asked,
    push: (name, payload) => listener(name, payload)
  }
}

describe('the bridge', () => {
  beforeEach(() => void vi.restoreAllMocks())

  it('hands a request on and its checked answer back', async () => {
    const host = scriptedHost([{ ok: true, value: { runIds: ['a'] } }])
    connectHost(host.raw)
    const params = {
      name: 'n',
      experiment: 'mnist',
      params: {},
      seeds: [0],
      hooks: [],
      record: {
        metricsEvery: 1,
        metricsUnit: 'epoch' as const,
        activationsEvery: 1,
        histogramMin: 0,
        histogramMax: 1,
        histogramBins: 4,
        checkpointEvery: 1
      },
      backend: 'wasm' as const
    }
    expect(await request('training.start', params)).toEqual({ runIds: ['a'] })
    expect(host.asked).toEqual([['training.start', params]])
  })

  it("throws the host's own sentence", async () => {
    connectHost(scriptedHost([{ ok: false, error: { code: 'no-project', message: 'No project is open.' } }]).raw)
    await expect(request('runs.list', {})).rejects.toMatchObject({ code: 'no-project', message: 'No project is open.' })
  })

  it('refuses an answer that is not what the contract says', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    connectHost(scriptedHost([{ ok: true, value: { runIds: [3] } }]).raw)
    await expect(request('training.start', {} as never)).rejects.toThrow('could not be read')
    expect(log).toHaveBeenCalledOnce()
  })

  it('passes on events that are well formed and no others', () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const host = scriptedHost([])
    connectHost(host.raw)
    const seen: unknown[] = []
    const stop = onEvent('runs.grew', (payload) => seen.push(payload))
    host.push('runs.grew', { runId: 'a', step: 3 })
    host.push('runs.grew', { runId: 'a', step: 'three' })
    host.push('something.else', {})
    expect(seen).toEqual([{ runId: 'a', step: 3 }])
    expect(log).toHaveBeenCalledOnce()
    stop()
    host.push('runs.grew', { runId: 'a', step: 4 })
    expect(seen).toHaveLength(1)
  })

  it('does not compile with a wrong payload', () => {
    const wrong = (): void => {
      // @ts-expect-error a run id is a string
      void request('runs.remove', { runIds: [1] })
      // @ts-expect-error there is no such request
      void request('runs.explode', {})
      // @ts-expect-error there is no such action
      void request('training.control', { runIds: ['a'], action: 'stop' })
    }
    expect(wrong).toBeTypeOf('function')
  })
})
