// @vitest-environment happy-dom
/** The example of a tab in CONTRIBUTING.md: a row more in the list of tabs is a tab on the page, with what it shows. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { ExploreTab } from '../tabs'
import { connectHost } from '../../../bridge/host'
import { useProject } from '../../../state/project'
import ExplorePage from '../ExplorePage.vue'

vi.mock('../tabs', async (original) => {
  const { exploreTabs } = await original<{ exploreTabs: ExploreTab[] }>()
  const { default: component } = await import('./CountsTab.vue')
  return { exploreTabs: [...exploreTabs, { id: 'counts', label: 'Counts', kinds: ['scalars'], component }] }
})

const run = (id: string): object => ({
  id,
  name: `run ${id}`,
  group: 'g',
  groupName: 'g',
  status: 'done',
  message: null,
  spec: null,
  log: null,
  imported: { format: 'tensorboard', file: `logs/${id}`, seed: null },
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  step: 9,
  totalSteps: 9,
  epoch: 9,
  totalEpochs: 9,
  elapsedSeconds: 1,
  last: {},
  notes: '',
  tags: []
})
const tag = (name: string, runs: number[]): object => ({
  kind: 'scalars',
  tag: name,
  displayName: '',
  description: '',
  points: 9,
  runs: Int32Array.from(runs)
})
const answers: Record<string, (params: { runIds: string[] }) => unknown> = {
  'runs.list': () => [run('a'), run('b')],
  'views.get': () => ({ value: null, problem: null }),
  'views.put': () => ({ value: '{}' }),
  'roles.get': () => ({ chosen: {}, problem: null }),
  // Runs of an answer are places in the question.
  'recordings.tags': ({ runIds }) => ({
    tags: [tag('loss', [...runIds.keys()]), tag('lr', runIds.includes('b') ? [runIds.indexOf('b')] : [])],
    problems: [],
    restarted: []
  })
}

it('is on the page and shows what it counts', async () => {
  const pinia = createPinia()
  setActivePinia(pinia)
  let push: (name: string, payload: unknown) => void = () => undefined
  connectHost({
    request: (name, params) =>
      Promise.resolve(
        name in answers
          ? { ok: true, value: structuredClone(answers[name](params as never)) }
          : { ok: false, error: { code: 'internal', message: name } }
      ),
    onEvent: (listener) => (push = listener)
  })
  useProject(pinia)
  push('project.changed', {
    id: 'p',
    name: 'p',
    folder: '/p',
    sample: false,
    trusted: true,
    held: [],
    problems: []
  })
  const page = mount(ExplorePage, { global: { plugins: [pinia] } })
  const seconds = { timeout: 10_000 }
  await expect.poll(() => page.find('[data-test="tab-counts"]').exists(), seconds).toBe(true)
  await page.get('[data-test="tab-counts"]').trigger('click')
  await expect.poll(() => page.find('[data-test="counts"]').text(), seconds).toBe('run a: 1run b: 2')
  page.unmount()
})
