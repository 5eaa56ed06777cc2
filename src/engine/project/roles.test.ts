/** What a project's roles.json says, and what becomes of one that cannot be used. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeFileVersion, encodeScalars, frameRecord } from '../../events'
import { nextEvent, testEngine } from '../testing/engines'

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

/** Runs of other programs: each with what its file holds, and values that only a person could name. */
function logs(folder: string): string {
  const scalars = { 'train/loss': 0.5, 'val/acc@1': 0.7, 'my/score': 0.25, 'other/score': Number.NaN }
  const runs: Record<string, Record<string, number>> = {
    one: scalars,
    two: { ...scalars, 'val/acc@1': 0.8 },
    'keras/validation': { epoch_loss: 0.125 }
  }
  for (const [name, values] of Object.entries(runs)) {
    mkdirSync(join(folder, name), { recursive: true })
    const events = [encodeFileVersion(1000), encodeScalars(1000, 3, values)].map(frameRecord)
    writeFileSync(join(folder, name, 'events.out.tfevents.1700000000.host'), Buffer.concat(events))
  }
  return folder
}

describe('the values that the run table shows', () => {
  async function imported(follow: boolean) {
    const { engine, home } = testEngine({ follow: true })
    const folder = join(home, 'project')
    await engine.openOrCreateFolder(folder, 'p')
    const paths = [logs(join(home, 'logs'))]
    await engine.imports.run(engine.project, { job: 'test-job', paths, stepColumns: {}, follow }, null)
    const last = () => Object.fromEntries(engine.project.listRuns().map((run) => [run.name, run.last]))
    return { engine, folder, last }
  }
  const told = (engine: Parameters<typeof nextEvent>[0], name: string, wanted: (last: object) => boolean) =>
    nextEvent(engine, 'runs.changed', ({ runs }) => runs.some((run) => run.name === name && wanted(run.last)))

  it.each([false, true])(
    'are those of what names tell, and of what is said, at once (followed: %s)',
    async (follow) => {
      const { engine, folder, last } = await imported(follow)
      const byName = {
        one: { 'loss/train': 0.5, 'accuracy/val': expect.closeTo(0.7, 5) },
        two: { 'loss/train': 0.5, 'accuracy/val': expect.closeTo(0.8, 5) },
        'keras/validation': { 'loss/val': 0.125 }
      }
      expect(last()).toEqual(byName)
      const [said, event] = [told(engine, 'two', (now) => 'accuracy/val' in now), nextEvent(engine, 'roles.changed')]
      await engine.call('roles.put', { role: 'valAccuracy', choice: { tag: 'my/score' } })
      await Promise.all([said, event])
      const [none] = [told(engine, 'two', (now) => !('loss/train' in now))]
      await engine.call('roles.put', { role: 'trainLoss', choice: { tag: null } })
      await none
      const bySaid = { ...byName, one: { 'accuracy/val': 0.25 }, two: { 'accuracy/val': 0.25 } }
      await expect.poll(last).toEqual(bySaid)

      // Another program finds the same, and one that is asked without looking at the project all the time.
      const other = testEngine().engine
      await other.openFolder(folder)
      const theirs = await other.runsByRoles()
      // What lies outside the folder of a stranger is not read; what nobody has said is known all the same.
      expect(theirs.map((run) => run.last)).toEqual(follow ? [{ 'loss/val': 0.125 }, {}, {}] : Object.values(last()))
      await other.call('project.close', { training: 'stop' })

      await engine.call('roles.put', { role: 'trainLoss', choice: null })
      await engine.call('roles.put', { role: 'valAccuracy', choice: { tag: 'other/score' } })
      await expect.poll(() => last().one).toEqual({ 'loss/train': 0.5, 'accuracy/val': 'NaN' })
      await engine.call('roles.put', { role: 'valAccuracy', choice: null })
      await expect.poll(last).toEqual(byName)
    }
  )

  it('are read as said when the project is opened again, and of runs that come later', async () => {
    const { engine, folder, last } = await imported(false)
    await engine.call('roles.put', { role: 'valLoss', choice: { tag: 'my/score' } })
    await engine.call('project.close', { training: 'stop' })
    await engine.openFolder(folder)
    await expect.poll(() => last().one, { timeout: 20_000 }).toMatchObject({ 'loss/val': 0.25 })
    const paths = [logs(join(folder, '..', 'more'))]
    await engine.imports.run(engine.project, { job: 'test-job', paths, stepColumns: {}, follow: false }, null)
    await expect.poll(() => engine.project.listRuns().filter((run) => run.last['loss/val'] === 0.25)).toHaveLength(4)
  })

  it('are told for tags that nobody has read, too', async () => {
    const { engine } = await imported(false)
    await engine.call('roles.put', { role: 'valLoss', choice: { tag: 'my/score' } })
    const runIds = engine.project.listRuns().map(({ id }) => id)
    expect(await engine.call('roles.told', { tags: ['my/score', 'val_loss', 'val/acc@1'], runIds })).toEqual({
      roles: { valLoss: 'my/score', valAccuracy: 'val/acc@1' }
    })
    const keras = engine.project.listRuns().filter(({ name }) => name === 'keras/validation')
    expect(await engine.call('roles.told', { tags: ['epoch_loss'], runIds: [keras[0].id] })).toEqual({
      roles: { valLoss: 'epoch_loss' }
    })
  })
})
