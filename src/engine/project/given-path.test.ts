import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProject } from '../../project/project-folder'
import { PathGrants } from '../grants'
import { GivenPaths, meaningOf } from './given-path'

let work: string
beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'phasescope-given-'))))
afterEach(() => rmSync(work, { recursive: true, force: true }))

function file(name: string, text = ''): string {
  const path = join(work, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('a path that somebody gives', () => {
  it('is a project, also from within it', async () => {
    const { folder } = await createProject(join(work, 'digits'), 'Digits')
    const inside = file('digits/runs/run-1/checkpoints/200/weights.safetensors')
    for (const path of [folder, join(folder, 'project.json'), join(folder, 'runs'), inside])
      expect(await meaningOf(path), path).toEqual({ kind: 'project', folder })
    // Not what merely lies beside one.
    expect(await meaningOf(file('notes.csv'))).toMatchObject({ kind: 'import' })
  })

  it('is a project that says itself what is wrong with it', async () => {
    const { folder } = await createProject(join(work, 'digits'), 'Digits')
    for (const content of ['{ "schemaVersion": 99 }', '{ half', '{}']) {
      writeFileSync(join(folder, 'project.json'), content)
      expect(await meaningOf(folder), content).toEqual({ kind: 'project', folder })
    }
  })

  it('is to be imported otherwise, whatever other programs call a project', async () => {
    file('site/project.json', '{ "name": "site", "targets": {} }')
    const log = file('site/logs/events.out.tfevents.1')
    expect(await meaningOf(log)).toEqual({ kind: 'import', path: log })
    expect(await meaningOf(join(work, 'site'))).toEqual({ kind: 'import', path: join(work, 'site') })
  })

  it('is refused in words where there is nothing to open', async () => {
    const missing = join(work, 'not', 'there')
    await expect(meaningOf(missing)).rejects.toThrow(`There is no file or folder ${missing}. Check the path.`)
    await expect(meaningOf(join(file('a.csv'), 'b'))).rejects.toThrow(/There is no file or folder .*a\.csv/)
    if (process.platform === 'win32') return
    const pipe = join(work, 'pipe')
    execFileSync('mkfifo', [pipe])
    await expect(meaningOf(pipe)).rejects.toThrow(`${pipe} is neither a file nor a folder`)
    await expect(meaningOf(`${work}\0`)).rejects.toThrow()
  })
})

describe('given paths', () => {
  it('wait until a page takes them, each once, by grants', async () => {
    const grants = new PathGrants()
    let told = 0
    const given = new GivenPaths(grants, () => (told += 1))
    await given.add([])
    expect([told, given.take()]).toEqual([0, []])

    const { folder } = await createProject(join(work, 'digits'), 'Digits')
    const { folder: second } = await createProject(join(work, 'letters'), 'Letters')
    const tables = [file('a.csv'), file('b.csv')]
    await given.add([tables[0], folder, join(work, 'missing'), tables[1], second, folder])
    expect(told).toBe(1)
    const taken = given.take()
    expect(taken).toMatchObject([
      { kind: 'problem', message: expect.stringContaining('missing') },
      { kind: 'project', label: basename(folder) },
      { kind: 'problem', message: `${second} was not opened: a window shows one project at a time.` },
      { kind: 'import', label: 'a.csv and 1 more' }
    ])
    const grantsOf = taken.flatMap((one) => ('grant' in one ? [grants.resolveAll(one.grant)] : []))
    expect(grantsOf).toEqual([[folder], tables])
    expect(JSON.stringify(taken.filter(({ kind }) => kind !== 'problem'))).not.toContain(work)
    expect(given.take()).toEqual([])
  })

  it('keep a window for the project that it has been given, until that is open or could not be opened', async () => {
    const grants = new PathGrants()
    const given = new GivenPaths(grants, () => undefined)
    const { folder } = await createProject(join(work, 'expected'), 'Expected')
    await given.add([folder])
    const [first] = given.take() as { grant: string }[]
    given.settled('another')
    expect(given.expected).toBe(folder)
    given.settled(first.grant)
    expect(given.expected).toBeNull()

    // The page has taken it and is gone; the one in its place asks again.
    await given.add([folder])
    given.take()
    expect(given.expected).toBe(folder)
    expect(given.take()).toEqual([])
    expect(given.expected).toBeNull()
    given.tell('There is no room.')
    expect(given.take()).toEqual([{ kind: 'problem', message: 'There is no room.' }])
  })
})
