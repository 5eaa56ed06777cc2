// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import type { RunInfo } from '../../../src/domain/run'
import { connectHost } from '../../bridge/host'
import { useProject } from '../../state/project'
import { useUndo } from '../../state/undo'
import { annotate, remove } from './run-changes'

let asked: [string, unknown][]
let trash: { name: string; place: string; removedAt: string }[]
beforeEach(() => {
  setActivePinia(createPinia())
  asked = []
  trash = []
  connectHost({
    request: async (name, params) => {
      asked.push([name, params])
      return { ok: true, value: name === 'trash.list' ? trash : {} }
    },
    onEvent: () => undefined
  })
})
const run = (id: string, change: Partial<RunInfo> = {}) => ({ id, name: id, notes: '', tags: [], ...change }) as RunInfo

it('only what changes is asked for, and taken back to what each run had', async () => {
  const runs = [run('a', { tags: ['x'] }), run('b', { starred: true }), run('c', { tags: ['y'], starred: true })]
  await annotate('Edited', runs, (one) => ({ tags: ['x'], starred: true, name: one.name }))
  const [[, after]] = asked
  expect(after).toEqual({
    runs: [
      { runId: 'a', starred: true },
      { runId: 'b', tags: ['x'] },
      { runId: 'c', tags: ['x'] }
    ]
  })
  await useUndo().undo()
  expect(asked[1][1]).toEqual({
    runs: [
      { runId: 'a', starred: false },
      { runId: 'b', tags: [] },
      { runId: 'c', tags: ['y'] }
    ]
  })
  await annotate('Edited', runs, ({ tags }) => ({ tags }))
  expect(asked.length).toBe(2)
})

it('the newest that lies in the trash comes back, and what is no longer there is told', async () => {
  await remove([run('a'), run('b')])
  const of = (place: string, at: string) => ({ name: `${place}-${at}`, place, removedAt: at })
  trash = [of('runs/a', '2026-01-01'), of('runs/a', '2026-02-01'), of('data/b', '2026-02-01')]
  await useUndo().undo()
  expect(asked.filter(([name]) => name === 'trash.restore')).toEqual([['trash.restore', { name: 'runs/a-2026-02-01' }]])
  expect(useProject().notice).toMatchObject({ level: 'error', text: expect.stringContaining('1 run of 2') as string })
})
