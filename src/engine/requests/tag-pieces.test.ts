import { setMaxListeners } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PhasescopeError } from '../../domain/errors'
import { EventFileWriter } from '../../project/event-file-writer'
import { temporaryFolder } from '../../project/testing/folders'
import { recordedTagsOf } from '../../recordings/recorded-tags'
import type { RunSource } from '../../recordings/run-source'
import type { ComputeTasks } from '../../threads/messages'
import { tagsOf } from './tag-pieces'
import type { TaskPool } from '../task-pool'

type RecordedTags = ComputeTasks['recordedTags']

/** Answers at once, the pieces in the order of a worker that takes the last one first. */
function readsHere(asked: RecordedTags['in'][] = []): TaskPool {
  const run = async (_name: string, input: RecordedTags['in']): Promise<RecordedTags['out']> => {
    asked.push(input)
    await new Promise((resolve) => setTimeout(resolve, 3 - (asked.length % 3)))
    return recordedTagsOf(input.runs, input.index)
  }
  return { run } as unknown as TaskPool
}

function manyRuns(count: number): { project: string; runs: RunSource[] } {
  const project = temporaryFolder()
  const runs = Array.from({ length: count }, (_, i) => {
    const folder = join(project, 'runs', `r${i}`)
    // One of them is gone.
    if (i !== 11) {
      mkdirSync(folder, { recursive: true })
      const writer = new EventFileWriter(folder)
      const tags = { 'loss/train': 1, [`own/${(7 * i) % 5}`]: 1, ...(i > 40 ? { late: 2 } : {}) }
      for (let step = 0; step <= i % 3; step++) writer.scalars(step, tags, step)
      if (i % 9 === 0) writer.scalars(0, tags, 9)
      writer.close()
    }
    return { runId: `r${i}`, folder, place: null, label: `r${i}`, seed: i }
  })
  return { project, runs }
}

describe('tags of many runs', () => {
  it('are those of one reading after the other, in its order', async () => {
    const { project, runs } = manyRuns(90)
    const wanted = recordedTagsOf(runs)
    expect(wanted.problems).toHaveLength(1)
    expect(wanted.restarted.length).toBeGreaterThan(5)
    const asked: RecordedTags['in'][] = []
    expect(await tagsOf(readsHere(asked), project, runs)).toEqual(wanted)
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.flatMap((one) => one.runs)).toHaveLength(90)
    // The second time from the index.
    expect(await tagsOf(readsHere(), project, runs)).toEqual(wanted)
    expect(await tagsOf(readsHere(), project, [...runs].reverse())).toEqual(recordedTagsOf([...runs].reverse()))
    expect(readdirSync(join(project, '.cache', 'tags')).length).toBe(asked.length)
  })

  it('of a few are read at once, without an index', async () => {
    const { project, runs } = manyRuns(10)
    const asked: RecordedTags['in'][] = []
    expect(await tagsOf(readsHere(asked), project, runs)).toEqual(recordedTagsOf(runs))
    expect(asked).toMatchObject([{ index: null }])
    expect(readdirSync(project)).toEqual(['runs'])
  })

  it('are not read further when one piece fails', async () => {
    const { project, runs } = manyRuns(60)
    let ended = 0
    const run = (_name: string, input: RecordedTags['in'], signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        setMaxListeners(0, signal)
        if (input.runs.some(({ runId }) => runId === 'r30')) reject(new PhasescopeError('worker-died', 'Gone.'))
        else signal.addEventListener('abort', () => (ended++, reject(new Error('ended'))))
      })
    await expect(tagsOf({ run } as unknown as TaskPool, project, runs)).rejects.toThrow('Gone.')
    expect(ended).toBeGreaterThan(20)
  })
})
