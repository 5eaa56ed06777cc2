/** Learning-rate sweeps and twin peaks on runs that the engine itself has trained. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SweptRunAnswer, TwinPeaks } from '../../contract/runs'
import { decodeFile } from '../../events/testing/schema'
import type { Engine } from '../engine'
import type { ProjectSession } from '../project/project-session'
import { sweptSpec } from './sweep'
import { testEngine, tinyMnist, trainingRequest } from '../testing/engines'

const project = (engine: Engine, home: string): Promise<ProjectSession> =>
  engine.openOrCreateFolder(join(home, 'project'), 'test')
const params = { ...tinyMnist, epochs: 20, optimizer: 'sgd', momentum: 0, weightDecay: 0, initScale: 1 }

async function finished(engine: Engine, runIds: string[]): Promise<void> {
  await Promise.all(runIds.map((id) => engine.training.finished(id)))
}

describe('a learning-rate sweep', () => {
  it('is one run for each rate and seed in one group, and is judged', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const request = trainingRequest({ params, seeds: [0, 1], rates: [10, 1e-6, 0.3] })
    const ids = await engine.training.start(session, request)
    expect(ids.map((id) => session.run(id).name)).toEqual([
      ...['tiny lr 0.000001 s0', 'tiny lr 0.000001 s1', 'tiny lr 0.3 s0', 'tiny lr 0.3 s1', 'tiny lr 10 s0'],
      'tiny lr 10 s1'
    ])
    expect(new Set(ids.map((id) => session.run(id).group)).size).toBe(1)
    expect(ids.map((id) => session.run(id).spec!.params.learningRate)).toEqual([1e-6, 1e-6, 0.3, 0.3, 10, 10])
    await finished(engine, ids)

    const asked = [ids[4], ids[0], ids[2]]
    const answer = (await engine.call('sweep.compare', { runIds: asked, mostPoints: 10 })) as SweptRunAnswer[]
    expect(answer.map(({ runId, rate }) => [runId, rate])).toEqual([
      [ids[4], 10],
      [ids[0], 1e-6],
      [ids[2], 0.3]
    ])
    expect(answer.map(({ conclusion }) => conclusion)).toEqual(['too-high', 'too-low', 'best'])
    // fc3 has no hook here, so fc2 is the last layer whose gradient is known.
    expect(answer[1].gradient!.tag).toBe('gradients/fc2/l2')
    expect(answer[1].loss.steps.length).toBeLessThanOrEqual(10)
    expect(answer[1].loss.steps.at(-1)).toBe(40)
  })

  it('without gradients is judged by the loss alone', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const ids = await engine.training.start(session, trainingRequest({ params, hooks: [], rates: [1e-6, 0.3] }))
    await finished(engine, ids)
    const answer = (await engine.call('sweep.compare', { runIds: ids, mostPoints: 10 })) as SweptRunAnswer[]
    expect(answer.map(({ gradient }) => gradient)).toEqual([null, null])
    expect(answer[0].sentence).toContain('no gradient of the last layer was recorded')
  })

  it('checks every rate before the first run is made', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    await expect(engine.training.start(session, trainingRequest({ rates: [0.1, 1e9] }))).rejects.toThrow(
      /learningRate.* is 1000000000; it must be/
    )
    expect(session.listRuns()).toEqual([])
    expect(() => sweptSpec({ name: 'theirs', spec: null })).toThrow('theirs was imported')
  })
})

describe('twin peaks', () => {
  /** Histograms of a run as a decoder that is not ours reads them: step to bucket counts. */
  function histograms(folder: string, wanted: string): Map<number, number[]> {
    const found = new Map<number, number[]>()
    for (const name of readdirSync(folder).filter((file) => file.includes('tfevents'))) {
      for (const { step = 0, summary } of decodeFile(new Uint8Array(readFileSync(join(folder, name))))) {
        for (const { tag, histo } of summary?.value ?? []) {
          if (tag === wanted) found.set(Number(step), Array.from(histo.bucket as number[], Number))
        }
      }
    }
    return found
  }

  it('are the mean of the last quarter of an epoch and the validation examples at its end', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    // 8 steps an epoch: the last quarter are two of them.
    const params = { ...tinyMnist, trainSamples: 256, epochs: 3 }
    const record = { ...trainingRequest().record, histogramRange: 'fixed' as const }
    const [id] = await engine.training.start(session, trainingRequest({ params, hooks: ['fc1'], record }))
    await finished(engine, [id])
    const ask = async (epoch: number | null, hook = 'fc1'): Promise<TwinPeaks | null> =>
      (await engine.call('runs.twinPeaks', { runId: id, hook, epoch })) as TwinPeaks | null
    const two = (await ask(2))!
    expect(two.epochs).toEqual([1, 2, 3])
    expect(two.train).toMatchObject({ histograms: 2, from: 15, to: 16 })
    expect(two.validation).toMatchObject({ histograms: 1, from: 16, to: 16 })

    const folder = session.runFolder(id)
    const batches = histograms(folder, 'activations/fc1')
    const [a, b] = [batches.get(15)!, batches.get(16)!]
    const total = [...a, ...b].reduce((sum, count) => sum + count, 0)
    const width = two.edges[1] - two.edges[0]
    two.train!.density.forEach((density, i) => {
      expect(density).toBeCloseTo((a[i + 1] + b[i + 1]) / total / width, 9)
    })
    expect(two.train!.values).toBe(total)
    expect(two.train!.below).toBeCloseTo((a[0] + b[0]) / total, 9)
    expect(two.train!.above).toBeCloseTo((a.at(-1)! + b.at(-1)!) / total, 9)
    const held = histograms(folder, 'activations/fc1/validation').get(16)!
    const heldTotal = held.reduce((sum, count) => sum + count, 0)
    two.validation!.density.forEach((density, i) => expect(density).toBeCloseTo(held[i + 1] / heldTotal / width, 9))
    expect(two.validation!.zeros).toBeGreaterThanOrEqual(0)

    expect((await ask(null))!.epoch).toBe(3)
    expect(await ask(null, 'fc2')).toBeNull()
  })

  it('have the same bins, whatever ranges were found for the two, and lose nothing', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const params = { ...tinyMnist, trainSamples: 256, epochs: 3, initScale: 8 }
    const [id] = await engine.training.start(session, trainingRequest({ params, hooks: ['fc1', 'fc3'] }))
    await finished(engine, [id])
    for (const hook of ['fc1', 'fc3']) {
      const { edges, train, validation } = (await engine.call('runs.twinPeaks', { runId: id, hook, epoch: null }))!
      for (const { density, below, above } of [train!, validation!]) {
        expect(density).toHaveLength(edges.length - 1)
        const inside = density.reduce((sum, one, b) => sum + one * (edges[b + 1] - edges[b]), 0)
        expect(inside + below + above).toBeCloseTo(1, 6)
        expect(inside).toBeGreaterThan(0.999)
      }
    }
  })

  it('say where nothing was recorded in the last quarter', async () => {
    const { engine, home } = testEngine()
    const session = await project(engine, home)
    const { record } = trainingRequest()
    const [id] = await engine.training.start(
      session,
      // Batches 5, 10, 15, ... are recorded; those of the last quarters are 7, 8, 15, 16, 23, 24.
      trainingRequest({
        params: { ...tinyMnist, trainSamples: 256, epochs: 3 },
        hooks: ['fc1'],
        record: { ...record, activationsEvery: 5, metricsUnit: 'epoch', metricsEvery: 1 }
      })
    )
    await finished(engine, [id])
    const peaks = (await engine.call('runs.twinPeaks', { runId: id, hook: 'fc1', epoch: 1 })) as TwinPeaks
    expect(peaks.train).toBeNull()
    expect(peaks.validation).not.toBeNull()
  })
})
