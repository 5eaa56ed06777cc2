import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { saveCheckpoint } from './checkpoints'
import { makeFolder, readJson, readWhole, removeTree, writeFileAtomic, writeJson } from './files'
import { findLogRuns } from './log-folder'
import { confine, guard, guardSync, placeIn } from './places'
import { createProject, listRuns } from './project-folder'
import { RunReader } from './run-reader'
import { temporaryFolder, writeText } from './testing/folders'
import { moveToTrash } from './trash'

afterEach(() => confine([]))

describe('a place in a folder', () => {
  it('is made of names, with any separator between their parts', () => {
    expect(placeIn('/p', 'runs', 'a')).toBe(join('/p', 'runs', 'a'))
    expect(placeIn('/p', 'a/b')).toBe(join('/p', 'a', 'b'))
    expect(placeIn('/p', '.')).toBe('/p')
    expect(placeIn('/p', 'a..b', '..c', 'd..')).toBe(join('/p', 'a..b', '..c', 'd..'))
  })

  const bad = ['..', '../x', 'a/../../x', 'a\\..\\..\\x', '/etc/passwd', '\\\\host\\share', '\\x', '', 'a\0b', '..\\x']
  it.each(bad)('is never outside of it: %j', (name) => {
    expect(() => placeIn('/p', name)).toThrow(/is no place inside/)
    expect(() => placeIn('/p', 'runs', name)).toThrow(/is no place inside/)
  })
})

/** A project with links to a folder outside of it, in every place where a project has folders. */
function trap(): { project: string; outside: string } {
  const home = temporaryFolder()
  const [project, outside] = [join(home, 'project'), join(home, 'outside')]
  mkdirSync(join(outside, '3'), { recursive: true })
  writeText(join(outside, 'secret.json'), '{"secret": true}')
  writeText(join(outside, '3', 'precious'), 'precious')
  mkdirSync(join(project, 'runs', 'a'), { recursive: true })
  for (const place of ['runs/a/checkpoints', '.trash', 'exports', 'data', 'analyses', 'reports']) {
    symlinkSync(outside, join(project, place))
  }
  symlinkSync(join(outside, 'secret.json'), join(project, 'runs', 'a', 'run.json'))
  return { project, outside }
}

describe('in a project that nobody has trusted', () => {
  it('no link is read, written, followed or deleted', async () => {
    const { project, outside } = trap()
    confine([project])
    const untrusted = { code: 'untrusted' }
    const run = join(project, 'runs', 'a')
    await expect(readJson(join(run, 'run.json'))).rejects.toMatchObject(untrusted)
    await expect(makeFolder(join(project, 'exports', 'x'))).rejects.toMatchObject(untrusted)
    await expect(writeJson(join(project, 'exports', 'x.json'), {})).rejects.toMatchObject(untrusted)
    await expect(writeFileAtomic(join(run, 'run.json'), '')).rejects.toMatchObject(untrusted)
    await expect(removeTree(join(run, 'checkpoints', '3'))).rejects.toMatchObject(untrusted)
    await expect(moveToTrash(project, 'runs/a')).rejects.toMatchObject(untrusted)
    const state = { step: 4, epoch: 1, final: false, weights: [], optimizer: [], progress: {} }
    await expect(saveCheckpoint(run, state)).rejects.toMatchObject(untrusted)
    expect(() => guardSync(join(project, 'data', 'x'))).toThrow(/links are not followed/)
    expect((await listRuns(project)).problems[0].message).toMatch(/links are not followed/)
    expect(readFileSync(join(outside, '3', 'precious'), 'utf8')).toBe('precious')
    expect(execFileSync('ls', [outside]).toString().trim().split('\n')).toEqual(['3', 'secret.json'])
  })

  it('event files and log folders that are links are not read', async () => {
    const home = temporaryFolder()
    const project = join(home, 'p')
    writeText(join(home, 'elsewhere', 'events.out.tfevents.1'), '')
    mkdirSync(join(project, 'runs', 'a'), { recursive: true })
    symlinkSync(join(home, 'elsewhere', 'events.out.tfevents.1'), join(project, 'runs', 'a', 'events.out.tfevents.1'))
    symlinkSync(join(home, 'elsewhere'), join(project, 'runs', 'b'))
    expect((await findLogRuns(project)).map(({ name }) => name).sort()).toEqual(['runs/a', 'runs/b'])
    confine([project])
    expect(await findLogRuns(project)).toEqual([])
    expect(() => new RunReader(join(project, 'runs', 'a')).refresh()).toThrow(/is a link/)
    expect(() => new RunReader(join(project, 'runs', 'b')).refresh()).toThrow(/is a link/)
  })

  it('what is really there works as ever, and so does a link above the project', async () => {
    const home = temporaryFolder()
    await createProject(join(home, 'real'), 'x')
    symlinkSync(join(home, 'real'), join(home, 'by-link'))
    const project = join(home, 'by-link')
    confine([project])
    await writeJson(join(project, 'runs', 'x.json'), { a: 1 })
    expect(await readJson(join(project, 'runs', 'x.json'))).toEqual({ a: 1 })
    await expect(guard(join(home, 'anything'))).resolves.toBeUndefined()
  })
})

describe('files that are none', () => {
  it('are refused before they are opened', async () => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'pipe.json')])
    symlinkSync('/dev/zero', join(folder, 'zero.json'))
    for (const name of ['pipe.json', 'zero.json']) {
      await expect(readJson(join(folder, name))).rejects.toThrow(/no ordinary file \(a pipe or a device\)/)
    }
    await expect(readJson(folder)).rejects.toThrow(/could not be read: it is a folder/)
    writeFileSync(join(folder, 'large'), new Uint8Array(3 * 2 ** 20))
    await expect(readWhole(join(folder, 'large'), 2 ** 20)).rejects.toThrow(/has 3 MB; at most 1 MB are read/)
  })
})
