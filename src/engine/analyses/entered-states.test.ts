/** Entered states over a real project and a real fit. What is read in place of the run in training is a run that is over, so that its states are known. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { enteredStates } from '../../analysis'
import type { AnalysisOptions } from '../../domain/analysis-options'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../testing/engines'
import { EnteredStates } from './entered-states'

it('are told once for a run in training, and not of what it had entered before anybody looked', async () => {
  const { engine, home } = testEngine()
  const session = await engine.openOrCreateFolder(join(home, 'p'), 'p')
  const params = { ...tinyMnist, epochs: 24, learningRate: 3e-3 }
  const runIds = await engine.training.start(session, trainingRequest({ seeds: [0, 1, 2], params }))
  await Promise.all(runIds.map((id) => engine.training.finished(id)))
  const [over, ...fitted] = runIds
  const options: AnalysisOptions = {
    runIds: fitted,
    features: ['weights/l2', 'loss/train'],
    zscore: 'run',
    covariance: 'diag',
    statesMin: 2,
    statesMax: 2,
    restarts: 2,
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
  expect(await saved).toMatchObject({ ok: true })
  const fit = session.analysis(id).fits[0]
  const decoded = await engine.analyses.decode(session, id, fit.states, over)
  const wanted = enteredStates(decoded.steps, decoded).map(({ state, step }) => {
    const { number, name } = fit.stateSummaries[state]
    return `entered S${number} (${name}) at step ${step.toLocaleString('en')}`
  })
  expect(wanted.length).toBeGreaterThan(0)

  const told: string[] = []
  let decodings = 0
  const watching = (): EnteredStates =>
    new EnteredStates(
      {
        decode: (of, analysisId, states) => {
          decodings++
          return engine.analyses.decode(of, analysisId, states, over)
        }
      },
      (_session, _name, payload) => told.push((payload as { text: string }).text)
    )
  const before = watching()
  before.begin(session)
  const [live] = await engine.training.start(session, trainingRequest({ seeds: [9], params: { ...params, epochs: 100_000 } })) // prettier-ignore
  await expect.poll(() => session.run(live).status).toBe('running')
  before.grew(live)
  await expect.poll(() => told).toEqual(wanted)
  // Read again no sooner than in ten seconds, and a run that the fit has seen not at all.
  before.grew(live)
  before.grew(fitted[0])
  // Whoever comes later takes what it finds as known.
  const after = watching()
  after.begin(session)
  after.grew(live)
  await expect.poll(() => decodings).toBe(2)
  await engine.analyses.decode(session, id, fit.states, over)
  await engine.training.control(session, [live], 'cancel')
  await engine.training.finished(live)
  expect(told).toEqual(wanted)
})
