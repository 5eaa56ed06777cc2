// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it } from 'vitest'
import { connectHost } from '../bridge/host'
import { useDraft } from './draft'
import { useProject } from './project'

const specs = ['first', 'second'].map((id) => ({
  id,
  title: id,
  params: [{ key: 'epochs', default: 10 }],
  defaultRecord: { observe: [] }
}))

beforeEach(() => {
  setActivePinia(createPinia())
  // What the drafts say is no matter here.
  connectHost({
    request: async () => ({ ok: false, error: { code: 'internal', message: 'not asked for' } }),
    onEvent: () => undefined
  })
})

it('a draft belongs to its project: another one begins with a new one', async () => {
  const app = useProject()
  const draft = useDraft()
  app.project = { id: 'a' } as never
  draft.specs = specs as never
  await nextTick()
  draft.choose('second')
  draft.setParam('epochs', 99)
  draft.data = 'moons'
  draft.seeds = [7]
  // What is told of the same project changes nothing.
  app.project = { id: 'a', name: 'renamed' } as never
  await nextTick()
  expect([draft.experiment, draft.params.epochs, draft.data]).toEqual(['second', 99, 'moons'])
  app.project = { id: 'b' } as never
  await nextTick()
  expect([draft.experiment, draft.params.epochs, draft.data, draft.seeds]).toEqual(['first', 10, null, [0, 1, 2, 3]])
})
