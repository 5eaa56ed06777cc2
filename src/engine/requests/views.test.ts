/** What a project brings of its views, and what requests may cost: limits, in sentences. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mostIds } from '../../domain/ids'
import { mostViews } from '../../domain/views'
import { testEngine } from '../testing/engines'

async function opened() {
  const { engine, home } = testEngine()
  const folder = join(home, 'projects', 'p')
  mkdirSync(join(home, 'projects'), { recursive: true })
  await engine.openOrCreateFolder(folder, 'p')
  const views = join(folder, 'views.json')
  const get = () => engine.handle('views.get', {})
  const put = (value: unknown) => engine.handle('views.put', { value })
  return { engine, folder, views, get, put }
}

describe('views of a project', () => {
  it('come back as they were kept', async () => {
    const { get, put } = await opened()
    expect(await get()).toEqual({ ok: true, value: { value: null, problem: null } })
    const value = JSON.stringify({ version: 1, runs: { search: '[[[[{{{{' } })
    expect(await put(value)).toEqual({ ok: true, value: { value } })
    expect(await get()).toEqual({ ok: true, value: { value, problem: null } })
  })

  it.each([
    ['too large', JSON.stringify({ x: 'a'.repeat(mostViews) }), 'it is larger than 1 MB'],
    ['much too large', JSON.stringify({ x: 'a'.repeat(mostViews * 5) }), 'it is larger than 1 MB'],
    ['too deep', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'it is nested more than 32 deep'],
    ['no object', '[1]', 'it is no JSON object'],
    ['half', '{"version":1,"ru', 'it is no valid JSON']
  ])('that are %s are set aside in words, once, and are refused as a request', async (_name, text, problem) => {
    const { folder, views, get, put } = await opened()
    writeFileSync(views, text)
    const answer = (await get()) as { value: { value: unknown; problem: string } }
    const aside = readdirSync(folder).find((name) => /^views-.*\.json$/.test(name))!
    expect(answer.value).toEqual({
      value: null,
      problem: `What the views of this project remember was not read: ${problem}. It lies beside the project as ${aside} now.`
    })
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(text)
    expect(await get()).toEqual({ ok: true, value: { value: null, problem: null } })
    expect(await put(text)).toMatchObject({
      ok: false,
      error: { message: `The request views.put is not well formed at "value": ${problem}.` }
    })
  })

  it('that are a link or a folder are not followed', async () => {
    const { folder, views, get } = await opened()
    writeFileSync(join(folder, 'other.json'), '{"version":1}')
    symlinkSync(join(folder, 'other.json'), views)
    expect(await get()).toMatchObject({
      ok: true,
      value: { value: null, problem: expect.stringMatching(/it is no file/) }
    })
  })
})

describe('what a request may ask for', () => {
  it('has limits on how many and how long, and names each run once', async () => {
    const { engine } = await opened()
    const runIds = Array.from({ length: mostIds + 1 }, (_, i) => `run-${i}`)
    const query = { tag: 'loss/train', x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 10 }
    expect(await engine.handle('recordings.scalars', { ...query, runIds })).toMatchObject({
      ok: false,
      error: { code: 'bad-request', message: expect.stringMatching(/at "runIds": .*10000/) }
    })
    expect(await engine.handle('recordings.scalars', { ...query, runIds: [], tag: 'x'.repeat(10_001) })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' }
    })
    // The same unknown run ten thousand times is one unknown run.
    const same = Array.from({ length: mostIds }, () => 'nobody')
    expect(await engine.handle('recordings.tags', { runIds: same })).toMatchObject({
      ok: false,
      error: { code: 'not-found' }
    })
  })

  it('ends with whoever has asked', async () => {
    const { engine } = await opened()
    const gone = new AbortController()
    const query = { runIds: [], tag: 'loss/train', x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 10 }
    const answer = engine.handle('recordings.scalars', query, gone.signal)
    gone.abort()
    expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(await engine.handle('recordings.scalars', query)).toMatchObject({ ok: true })
  })
})
