/** Expressions over runs that were trained: fields, hyperparameters, metrics and states, and what cannot be read. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { AnalysisOptions } from '../../domain/analysis-options'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'

it('runs are found by what they are, what they recorded and the states they go through', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
  const start = async (seeds: number[], learningRate: number): Promise<string[]> => {
    const params = { ...tinyMnist, epochs: 12, learningRate }
    const runIds = await engine.training.start(session, trainingRequest({ seeds, params }))
    await Promise.all(runIds.map((id) => engine.training.finished(id)))
    return runIds
  }
  const [slow, fast] = [await start([0, 1], 1e-4), await start([2], 0.01)]
  const all = [...slow, ...fast]
  const found = async (text: string, analysisId: string | null = null): Promise<string[]> => {
    const { runIds, problem } = await engine.call('runs.filter', { text, analysisId })
    expect([text, problem]).toEqual([text, null])
    return runIds
  }
  expect(await found('')).toEqual(all)
  expect(await found('lr > 1e-3')).toEqual(fast)
  expect(await found('lr < 1e-3 and seed in [1, 2]')).toEqual([slow[1]])
  expect(await found('status == "done" and params.learningRate == 1e-4')).toEqual(slow)
  expect(await found('SEED 2')).toEqual(fast)
  await engine.call('runs.annotate', { runs: [{ runId: slow[0], tags: ['paper'] }] })
  expect(await found('"paper" in tags')).toEqual([slow[0]])

  const series = await engine.call('runs.series', { runIds: all, tags: ['loss/val'], mostPoints: 1000 })
  const last = series.map(({ values }) => values[values.length - 1])
  const between = (Math.max(last[0], last[1]) + last[2]) / 2
  expect(await found(`last("loss/val") < ${between}`)).toEqual(fast)
  // Once more, from what is known by now.
  expect(await found(`last("loss/val") < ${between} and max("loss/val") > 0 and count("loss/val") == 13`)).toEqual(fast)
  const means = series.map(({ values }) => values.reduce((a, b) => a + b, 0) / values.length)
  expect(await found(`mean("loss/val") > ${means[2]} and min("loss/val") < first("loss/val")`)).toEqual(
    all.filter((_, i) => means[i] > means[2] && Math.min(...series[i].values) < series[i].values[0])
  )

  const options: AnalysisOptions = {
    runIds: all,
    features: ['weights/l2', 'loss/train'],
    zscore: 'run',
    covariance: 'diag',
    statesMin: 2,
    statesMax: 2,
    restarts: 1,
    maxIterations: 50,
    tolerance: 1e-3,
    minCovar: 1e-3,
    seed: 0,
    criterion: 'bic',
    folds: 0,
    surrogates: 0,
    transitions: 'free'
  }
  const saved = nextEvent(engine, 'analysis.finished')
  const { id } = await engine.call('analysis.start', { options })
  await saved
  const analysis = await engine.call('analysis.get', { id })
  const [fit] = analysis.fits
  const numbers = fit.paths.map((path) => path.filter((state, t) => state !== path[t - 1]).map((state) => fit.stateSummaries[state].number)) // prettier-ignore
  const wanted = all.filter((runId) => {
    const visits = numbers[analysis.inputs.runs.findIndex((run) => run.runId === runId)]
    return visits.join(' ').includes('1 2')
  })
  expect(wanted.length).toBeGreaterThan(0)
  expect(await found('path ~ "1 2"', id)).toEqual(wanted)
  expect(await found('entered(2) > 0', id)).toEqual(wanted)
  expect(await found('path ~ "."')).toEqual([])

  const refused = async (text: string) => (await engine.call('runs.filter', { text, analysisId: null })).problem
  expect(await refused('learningrate > 1')).toMatchObject({ at: 0, length: 12, text: expect.stringContaining('"learningRate"') }) // prettier-ignore
  expect(await refused('last("loss/vla") > 1')).toMatchObject({ at: 5, text: expect.stringContaining('"loss/val"') })
  expect(await refused('lr >')).toMatchObject({ at: 3 })

  // Names have signs, too.
  await engine.call('runs.annotate', { runs: [{ runId: slow[1], name: 'lr=1e-4 (old)' }] })
  for (const text of ['lr=1e-4', '(old)', 'LR=1e-4 (old'])
    expect([text, await engine.call('runs.filter', { text, analysisId: null })]).toEqual([
      text,
      expect.objectContaining({ runIds: [slow[1]], asWords: true, problem: expect.anything() })
    ])

  const columns = ['lr', 'last("loss/val") - first("loss/val")', 'path', 'entered(2) > 0', 'tags', 'lrr', 'lr >']
  const { runIds, columns: answered } = await engine.call('runs.values', { columns, analysisId: id })
  expect(runIds).toEqual(all)
  expect(answered.map(({ values }) => values)).toEqual([
    [1e-4, 1e-4, 0.01],
    series.map(({ values }) => values[values.length - 1] - values[0]),
    all.map((runId) => numbers[analysis.inputs.runs.findIndex((run) => run.runId === runId)]),
    all.map((runId) => wanted.includes(runId)),
    [['paper'], [], []],
    [],
    []
  ])
  expect(answered.map(({ problem }) => problem?.at ?? null)).toEqual([null, null, null, null, null, 0, 3])

  const offered = async (text: string, of: 'filter' | 'curve' = 'filter'): Promise<string[]> =>
    (await engine.call('runs.complete', { text, cursor: text.length, of })).options.map((one) => one.text)
  expect(await offered('lea')).toContain('learningRate')
  expect(await offered('last("accuracy/v')).toEqual(expect.arrayContaining(['accuracy/val"']))
  expect(await offered('status == "d')).toEqual(['done"'])
  expect(await offered('"accuracy/val', 'curve')).toContain('accuracy/val"')
  expect(await offered('smo', 'curve')).toEqual(['smooth("'])
})
