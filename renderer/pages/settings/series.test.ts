// @vitest-environment happy-dom
/** What series are for, in the renderer: said in one place, heard from other windows, and asked for by every page. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Role, RoleChoices, Roles } from '../../../src/domain/roles'
import type { Reply } from '../../../src/contract/wire'

/** A page of its own for every test: stores listen to the host for as long as there is a page. */
async function page() {
  vi.resetModules()
  const all = await Promise.all([
    import('../../bridge/host'),
    import('../../state/useTags'),
    import('../explore/state/tags'),
    import('../../state/project'),
    import('../../state/roles'),
    import('../../state/runs'),
    import('../explore/hparams/useSessions'),
    import('./ProjectSeries.vue').then((found) => ({ ProjectSeries: found.default }))
  ])
  const [host, tags, explore, project, roles, runs, sessions, series] = all
  return { ...host, ...tags, ...explore, ...project, ...roles, ...runs, ...sessions, ...series }
}

const recorded = ['train/loss', 'val/acc@1', 'my/score']
const run = {
  id: 'r0',
  name: 'r0',
  group: 'g',
  groupName: 'g',
  status: 'done',
  message: null,
  spec: null,
  log: null,
  imported: { format: 'tensorboard', file: 'logs/r0', seed: null },
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
}
const projectOf = (id: string): object => ({
  id,
  name: id,
  folder: `/${id}`,
  sample: false,
  trusted: true,
  held: [],
  problems: []
})

describe('roles', () => {
  let stores: Awaited<ReturnType<typeof page>>
  let chosen: RoleChoices
  let pinia: Pinia
  /** A store that is left may still act, and would make its own stores those of the next test. */
  const global = () => ({ plugins: [pinia] })
  let push: (name: string, payload: unknown) => Promise<void>
  const asked: string[] = []
  const told = (): Roles => {
    const roles: Roles = { trainLoss: 'train/loss', valAccuracy: 'val/acc@1' }
    for (const [role, tag] of Object.entries(chosen) as [Role, string | null][])
      if (tag === null) delete roles[role]
      else roles[role] = tag
    return roles
  }
  const answers: Record<string, (params: { role: Role; choice: { tag: string | null } | null }) => unknown> = {
    'runs.list': () => [run],
    'analysis.list': () => [],
    'views.get': () => ({ value: null, problem: null }),
    'views.put': () => ({ value: '{}' }),
    'roles.get': () => ({ chosen, problem: null }),
    'roles.told': () => ({ roles: told() }),
    'roles.put': ({ role, choice }) => {
      const { [role]: _before, ...others } = chosen
      chosen = choice === null ? others : { ...others, [role]: choice.tag }
      return { chosen }
    },
    'runs.tags': () => ({ scalars: recorded, histograms: [], problems: [], roles: told() }),
    'recordings.tags': () => ({
      tags: recorded.map((tag) => ({
        kind: 'scalars',
        tag,
        displayName: '',
        description: '',
        points: 9,
        runs: Int32Array.of(0)
      })),
      problems: [],
      restarted: []
    }),
    'recordings.hparams': () => ({
      rows: [
        {
          runId: 'r0',
          params: { lr: 1 },
          session: '',
          group: '',
          status: 'unknown',
          startTime: Number.NaN,
          endTime: Number.NaN
        }
      ],
      metrics: []
    }),
    'recordings.statistics': () => []
  }

  beforeEach(async () => {
    stores = await page()
    pinia = createPinia()
    setActivePinia(pinia)
    chosen = {}
    asked.length = 0
    let listener: (name: string, payload: unknown) => void = () => undefined
    stores.connectHost({
      request: (name, params): Promise<Reply> => {
        asked.push(name)
        if (!(name in answers)) return Promise.resolve({ ok: false, error: { code: 'internal', message: name } })
        return Promise.resolve({ ok: true, value: structuredClone(answers[name](params as never)) })
      },
      onEvent: (heard) => (listener = heard)
    })
    push = async (name, payload) => {
      listener(name, payload)
      await flushPromises()
    }
    stores.useProject(pinia)
    stores.useRuns(pinia)
    stores.useRoles(pinia)
    await push('project.changed', projectOf('p'))
  })

  afterEach(() => disposePinia(pinia))

  const inSetup = <T>(work: () => T): T => {
    let made: T
    mount(defineComponent({ setup: () => ((made = work()), () => h('i')) }), { global: global() })
    return made!
  }

  it('that another window sets are those of this one, and whatever goes by them asks again', async () => {
    const { roles } = inSetup(() => stores.useTags(() => ['r0']))
    await flushPromises()
    expect(roles.value.valAccuracy).toBe('val/acc@1')
    chosen = { valAccuracy: 'my/score' }
    await push('roles.changed', {})
    expect(stores.useRoles(pinia).chosen).toEqual({ valAccuracy: 'my/score' })
    expect(roles.value.valAccuracy).toBe('my/score')
    // Told of what is known here, too: nothing is asked again.
    const before = asked.filter((name) => name === 'runs.tags').length
    await push('roles.changed', {})
    expect(asked.filter((name) => name === 'runs.tags')).toHaveLength(before)
  })

  it('of a project that is left are not those of the next one', async () => {
    chosen = { valLoss: 'my/score' }
    await push('roles.changed', {})
    chosen = {}
    await push('project.changed', projectOf('q'))
    expect(stores.useRoles(pinia).chosen).toEqual({})
  })

  it('are the first columns of the board of hyperparameters, whatever the series are called', async () => {
    const board = inSetup(() => stores.useSessions())
    stores.useExploreTags(pinia).want()
    await expect.poll(() => board.metrics.value.map(({ tag }) => tag)).toEqual(['val/acc@1', 'train/loss'])
    await stores.useRoles(pinia).say('valAccuracy', { tag: 'my/score' })
    await expect.poll(() => board.metrics.value.map(({ tag }) => tag)).toEqual(['my/score', 'train/loss'])
  })

  it('are seen and set in the settings, and told by names again', async () => {
    const series = mount(stores.ProjectSeries, { global: global() })
    await expect.poll(() => series.find('[data-test="how-valAccuracy"]').exists()).toBe(true)
    const how = (role: string): string => series.get(`[data-test="how-${role}"]`).text()
    await expect.poll(() => how('valAccuracy')).toBe('by name')
    expect(how('valLoss')).toBe('')
    expect(series.get('[data-test="series-valAccuracy"]').text()).toContain('val/acc@1')
    series.findComponent({ name: 'Select' }).vm.$emit('update:value', 'tag my/score')
    await flushPromises()
    expect(chosen).toEqual({ valAccuracy: 'my/score' })
    await expect.poll(() => how('valAccuracy')).toBe('set by you')
    await series.get('[data-test="automatic-valAccuracy"]').trigger('click')
    await flushPromises()
    expect(chosen).toEqual({})
    await expect.poll(() => how('valAccuracy')).toBe('by name')
  })
})
