import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { changeFile, changeRun } from './changes'
import { claimsAfter } from './claims'
import { readRunManifest, type RunManifest } from './manifests'
import { markOf } from './processes'
import { createProject } from './project-folder'
import { readRunQueue, writeRunQueue } from './run-queue'
import { runManifest, temporaryFolder, writeText } from './testing/folders'

async function projectWithRun(): Promise<{ folder: string; path: string; base: RunManifest }> {
  const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
  const path = join(folder, 'runs', 'a', 'run.json')
  writeText(path, JSON.stringify(runManifest('a', { tags: ['old'] })))
  return { folder, path, base: await readRunManifest(path) }
}

describe('changes of a run by two programs', () => {
  it('of different fields come together', async () => {
    const { folder, path, base } = await projectWithRun()
    const change = (wanted: Partial<RunManifest>, trains = false): ReturnType<typeof changeRun> =>
      changeRun(folder, markOf(), { base, wanted: { ...base, ...wanted }, trains })
    const results = await Promise.all([
      change({ notes: 'mine' }),
      change({ name: 'theirs' }),
      change({ step: 9 }, true)
    ])
    expect(results.flatMap(({ conflicts }) => conflicts)).toEqual([])
    expect(await readRunManifest(path)).toMatchObject({ notes: 'mine', name: 'theirs', step: 9, revision: 3 })
  })

  it('of the same field: the first stays, the second is told, and so is who follows the folder', async () => {
    const { folder, path, base } = await projectWithRun()
    const first = { base, wanted: { ...base, notes: 'first' }, trains: false }
    const second = { base, wanted: { ...base, notes: 'second', name: 'new' }, trains: false }
    expect((await changeRun(folder, markOf(), first)).conflicts).toEqual([])
    const { run, conflicts } = await changeRun(folder, markOf(), second)
    expect(conflicts).toEqual(['notes'])
    expect(run).toMatchObject({ notes: 'first', name: 'new' })
    expect((await readRunManifest(path)).notes).toBe('first')
    const said = (await claimsAfter(join(folder, '.locks'), 'change', 0))!.flatMap((claim) => claim.said)
    expect(said).toContain('conflict runs/a notes')
  })

  it('of tags are added up, and what either takes away is gone', async () => {
    const { folder, base } = await projectWithRun()
    await changeRun(folder, markOf(), { base, wanted: { ...base, tags: ['old', 'x'] }, trains: false })
    const wanted = { ...base, tags: ['y'] }
    expect((await changeRun(folder, markOf(), { base, wanted, trains: false })).run.tags).toEqual(['x', 'y'])
  })

  it('what a training says about itself is its own; others see it as it is', async () => {
    const { folder, base } = await projectWithRun()
    await changeRun(folder, markOf(), { base, wanted: { ...base, step: 7, status: 'running' }, trains: true })
    const wanted: RunManifest = { ...base, step: 1, status: 'interrupted' }
    const { run } = await changeRun(folder, markOf(), { base, wanted, trains: false })
    expect(run).toMatchObject({ step: 7, status: 'running' })
  })

  it('a run that somebody has removed stays removed', async () => {
    const { folder, base } = await projectWithRun()
    rmSync(join(folder, 'runs', 'a'), { recursive: true })
    const wanted = { ...base, notes: 'late' }
    await expect(changeRun(folder, markOf(), { base, wanted, trains: false })).rejects.toThrow(
      /a has been removed by another program/
    )
    expect(() => readFileSync(join(folder, 'runs', 'a', 'run.json'))).toThrow()
  })
})

describe('small files of a project', () => {
  it('keep what each of many programs has put into the queue', async () => {
    const { folder } = await projectWithRun()
    const programs = Array.from({ length: 8 }, (_, i) => [`${i}-a`, `${i}-b`])
    await Promise.all(programs.map((runs) => writeRunQueue(folder, markOf(), runs, [])))
    expect((await readRunQueue(folder)).sort()).toEqual(programs.flat().sort())
    await writeRunQueue(folder, markOf(), ['0-b'], ['0-a', '0-b'])
    expect(await readRunQueue(folder)).not.toContain('0-a')
    expect(await readRunQueue(folder)).toHaveLength(15)
  })

  it('count their revisions, are not written when nothing changes, and replace what is damaged', async () => {
    const { folder } = await projectWithRun()
    const path = join(folder, 'x.json')
    await changeFile(folder, markOf(), 'x.json', () => ({ a: 1 }))
    await changeFile(folder, markOf(), 'x.json', (there) => ({ ...(there as object) }))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: 1, revision: 1 })
    writeFileSync(path, '{')
    await changeFile(folder, markOf(), 'x.json', (there) => ({ was: there }))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ was: null, revision: 1 })
  })
})
