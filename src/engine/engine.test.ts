/** The main job through the engine as a host drives it: describe, train, look, fit, choose, and every refusal in words. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requests } from '../contract/requests'
import type { RequestName, RequestResult } from '../contract/requests'
import type { Engine } from './engine'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from './testing/engines'

/** As a renderer asks: validated on the way in, and checked against the contract on the way out. */
async function ask<N extends RequestName>(engine: Engine, name: N, params: unknown): Promise<RequestResult<N>> {
  const reply = await engine.handle(name, params)
  if (!reply.ok) throw Object.assign(new Error(reply.error.message), { code: reply.error.code })
  return requests[name].result.parse(reply.value) as RequestResult<N>
}

async function trained(engine: Engine, seeds: number[], change = {}): Promise<string[]> {
  const { runIds } = await ask(engine, 'training.start', trainingRequest({ seeds, ...change }))
  await Promise.all(runIds.map((id) => engine.training.finished(id)))
  return runIds
}

const fitOptions = {
  zscore: 'run',
  covariance: 'diag',
  statesMin: 1,
  statesMax: 3,
  restarts: 2,
  maxIterations: 50,
  tolerance: 1e-3,
  minCovar: 1e-3,
  seed: 0,
  criterion: 'bic',
  folds: 2,
  surrogates: 0
}

it('does the main job', async () => {
  const { engine, home } = testEngine()
  expect(await ask(engine, 'project.current', {})).toBeNull()
  const project = await ask(engine, 'project.create', { name: 'Größe & Co.', locationGrant: null })
  expect(project).toMatchObject({ name: 'Größe & Co.', folder: join(home, 'projects', 'größe-co'), problems: [] })

  // Train.
  const runIds = await trained(engine, [0, 1, 2], { params: { ...tinyMnist, epochs: 12 } })
  const runs = await ask(engine, 'runs.list', {})
  expect(runs.map((run) => [run.name, run.status, run.step])).toEqual([
    ['tiny s0', 'done', 24],
    ['tiny s1', 'done', 24],
    ['tiny s2', 'done', 24]
  ])

  // Look.
  const tags = await ask(engine, 'runs.tags', { runIds })
  expect(tags.problems).toEqual([])
  for (const hook of ['fc1', 'fc2']) {
    const kinds = ['activations', 'activation_gradients', 'gradients'].map((kind) => `${kind}/${hook}`)
    expect(tags.histograms).toEqual(expect.arrayContaining([...kinds, `activations/${hook}/validation`]))
  }
  expect(tags.histograms).toContain('predictions/0')
  expect(tags.scalars).toEqual(
    expect.arrayContaining(['loss/val', 'accuracy/train', 'lr', 'weights/l2', 'weights/fc1/l2'])
  )
  const [loss] = await ask(engine, 'runs.series', { runIds: [runIds[0]], tags: ['loss/train'], mostPoints: 100 })
  expect(Array.from(loss.steps)).toEqual(Array.from({ length: 13 }, (_, epoch) => 2 * epoch))
  expect(Array.from(loss.epochs)).toEqual(Array.from({ length: 13 }, (_, epoch) => epoch))
  const [part] = await ask(engine, 'runs.series', {
    runIds: [runIds[0]],
    tags: ['loss/train'],
    from: 4,
    to: 9,
    mostPoints: 100
  })
  expect([Array.from(part.steps), part.total]).toEqual([[4, 6, 8], 3])
  const heatmap = await ask(engine, 'runs.heatmap', { runId: runIds[0], tag: 'activations/fc1', mostColumns: 4096 })
  // At least as many rows as bins: the finest of all ranges over what all of them cover.
  const rows = heatmap!.edges.length - 1
  expect(rows).toBeGreaterThanOrEqual(trainingRequest().record.histogramBins)
  expect([heatmap!.steps.length, heatmap!.counts.length]).toEqual([24, 24 * rows])
  const perColumn = 32 * 12
  for (let column = 0; column < 24; column++) {
    const inside = heatmap!.counts.subarray(column * rows, (column + 1) * rows).reduce((sum, count) => sum + count, 0)
    expect(inside + heatmap!.underflow[column] + heatmap!.overflow[column]).toBeCloseTo(perColumn, 3)
  }
  const narrow = await ask(engine, 'runs.heatmap', { runId: runIds[0], tag: 'activations/fc1', mostColumns: 5 })
  const countOf = (map: typeof narrow): number => map!.counts.reduce((sum, count) => sum + count, 0)
  expect([narrow!.steps.length, narrow!.total]).toEqual([5, 24])
  expect(countOf(narrow)).toBeCloseTo(countOf(heatmap), 2)
  expect(await ask(engine, 'runs.heatmap', { runId: runIds[0], tag: 'activations/none', mostColumns: 5 })).toBeNull()

  // Fit.
  const progress: number[] = []
  engine.on('analysis.progress', ({ done, total }) => progress.push(done / total))
  const finished = nextEvent(engine, 'analysis.finished')
  const features = ['weights/l2', 'weights/spectral', 'loss/train']
  const { id } = await ask(engine, 'analysis.start', { options: { ...fitOptions, runIds, features } })
  expect(await finished).toEqual({ id, ok: true, message: null })
  expect(progress.at(-1)).toBe(1)
  const analysis = await ask(engine, 'analysis.get', { id })
  expect(analysis.inputs).toMatchObject({ features, rows: 39 })
  expect(analysis.candidates).toHaveLength(5)
  expect(analysis.selection.map((row) => row.states)).toEqual([1, 2, 3])
  expect(analysis.chosenBy).toBe('bic')
  const lowest = [...analysis.selection].sort((a, b) => a.bic!.best - b.bic!.best)[0]
  expect(analysis.chosenStates).toBe(lowest.states)
  expect(analysis.fits.find((fit) => fit.states === 2)!.paths.map((path) => path.length)).toEqual([13, 13, 13])

  // Choose and name.
  await ask(engine, 'analysis.choose', { id, states: 2 })
  await ask(engine, 'analysis.renameState', { id, states: 2, state: 0, name: 'Chaos' })
  const decoded = await ask(engine, 'analysis.decode', { id, states: 2, runId: runIds[1] })
  expect([decoded.steps.length, decoded.posterior.length, decoded.path.length]).toEqual([13, 26, 13])
  for (let row = 0; row < 13; row++)
    expect(decoded.posterior[2 * row] + decoded.posterior[2 * row + 1]).toBeCloseTo(1, 9)
  await expect(ask(engine, 'analysis.choose', { id, states: 7 })).rejects.toMatchObject({
    code: 'not-found',
    message: 'This analysis has no fit with 7 states.'
  })

  // The runs together, and another restart, whose states keep their numbers.
  const convergence = { metric: 'loss/train', threshold: null, direction: 'below' as const }
  const across = await ask(engine, 'analysis.across', { id, states: 2, convergence })
  expect(across.runs.map((run) => run.runId)).toEqual(runIds)
  expect(across.threshold).toBeGreaterThan(0)
  expect([across.detours.length, across.distances.order.length]).toEqual([2, 3])
  await expect(
    ask(engine, 'analysis.across', { id, states: 2, convergence: { ...convergence, metric: 'none' } })
  ).rejects.toMatchObject({ message: 'No analysed run recorded "none". Choose another metric.' })
  const { place } = await ask(engine, 'analysis.report', { id, convergence })
  expect(readFileSync(join(project.folder, place, 'README.md'), 'utf8')).toContain(
    'A run has converged when loss/train'
  )
  expect(readdirSync(join(project.folder, place))).toHaveLength(6)
  const { analyses } = engine
  const gone = new AbortController()
  const unwanted = Promise.allSettled([
    analyses.across(engine.project, id, { states: 2, convergence }, gone.signal),
    analyses.report(engine.project, id, convergence, undefined, gone.signal)
  ])
  gone.abort()
  const refused = { status: 'rejected', reason: { code: 'cancelled' } }
  expect(await unwanted).toMatchObject([refused, refused])
  const before = (await ask(engine, 'analysis.get', { id })).fits.find((fit) => fit.states === 2)!
  const spare = analysis.candidates.find((one) => one.states === 2 && one.restart !== before.restart)!
  await ask(engine, 'analysis.useRestart', { id, states: 2, restart: spare.restart })
  const used = (await ask(engine, 'analysis.get', { id })).fits.find((fit) => fit.states === 2)!
  expect([used.restart, used.logLikelihood]).toEqual([spare.restart, spare.logLikelihood])
  expect(new Set(used.stateSummaries.map((state) => state.number)).size).toBe(2)
  await ask(engine, 'analysis.useRestart', { id, states: 2, restart: before.restart })
  await expect(ask(engine, 'analysis.useRestart', { id, states: 2, restart: 99 })).rejects.toMatchObject({
    code: 'not-found'
  })

  // Everything is still there in another engine.
  await ask(engine, 'runs.annotate', {
    runs: [{ runId: runIds[2], name: 'renamed', notes: 'odd one', tags: ['a', 'b'], starred: true }]
  })
  await ask(engine, 'project.close', {})
  const other = testEngine().engine
  await other.openFolder(project.folder)
  expect((await ask(other, 'runs.list', {}))[2]).toMatchObject({
    name: 'renamed',
    notes: 'odd one',
    tags: ['a', 'b'],
    starred: true
  })
  const [summary] = await ask(other, 'analysis.list', {})
  expect(summary).toMatchObject({ id, chosenStates: 2, chosenBy: 'user', runIds, features: 3, rows: 39 })
  const kept = await ask(other, 'analysis.get', { id })
  expect(kept.fits.find((fit) => fit.states === 2)!.stateSummaries.map((state) => state.name)).toContain('Chaos')

  // What is removed goes to the trash folder.
  await ask(other, 'runs.remove', { runIds: [runIds[2]] })
  await expect(ask(other, 'analysis.useRestart', { id, states: 2, restart: 0 })).rejects.toMatchObject({
    message:
      'One analysed run is no longer in the project, so a restart cannot be fitted again. Fit the runs that are there.'
  })
  await ask(other, 'analysis.remove', { id })
  expect((await ask(other, 'runs.list', {})).map((run) => run.id)).toEqual(runIds.slice(0, 2))
  expect(readdirSync(join(project.folder, '.trash'))).toHaveLength(2)
})

it('gives identical event values and weights for the same experiment and seed', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
  const [first] = await trained(engine, [5])
  const [second, otherSeed] = await trained(engine, [5, 6])
  const everything = async (runId: string): Promise<Map<string, number[]>> => {
    const { scalars, histograms } = await ask(engine, 'runs.tags', { runIds: [runId] })
    const tags = scalars.filter((tag) => !tag.startsWith('time/'))
    const series = await ask(engine, 'runs.series', { runIds: [runId], tags, mostPoints: 100_000 })
    const values = new Map(series.map(({ tag, steps, values: column }) => [tag, [...steps, ...column]]))
    for (const tag of histograms) {
      const map = await ask(engine, 'runs.heatmap', { runId, tag, mostColumns: 4096 })
      values.set(`histogram ${tag}`, [
        ...map!.steps,
        ...map!.counts,
        ...map!.underflow,
        ...map!.overflow,
        ...map!.means
      ])
    }
    return values
  }
  const weightsOf = (runId: string): Buffer =>
    readFileSync(join(session.runFolder(runId), 'checkpoints', '6', 'weights.safetensors'))
  const values = await everything(first)
  expect(values.size).toBeGreaterThan(40)
  expect(await everything(second)).toEqual(values)
  expect(weightsOf(second).equals(weightsOf(first))).toBe(true)
  expect(weightsOf(otherSeed).equals(weightsOf(first))).toBe(false)
})

describe('a draft', () => {
  const draft = { experiment: 'mnist', params: tinyMnist, hooks: ['fc1', 'fc2'], record: trainingRequest().record }

  it('is described with its graph, its length and its size on disk', async () => {
    const { engine } = testEngine()
    const described = await ask(engine, 'experiments.describe', draft)
    expect(described).toMatchObject({
      problems: [],
      stepsPerEpoch: 2,
      totalSteps: 6,
      metricPoints: 4,
      histogramColumns: 6,
      secondsPerStep: null
    })
    expect(described.bytesPerRun).toBeGreaterThan(0)
    expect(described.graph!.nodes.map((node) => node.path)).toContain('fc1')
  })

  it('is described with the speed that this machine has shown', async () => {
    const { engine, home } = testEngine()
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const [runId] = await trained(engine, [0])
    const run = engine.project.run(runId)
    const longer = { ...draft, params: { ...tinyMnist, epochs: 500 } }
    expect((await ask(engine, 'experiments.describe', longer)).secondsPerStep).toBe(run.elapsedSeconds / run.step)
    const larger = { ...draft, params: { ...tinyMnist, hidden1: 13 } }
    expect((await ask(engine, 'experiments.describe', larger)).secondsPerStep).toBeNull()
  })

  it('with bad values comes back with all its problems and still with a graph', async () => {
    const { engine } = testEngine()
    const bad = { ...draft, params: { ...tinyMnist, epochs: -1, hidden1: 0 }, hooks: ['fc1', 'nope'] }
    const described = await ask(engine, 'experiments.describe', bad)
    expect(described.problems.map((problem) => problem.key)).toEqual(['hidden1', 'epochs', 'hooks'])
    expect(described.graph).not.toBeNull()
    expect(described.totalSteps).toBe(0)
  })

  it('of an experiment that does not exist has a problem and no graph', async () => {
    const { engine } = testEngine()
    const described = await ask(engine, 'experiments.describe', { ...draft, experiment: 'mnits' })
    expect(described.graph).toBeNull()
    expect(described.problems).toEqual([
      { key: null, message: 'There is no experiment "mnits". Did you mean "mnist"?' }
    ])
  })
})

describe('a fit', () => {
  const start = (engine: Engine, options: object): Promise<RequestResult<'analysis.start'>> =>
    ask(engine, 'analysis.start', { options })

  it('of features that nobody recorded fails in words and leaves nothing behind', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const runIds = await trained(engine, [0])
    const finished = nextEvent(engine, 'analysis.finished')
    await start(engine, { ...fitOptions, runIds, features: ['weights/none'] })
    expect(await finished).toMatchObject({
      ok: false,
      message: expect.stringMatching(/No run can be analysed/) as string
    })
    expect(await ask(engine, 'analysis.list', {})).toEqual([])
    expect(readdirSync(join(session.folder, 'analyses'))).toEqual([])
  })

  it('can be cancelled, and the next one works', async () => {
    const { engine, home } = testEngine()
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const runIds = await trained(engine, [0, 1], { params: { ...tinyMnist, epochs: 20 } })
    const features = ['weights/l2', 'loss/train']
    const slow = { ...fitOptions, runIds, features, statesMax: 8, restarts: 200, maxIterations: 100_000, tolerance: 0 }
    const cancelled = nextEvent(engine, 'analysis.finished')
    const fitting = nextEvent(engine, 'analysis.progress', ({ done }) => done > 0)
    const { id } = await start(engine, slow)
    await fitting
    await ask(engine, 'analysis.cancel', { id })
    expect(await cancelled).toEqual({ id, ok: false, message: null })
    const finished = nextEvent(engine, 'analysis.finished')
    await start(engine, { ...fitOptions, runIds, features })
    expect(await finished).toMatchObject({ ok: true })
    expect(await ask(engine, 'analysis.list', {})).toHaveLength(1)
  })

  it('is the same for the same seed', async () => {
    const { engine, home } = testEngine()
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const runIds = await trained(engine, [0, 1])
    const results = []
    for (let i = 0; i < 2; i++) {
      const finished = nextEvent(engine, 'analysis.finished')
      const { id } = await start(engine, { ...fitOptions, runIds, features: ['weights/l2', 'loss/train'] })
      await finished
      const { candidates, selection, fits, chosenStates } = await ask(engine, 'analysis.get', { id })
      results.push({ candidates, selection, fits, chosenStates })
    }
    expect(results[1]).toEqual(results[0])
  })
})

describe('bad input', () => {
  it.each([
    ['no.such.request', {}, 'bad-request', 'There is no request "no.such.request".'],
    [42, {}, 'bad-request', 'There is no request "42".'],
    ['__proto__', {}, 'bad-request', 'There is no request "__proto__".'],
    ['runs.series', { runIds: 'all' }, 'bad-request', /^The request runs\.series is not well formed at "runIds"/],
    ['runs.series', null, 'bad-request', /^The request runs\.series is not well formed/],
    ['project.open', { grant: '/etc' }, 'bad-request', /no longer valid\. Choose the folder again\./],
    ['project.openRecent', { id: 'x' }, 'not-found', /no longer in the list/],
    ['runs.list', {}, 'no-project', 'No project is open.'],
    ['paths.pick', { purpose: 'open-project' }, 'unsupported', /no folder dialog/]
  ])('%j %j is answered with a sentence', async (name, params, code, message) => {
    const { engine } = testEngine()
    const reply = await engine.handle(name, params)
    const expected: unknown = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(reply).toMatchObject({ ok: false, error: { code, message: expected } })
  })

  it('opens a project around a damaged run, a damaged analysis and one of a newer version', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const [good] = await trained(engine, [0])
    await ask(engine, 'project.close', {})
    for (const [place, content] of [
      ['runs/broken/run.json', '{'],
      ['runs/future/run.json', '{"schemaVersion": 2}'],
      ['analyses/broken/analysis.json', '[]']
    ]) {
      mkdirSync(join(session.folder, place, '..'), { recursive: true })
      writeFileSync(join(session.folder, place), content)
    }
    await engine.openFolder(session.folder)
    const info = await ask(engine, 'project.current', {})
    expect(info!.problems.map((problem) => problem.place).sort()).toEqual([
      'analyses/broken/analysis.json',
      'runs/broken/run.json',
      'runs/future/run.json'
    ])
    expect(engine.log.all().filter((entry) => entry.level === 'warning')).toHaveLength(3)
    expect((await ask(engine, 'runs.list', {})).map((run) => run.id)).toEqual([good])
    expect((await ask(engine, 'runs.tags', { runIds: [good] })).scalars.length).toBeGreaterThan(0)
    expect(await trained(engine, [1])).toHaveLength(1)
  })

  it('names a removed run', async () => {
    const { engine, home } = testEngine()
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    await expect(ask(engine, 'runs.tags', { runIds: ['gone'] })).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no run "gone" in this project. It may have been removed.'
    })
  })
})

describe('new projects', () => {
  it.each([
    ['..', 'project'],
    ['../../etc/passwd', 'etcpasswd'],
    ['.hidden', 'hidden'],
    ['/', 'project'],
    ['Über  zwei Wörter.', 'über-zwei-wörter']
  ])('named %j get a folder named %j, inside the projects folder', async (name, folder) => {
    const { engine, home } = testEngine()
    const project = await ask(engine, 'project.create', { name, locationGrant: null })
    expect(project).toMatchObject({ name, folder: join(home, 'projects', folder) })
  })

  it("of the sample are a copy that is the user's own", async () => {
    const { engine, home } = testEngine()
    const sample = await ask(engine, 'project.openSample', {})
    expect(sample).toMatchObject({ sample: true, folder: join(home, 'user', 'sample'), problems: [] })
    const [first] = await ask(engine, 'runs.list', {})
    await ask(engine, 'runs.annotate', { runs: [{ runId: first.id, notes: 'mine' }] })
    expect((await ask(engine, 'analysis.list', {})).length).toBeGreaterThan(0)
    await ask(engine, 'project.close', {})
    await ask(engine, 'project.openSample', {})
    expect((await ask(engine, 'runs.list', {}))[0]).toMatchObject({ id: first.id, notes: 'mine' })
    expect(readdirSync(join(home, 'user')).sort()).toEqual(['.locks', 'recent.json', 'sample', 'trusted-folders.json'])
  })
})

describe('recent projects', () => {
  it('are remembered, found again, and marked when their folder is gone', async () => {
    const { engine } = testEngine()
    const first = await ask(engine, 'project.create', { name: 'First', locationGrant: null })
    const second = await ask(engine, 'project.create', { name: 'First', locationGrant: null })
    expect(second.folder).toBe(`${first.folder}-2`)
    const listed = await ask(engine, 'project.recent', {})
    expect(listed.map((entry) => entry.id)).toEqual([second.id, first.id])
    expect((await ask(engine, 'project.openRecent', { id: first.id }))?.folder).toBe(first.folder)
    await ask(engine, 'project.close', {})
    writeFileSync(join(first.folder, 'project.json'), 'x')
    await expect(ask(engine, 'project.openRecent', { id: first.id })).rejects.toMatchObject({ code: 'damaged' })
    await ask(engine, 'project.forget', { id: first.id })
    expect((await ask(engine, 'project.recent', {})).map((entry) => entry.id)).toEqual([second.id])
  })

  it('stay open and in training when they are opened again', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const [id] = await engine.training.start(session, trainingRequest({ params: { ...tinyMnist, epochs: 100_000 } }))
    await nextEvent(engine, 'training.progress')
    expect(await engine.openFolder(session.folder)).toBe(session)
    expect(engine.project.run(id).status).toBe('running')
    await engine.training.control(session, [id], 'cancel')
    await engine.training.finished(id)
    expect(await engine.openFolder(session.folder)).not.toBe(session)
    expect(engine.project.run(id).status).toBe('cancelled')
  })
})
