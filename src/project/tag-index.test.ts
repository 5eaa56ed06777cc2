import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { recordedTagsOf } from '../recordings/recorded-tags'
import type { RunSource } from '../recordings/run-source'
import { EventFileWriter } from './event-file-writer'
import { confine } from './places'
import { tagIndexFile } from './tag-index'
import { temporaryFolder } from './testing/folders'

afterEach(() => confine([]))

function manyRuns(count: number): { project: string; index: string; runs: RunSource[] } {
  const project = temporaryFolder()
  const runs = Array.from({ length: count }, (_, i) => {
    const folder = join(project, 'runs', `r${i}`)
    mkdirSync(folder, { recursive: true })
    const writer = new EventFileWriter(folder)
    for (let step = 0; step <= i % 3; step++) writer.scalars(step, { 'loss/train': step, [`own/${i % 2}`]: 1 }, step)
    writer.close()
    return { runId: `r${i}`, folder, place: null, label: `r${i}`, seed: i }
  })
  return { project, index: tagIndexFile(project, 7), runs }
}

describe('the index of tags', () => {
  it('answers as the files do, and is made anew whatever becomes of it', () => {
    const { index, runs } = manyRuns(60)
    const wanted = recordedTagsOf(runs)
    expect(recordedTagsOf(runs, index)).toEqual(wanted)
    expect(JSON.parse(readFileSync(index, 'utf8'))).toMatchObject({ sets: { length: 2 } })
    expect(recordedTagsOf(runs, index)).toEqual(wanted)
    for (const damaged of ['', '{', '[]', '{"schemaVersion": 1, "sets": [], "runs": {"r1": {"set": 7}}}']) {
      writeFileSync(index, damaged)
      expect(recordedTagsOf(runs, index)).toEqual(wanted)
    }
  })

  it('is not believed over the files', () => {
    const { index, runs } = manyRuns(60)
    recordedTagsOf(runs, index)
    const lie = JSON.parse(readFileSync(index, 'utf8')) as { sets: { tag: string }[][] }
    for (const set of lie.sets) for (const one of set) one.tag = `${one.tag}, from the index`
    writeFileSync(index, JSON.stringify(lie))
    const [tag] = recordedTagsOf(runs, index).tags
    // As long as nothing has changed, the index is what is read: this is what it is for.
    expect(tag.tag).toMatch(/from the index/)
    const writer = new EventFileWriter(runs[0].folder)
    writer.scalars(9, { fresh: 1 }, 9)
    writer.close()
    const after = recordedTagsOf([runs[0], ...runs.slice(1)], index).tags.map((one) => one.tag)
    expect(after).toContain('fresh')
    expect(after).toContain('loss/train')
  })

  it('of a project that nobody trusts is neither read nor written', () => {
    const { project, index, runs } = manyRuns(60)
    const wanted = recordedTagsOf(runs)
    mkdirSync(join(project, '.cache', 'tags'), { recursive: true })
    writeFileSync(index, '{"schemaVersion": 1, "sets": [[]], "runs": {}}')
    confine([project])
    expect(recordedTagsOf(runs, index)).toEqual(wanted)
    expect(readFileSync(index, 'utf8')).toBe('{"schemaVersion": 1, "sets": [[]], "runs": {}}')
    expect(readdirSync(join(project, '.cache', 'tags'))).toEqual(['7.json'])
  })
})
