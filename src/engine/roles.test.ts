/** What a project's roles.json says, and what becomes of one that cannot be used. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testEngine } from './testing/engines'

async function opened() {
  const { engine, home } = testEngine()
  const folder = join(home, 'projects', 'p')
  mkdirSync(join(home, 'projects'), { recursive: true })
  await engine.openOrCreateFolder(folder, 'p')
  const get = async () =>
    (await engine.handle('roles.get', {})) as { value: { chosen: object; problem: string | null } }
  const put = (role: string, choice: unknown) => engine.handle('roles.put', { role, choice })
  return { folder, file: join(folder, 'roles.json'), get, put }
}

describe('roles of a project', () => {
  it('come back as they were said, one by one, and can be taken back', async () => {
    const { file, get, put } = await opened()
    expect((await get()).value).toEqual({ chosen: {}, problem: null })
    await put('valAccuracy', { tag: 'my/tag' })
    await put('epoch', { tag: null })
    expect((await get()).value).toEqual({ chosen: { valAccuracy: 'my/tag', epoch: null }, problem: null })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schemaVersion: 1,
      roles: { valAccuracy: 'my/tag', epoch: null }
    })
    expect(await put('valAccuracy', null)).toEqual({ ok: true, value: { chosen: { epoch: null } } })
    expect((await get()).value.chosen).toEqual({ epoch: null })
  })

  it('said from two windows at once are both there', async () => {
    const { get, put } = await opened()
    await Promise.all([put('valLoss', { tag: 'a' }), put('trainLoss', { tag: 'b' }), put('epoch', { tag: 'c' })])
    expect((await get()).value.chosen).toEqual({ valLoss: 'a', trainLoss: 'b', epoch: 'c' })
  })

  it.each([
    ['half', '{"schemaVersion":1,"ro', 'it is no valid JSON'],
    ['of another kind', '[1]', 'at its top level, '],
    ['with a role that nobody knows', '{"schemaVersion":1,"roles":{"mood":"x"}}', 'at "roles'],
    ['with a number for a tag', '{"schemaVersion":1,"roles":{"epoch":7}}', 'at "roles.epoch", '],
    ['newer', '{"schemaVersion":2,"roles":{}}', 'a newer Phasescope has written it'],
    ['too large', ' '.repeat(1_000_001), 'it is larger than 1 MB']
  ])('that are %s count for nothing, in words, and are kept beside what is said next', async (_name, text, why) => {
    const { folder, file, get, put } = await opened()
    writeFileSync(file, text)
    const { chosen, problem } = (await get()).value
    expect(chosen).toEqual({})
    expect(problem).toContain(`roles.json was not read, so names alone tell what series are for: ${why}`)
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(await put('valLoss', { tag: 'a' })).toEqual({ ok: true, value: { chosen: { valLoss: 'a' } } })
    const aside = readdirSync(folder).find((name) => /^roles-.*\.json$/.test(name))!
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(text)
    expect((await get()).value).toEqual({ chosen: { valLoss: 'a' }, problem: null })
  })

  it('that are a link or a folder are not followed', async () => {
    const { folder, file, get } = await opened()
    writeFileSync(join(folder, 'other.json'), '{"schemaVersion":1,"roles":{"epoch":"x"}}')
    symlinkSync(join(folder, 'other.json'), file)
    expect((await get()).value).toEqual({ chosen: {}, problem: expect.stringContaining('it is no file') })
  })

  it('are asked for in good form', async () => {
    const { put } = await opened()
    for (const [role, choice] of [
      ['mood', { tag: 'a' }],
      ['valLoss', 'a'],
      ['valLoss', { tag: '' }],
      ['valLoss', { tag: 'x'.repeat(10_001) }]
    ] as const)
      expect(await put(role, choice)).toMatchObject({ ok: false, error: { code: 'bad-request' } })
  })
})
