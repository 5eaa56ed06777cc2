import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createProject } from './project-folder'
import { temporaryFolder, writeText } from './testing/folders'
import { emptyTrash, listTrash, moveToTrash, restoreFromTrash } from './trash'

describe('the trash of a project', () => {
  it('gives back what was removed, where it was, and never over something else', async () => {
    const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
    writeText(join(folder, 'runs', 'run-1-s0', 'run.json'), '{}')
    await moveToTrash(folder, 'runs/run-1-s0')
    const [one] = await listTrash(folder)
    expect(one).toMatchObject({ place: 'runs/run-1-s0' })
    expect(Math.abs(Date.now() - Date.parse(one.removedAt))).toBeLessThan(60_000)
    mkdirSync(join(folder, 'runs', 'run-1-s0'))
    await expect(restoreFromTrash(folder, one.name)).rejects.toThrow(/there is something of this name again/)
    renameSync(join(folder, 'runs', 'run-1-s0'), join(folder, 'runs', 'other'))
    expect(await restoreFromTrash(folder, one.name)).toBe('runs/run-1-s0')
    expect(existsSync(join(folder, 'runs', 'run-1-s0', 'run.json'))).toBe(true)
    expect(await listTrash(folder)).toEqual([])
    await expect(restoreFromTrash(folder, '../project.json')).rejects.toThrow(/There is no/)
  })

  it('forgets what is older than thirty days, and nothing that is not its own', async () => {
    const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
    const day = 24 * 60 * 60 * 1000
    writeText(join(folder, '.trash', `runs-a-${Date.now() - 31 * day}`, 'x'), '')
    writeText(join(folder, '.trash', `data-b-${Date.now() - 29 * day}`, 'x'), '')
    writeText(join(folder, '.trash', 'something of mine', 'x'), '')
    expect(await emptyTrash(folder)).toBe(1)
    expect(readdirSync(join(folder, '.trash'))).toHaveLength(2)
    expect(await emptyTrash(folder, 0)).toBe(1)
    expect(readdirSync(join(folder, '.trash'))).toEqual(['something of mine'])
  })
})
