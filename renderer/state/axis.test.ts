// @vitest-environment happy-dom
/** What time is counted in, in the views of an analysis: what tells its points apart, unless the user says otherwise. */
import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Reply } from '../../src/contract/wire'

const runOf = (runId: string): object => ({ runId, label: runId, seed: null, steps: [49, 99, 149], epochs: [0, 0, 1] })
const analysis = (id: string, axis: string): object => ({
  schemaVersion: 2,
  id,
  name: id,
  createdAt: '2026-01-01T00:00:00Z',
  axis,
  findings: [],
  candidates: [],
  options: {
    runIds: ['r'],
    features: ['a'],
    zscore: 'run',
    covariance: 'diag',
    statesMin: 1,
    statesMax: 1,
    restarts: 1,
    maxIterations: 1,
    tolerance: 1,
    minCovar: 1,
    seed: 0,
    criterion: 'bic',
    transitions: 'free',
    folds: 0,
    surrogates: 0
  },
  inputs: { runs: [runOf('r')], features: ['a'], rows: 3, scaling: [[{ mean: 0, std: 1 }]] },
  selection: [],
  evidence: null,
  fits: [],
  chosenStates: 1,
  chosenBy: 'bic',
  elapsedSeconds: 1
})
const summary = (id: string): object => ({
  id,
  name: id,
  createdAt: '2026-01-01T00:00:00Z',
  runs: 1,
  chosenStates: 1,
  chosenBy: 'bic',
  runIds: ['r'],
  features: 1,
  rows: 3
})
const projectOf = (id: string): object => ({
  id,
  name: id,
  folder: `/${id}`,
  sample: false,
  trusted: true,
  held: [],
  problems: []
})

let axis = 'step'
beforeEach(() => {
  vi.resetModules()
  localStorage.clear()
})

async function page() {
  const [{ connectHost }, { useAnalyses }, { useProject }, { useSelection }] = await Promise.all([
    import('../bridge/host'),
    import('./analyses'),
    import('./project'),
    import('./selection')
  ])
  setActivePinia(createPinia())
  let push: (name: string, payload: unknown) => void = () => undefined
  const plain: Record<string, () => unknown> = {
    'analysis.list': () => [summary('x')],
    'analysis.get': () => analysis('x', axis),
    'runs.list': () => []
  }
  connectHost({
    request: (name): Promise<Reply> =>
      Promise.resolve(
        name in plain
          ? { ok: true, value: plain[name]() }
          : { ok: false, error: { code: 'internal', message: `${name} is not there.` } }
      ),
    onEvent: (listener) => (push = listener)
  })
  useProject()
  const analyses = useAnalyses()
  const open = async (id: string): Promise<void> => {
    push('project.changed', projectOf(id))
    await flushPromises()
  }
  return { analyses, open, selection: useSelection() }
}

it('is what the host tells, and what the user wants instead, in this project', async () => {
  axis = 'step'
  const { analyses, open, selection } = await page()
  await open('p')
  const [run] = analyses.current!.inputs.runs
  expect([analyses.axis, analyses.hasBothAxes, analyses.timesOf(run)]).toEqual(['step', true, [49, 99, 149]])
  selection.hoveredEpoch = 99
  analyses.setAxis('epoch')
  expect([analyses.axis, analyses.timesOf(run), selection.hoveredEpoch]).toEqual(['epoch', [0, 0, 1], null])

  await open('q')
  expect(analyses.axis).toBe('step')
  await open('p')
  expect(analyses.axis).toBe('epoch')
  // What the host tells is no choice of the user's: it follows the analyses from then on.
  analyses.setAxis('step')
  axis = 'epoch'
  await open('q')
  await open('p')
  expect(analyses.axis).toBe('epoch')
})
