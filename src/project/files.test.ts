import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder, readableJson, readJson, writeFileAtomic, writeJson } from './files'
import { temporaryFolder, withReadOnly } from './testing/folders'

describe('atomic writes', () => {
  it('replace the whole content and leave nothing else behind', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.json')
    await writeJson(path, { long: 'x'.repeat(10_000) })
    await writeJson(path, { short: 1 })
    expect(await readJson(path)).toEqual({ short: 1 })
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('keep the old content when they fail, name the file, and leave no temporary file', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.json')
    writeFileSync(path, 'old')
    const write = withReadOnly(folder, () => writeFileAtomic(path, 'new'))
    await expect(write).rejects.toMatchObject({ code: 'read-only', message: expect.stringContaining(path) as string })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('remove the temporary file when the last step, the rename, fails', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'taken', 'inside'), { recursive: true })
    await expect(writeFileAtomic(join(folder, 'taken'), 'new')).rejects.toThrow(/taken could not be written/)
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  it('let many writers of one file end with one of their contents, whole', async () => {
    const path = join(temporaryFolder(), 'a.json')
    const versions = Array.from({ length: 20 }, (_, i) => ({ i, filling: String(i).repeat(5000) }))
    await Promise.all(versions.map((version) => writeJson(path, version)))
    expect(versions).toContainEqual(await readJson(path))
  })
})

describe('reading JSON', () => {
  it('says which file is missing and which is damaged', async () => {
    const folder = temporaryFolder()
    await expect(readJson(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'not-found',
      message: `${join(folder, 'none.json')} could not be read: it does not exist.`
    })
    writeFileSync(join(folder, 'half.json'), '{"a": 1')
    await expect(readJson(join(folder, 'half.json'))).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(
        /half\.json is not valid JSON .*Restore it from a backup or remove it\.$/
      ) as string
    })
  })
})

describe('making folders', () => {
  it('makes the missing parents, also when several ask at once, and accepts what exists', async () => {
    const deep = join(temporaryFolder(), 'a', 'b', 'c')
    await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(deep, 'd'))])
    await makeFolder(deep)
    expect(readdirSync(deep)).toEqual(['d'])
  })

  it('says that a file is in the way', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow(
      'there is a file of this name. Choose another folder.'
    )
    await expect(makeFolder(join(folder, 'file', 'x'))).rejects.toThrow('a part of this path is a file.')
  })

  it.runIf(process.platform === 'linux')('gives up where the system takes no folders', async () => {
    await expect(makeFolder('/proc/phasescope/x')).rejects.toThrow('/proc/phasescope/x could not be created')
  })
})

describe('readable JSON', () => {
  it('keeps lists of numbers on one line and says the same as JSON.stringify', () => {
    const value = {
      name: 'a "b"',
      none: null,
      gone: undefined,
      empty: {},
      path: [0, 0, 1, Number.NaN],
      rows: [
        [1, 2],
        [3, 4]
      ],
      list: [{ a: 1 }, 'x', []]
    }
    expect(JSON.parse(readableJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    expect(readableJson(value).split('\n')).toContain(' "path": [0,0,1,null],')
    expect(readableJson([])).toBe('[]')
  })
})
