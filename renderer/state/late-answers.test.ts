// @vitest-environment happy-dom
/** Answers that come when what they were about is gone: they change nothing that is shown, and lose nothing. */
import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reply } from '../../src/contract/wire'

/** A page of its own for every test: stores listen to the host for as long as there is a page. */
async function page() {
  vi.resetModules()
  const [host, imports, analyses, backends, explore, project, runs] = await Promise.all([
    import('../bridge/host'),
    import('../dialogs/import/import-store'),
    import('./analyses'),
    import('./backends'),
    import('./explore'),
    import('./project'),
    import('./runs')
  ])
  const [datasets, draft, logs, queue] = await Promise.all([
    import('../dialogs/data/datasets'),
    import('./draft'),
    import('../pages/runs/log-folders'),
    import('../pages/train/queue')
  ])
  const others = { ...datasets, ...draft, ...logs, ...queue }
  return { ...host, ...imports, ...analyses, ...backends, ...explore, ...project, ...runs, ...others }
}
let stores = await page()
let { connectHost, useImport, useAnalyses, useBackends, useExplore, useProject, useRuns } = stores
beforeEach(async () => {
  stores = await page()
  ;({ connectHost, useImport, useAnalyses, useBackends, useExplore, useProject, useRuns } = stores)
  setActivePinia(createPinia())
})

interface Question {
  name: string
  params: unknown
  answer: (value: unknown) => Promise<unknown>
  fail: (message: string) => Promise<unknown>
}

/** A host that holds the answers to some questions back, and has plain ones for the others. */
function slowHost(held: string[], plain: Record<string, unknown> = {}) {
  const questions: Question[] = []
  const names: string[] = []
  let push: (name: string, payload: unknown) => void = () => undefined
  connectHost({
    request(name, params) {
      names.push(name)
      const reply = (value: unknown): Reply => ({ ok: true, value })
      if (!held.includes(name)) {
        if (name in plain) return Promise.resolve(reply(plain[name]))
        return Promise.resolve({ ok: false, error: { code: 'internal', message: `${name} is not there.` } })
      }
      return new Promise((resolve) => {
        questions.push({
          name,
          params,
          answer: (value) => (resolve(reply(value)), flushPromises()),
          fail: (message) => (resolve({ ok: false, error: { code: 'internal', message } }), flushPromises())
        })
      })
    },
    onEvent: (listener) => (push = listener)
  })
  return {
    names,
    questions,
    /** The nth question of a name that was held back. */
    of: (name: string, n = 0): Question => questions.filter((question) => question.name === name)[n],
    push: (name: string, payload: unknown) => (push(name, payload), flushPromises())
  }
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
const quiet = {
  'runs.list': [],
  'analysis.list': [],
  'views.get': { value: null, problem: null },
  'views.put': { value: '{}' },
  'recordings.tags': { tags: [], problems: [], restarted: [] },
  'project.close': {},
  'project.recent': [],
  'import.cancel': {}
}

describe('an import that was cancelled while its files were read', () => {
  const found = { label: 'data', sources: [], left: [], canFollow: false }

  it('stays closed when the answer comes', async () => {
    const host = slowHost(['paths.typed', 'import.inspect'], quiet)
    const imports = useImport()
    imports.open()
    void imports.type('/data')
    await host.of('paths.typed').answer({ grant: 'grant-1', label: '/data' })
    expect(imports.stage).toBe('reading')
    await imports.cancel()
    expect(imports.stage).toBe('closed')
    await host.of('import.inspect').answer(found)
    expect(imports.stage).toBe('closed')
    expect(imports.inspection).toBeNull()
  })

  it('does not answer for the one that was begun after it', async () => {
    const host = slowHost(['paths.typed', 'import.inspect'], quiet)
    const imports = useImport()
    imports.open()
    void imports.type('/first')
    await host.of('paths.typed').answer({ grant: 'grant-1', label: '/first' })
    await imports.cancel()
    imports.open()
    void imports.type('/second')
    await host.of('paths.typed', 1).answer({ grant: 'grant-2', label: '/second' })
    await host.of('import.inspect').answer({ ...found, label: 'first' })
    expect(imports.stage).toBe('reading')
    await host.of('import.inspect', 1).answer({ ...found, label: 'second' })
    expect(imports.inspection?.label).toBe('second')
  })
})

describe('a fit of another project', () => {
  it('is not opened, and its failure not shown, when it ends', async () => {
    const host = slowHost([], quiet)
    const app = useProject()
    const analyses = useAnalyses()
    await host.push('project.changed', projectOf('b'))
    await host.push('analysis.finished', { id: 'of-a', ok: true, message: null })
    expect(app.notice).toBeNull()
    expect(host.names).not.toContain('analysis.get')
    await host.push('analysis.finished', { id: 'of-a', ok: false, message: 'It failed.' })
    expect(analyses.failure).toBeNull()
  })

  it('leaves the failure of the own fit, which it is not about', async () => {
    const host = slowHost([], { ...quiet, 'analysis.start': { id: 'mine' } })
    const analyses = useAnalyses()
    await host.push('project.changed', projectOf('b'))
    await analyses.start({} as never)
    await host.push('analysis.finished', { id: 'other', ok: false, message: null })
    expect(analyses.fitting?.id).toBe('mine')
    await host.push('analysis.finished', { id: 'mine', ok: false, message: 'Too few points.' })
    expect([analyses.fitting, analyses.failure]).toEqual([null, 'Too few points.'])
    await host.push('analysis.finished', { id: 'other', ok: false, message: null })
    expect(analyses.failure).toBe('Too few points.')
  })

  it('or its list, does not come into the project that is open now', async () => {
    const host = slowHost(['analysis.list', 'runs.list'], quiet)
    const analyses = useAnalyses()
    const runs = useRuns()
    await host.push('project.changed', projectOf('a'))
    await host.push('project.changed', projectOf('b'))
    const summary = {
      id: 'x',
      name: 'of a',
      createdAt: '2026-01-01T00:00:00Z',
      chosenStates: 2,
      chosenBy: 'bic',
      runIds: [],
      features: 1,
      rows: 1
    }
    expect(host.questions.filter(({ name }) => name === 'analysis.list')).toHaveLength(2)
    await host.of('analysis.list', 1).answer([])
    await host.of('analysis.list').answer([summary])
    expect(analyses.list).toEqual([])
    await host.of('runs.list', 1).answer([])
    await host.of('runs.list').fail('There is no open project.')
    expect([runs.all, runs.loading, useProject().notice]).toEqual([[], false, null])
  })
})

describe('what the machine computes with', () => {
  const backend = (name: string, available: boolean): object => ({
    name,
    title: name,
    description: '',
    available,
    device: null,
    ...(available ? { reason: null, how: null } : { reason: 'x', how: 'y' })
  })
  const all = (gpu: boolean): object[] =>
    ['tensorflow', 'webgpu', 'wasm', 'cpu'].map((name) => backend(name, gpu || name === 'wasm' || name === 'cpu'))
  const webgpu = () => useBackends().options.find(({ value }) => value === 'webgpu')

  it('is the same in the settings and in the forms', async () => {
    const host = slowHost(['app.backends'])
    const backends = useBackends()
    backends.need()
    await host.of('app.backends').answer(all(false))
    expect(webgpu()?.disabled).toBe(true)
    void backends.look(true)
    expect(host.of('app.backends', 1).params).toEqual({ again: true })
    await host.of('app.backends', 1).answer(all(true))
    expect(webgpu()?.disabled).toBe(false)
  })

  it('is asked for again after a first question that failed, and only once at a time', async () => {
    const host = slowHost(['app.backends'])
    const backends = useBackends()
    backends.need()
    backends.need()
    expect(host.questions).toHaveLength(1)
    await host.of('app.backends').fail('The process has ended.')
    expect(backends.failure).toBe('The process has ended.')
    backends.need()
    await host.of('app.backends', 1).answer(all(true))
    expect([webgpu()?.disabled, backends.failure]).toEqual([false, null])
    backends.need()
    expect(host.questions).toHaveLength(2)
  })

  it('is what was found last, not what was answered last', async () => {
    const host = slowHost(['app.backends'])
    const backends = useBackends()
    backends.need()
    void backends.look(true)
    await host.of('app.backends', 1).answer(all(true))
    await host.of('app.backends').answer(all(false))
    expect(webgpu()?.disabled).toBe(false)
  })
})

describe('a view that was changed a moment before its project is left', () => {
  it('is saved before the close is asked for', async () => {
    const host = slowHost(['views.put'], quiet)
    const app = useProject()
    const explore = useExplore()
    await host.push('project.changed', projectOf('a'))
    explore.view.search = 'kept'
    const closing = app.close()
    await flushPromises()
    expect(host.names).not.toContain('project.close')
    expect((host.of('views.put').params as { value: string }).value).toContain('kept')
    await host.of('views.put').answer({ value: '{"version":1}' })
    await closing
    expect(host.names).toContain('project.close')
  })

  it('is left all the same when it cannot be saved, and nothing is saved that was not changed', async () => {
    const host = slowHost(['views.put'], quiet)
    const app = useProject()
    const explore = useExplore()
    await host.push('project.changed', projectOf('a'))
    await app.close()
    expect(host.names).not.toContain('views.put')
    explore.view.search = 'kept'
    const closing = app.close()
    await flushPromises()
    await host.of('views.put').fail('The disk is full.')
    await closing
    expect(host.names.filter((name) => name === 'project.close')).toHaveLength(2)
    expect(app.notice?.text).toBe('The disk is full.')
  })
})

describe('a view that another window has changed', () => {
  const textOf = (runs: object, boards: object = {}): string =>
    JSON.stringify({ version: 1, tab: 'images', runs, boards })

  async function opened(): Promise<{ host: ReturnType<typeof slowHost>; explore: ReturnType<typeof useExplore> }> {
    const host = slowHost(['views.put', 'views.get'], quiet)
    const explore = useExplore()
    await host.push('project.changed', projectOf('a'))
    await host.of('views.get').answer({ value: textOf({ search: 'first' }), problem: null })
    return { host, explore }
  }

  it('is shown here, and not written back', async () => {
    const { host, explore } = await opened()
    await host.push('views.changed', {})
    await host.of('views.get', 1).answer({ value: textOf({ search: 'theirs' }, { text: { last: 3 } }), problem: null })
    expect([explore.view.search, explore.boards.text, explore.renewed]).toEqual(['theirs', { last: 3 }, 1])
    // The same again changes nothing.
    await host.push('views.changed', {})
    await host.of('views.get', 2).answer({ value: textOf({ search: 'theirs' }, { text: { last: 3 } }), problem: null })
    expect([explore.renewed, explore.loaded]).toEqual([1, 1])
    await useProject().close()
    expect(host.names).not.toContain('views.put')
  })

  it('comes together with what has just been changed here', async () => {
    const { host, explore } = await opened()
    explore.view.search = 'mine'
    await flushPromises()
    await host.push('views.changed', {})
    const put = host.of('views.put').params as { value: string; base: string }
    expect(put.base).toContain('"search":"first"')
    expect(put.value).toContain('mine')
    expect(host.names.filter((name) => name === 'views.get')).toHaveLength(1)
    await host.of('views.put').answer({ value: textOf({ search: 'mine', colorBy: 'experiment' }) })
    expect([explore.view.search, explore.view.colorBy]).toEqual(['mine', 'experiment'])
  })

  it('is not shown in the project that is opened meanwhile', async () => {
    const { host, explore } = await opened()
    explore.view.search = 'mine'
    await flushPromises()
    await host.push('views.changed', {})
    await host.push('project.changed', projectOf('b'))
    await host.of('views.put').answer({ value: textOf({ search: 'of a', colorBy: 'experiment' }) })
    expect(explore.renewed).toBe(0)
    expect(explore.view.search).not.toBe('of a')
    await host.of('views.get', 1).answer({ value: textOf({ search: 'of b' }), problem: null })
    expect(explore.view.search).toBe('of b')
  })

  it('does not take back what is changed while an earlier change is written', async () => {
    const { host, explore } = await opened()
    for (const search of ['mine', 'mine, too']) {
      explore.view.search = search
      await flushPromises()
      // Writes what has been changed at once.
      await host.push('views.changed', {})
    }
    expect(host.names.filter((name) => name === 'views.put')).toHaveLength(2)
    await host.of('views.put').answer({ value: textOf({ search: 'mine', colorBy: 'experiment' }) })
    expect(explore.view.search).toBe('mine, too')
    await host.of('views.put', 1).answer({ value: textOf({ search: 'mine, too', colorBy: 'experiment' }) })
    expect([explore.view.search, explore.view.colorBy]).toEqual(['mine, too', 'experiment'])
  })

  it('does not take back what is changed while it is asked for', async () => {
    const { host, explore } = await opened()
    await host.push('views.changed', {})
    explore.view.search = 'mine'
    await flushPromises()
    await host.of('views.get', 1).answer({ value: textOf({ search: 'theirs' }), problem: null })
    expect(explore.view.search).toBe('mine')
  })
})

describe('lists of a project that is closed', () => {
  const folder = (name: string): object => ({ id: name, name, place: `/${name}`, runs: 1, problem: null })

  it('do not come into the one that is open, and their failures are not told', async () => {
    const lists = ['logs.list', 'data.list', 'training.order', 'views.get']
    const host = slowHost(lists, quiet)
    const [app, logs, datasets, queue] = [useProject(), stores.useLogs(), stores.useDatasets(), stores.useQueue()]
    useExplore()
    await host.push('project.changed', projectOf('a'))
    await host.push('project.changed', projectOf('b'))
    await host.of('logs.list', 1).answer([folder('b')])
    await host.of('logs.list').answer([folder('a')])
    await host.of('data.list', 1).answer({ datasets: [], problems: [] })
    await host.of('training.order', 1).answer({ runIds: ['of-b'] })
    await host.of('views.get', 1).answer({ value: null, problem: null })
    for (const name of lists.slice(1)) await host.of(name).fail('There is no open project.')
    expect(app.notice).toBeNull()
    expect(logs.folders.map(({ name }) => name)).toEqual(['b'])
    expect([datasets.loaded, queue.order]).toEqual([true, ['of-b']])
  })

  it('give way to what was pushed while they were on their way', async () => {
    const host = slowHost(['logs.list', 'training.order'], quiet)
    const [logs, queue] = [stores.useLogs(), stores.useQueue()]
    await host.push('project.changed', projectOf('a'))
    await host.push('logs.changed', [folder('new')])
    await host.push('training.order', { runIds: ['new'] })
    await host.of('logs.list').answer([])
    await host.of('training.order').answer({ runIds: [] })
    expect(logs.folders.map(({ name }) => name)).toEqual(['new'])
    expect(queue.order).toEqual(['new'])
  })
})

describe('runs that are started when their project is closed', () => {
  it('are not shown in the one that is open by then', async () => {
    const host = slowHost(['training.start'], quiet)
    const draft = stores.useDraft()
    await host.push('project.changed', projectOf('a'))
    draft.record = { observe: [] } as never
    const started = draft.start()
    await host.push('project.changed', projectOf('b'))
    await host.of('training.start').answer({ runIds: ['of-a'] })
    expect(await started).toBeNull()
    expect([draft.starting, draft.failure]).toEqual([false, null])
  })
})
