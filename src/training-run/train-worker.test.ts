/** What real training threads leave in event files, read by a decoder that is not ours. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode as decodePng } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { nextEvent, testEngine, tinyMnist, trainingRequest } from '../engine/testing/engines'
import { decodeAs, decodeFile, type Decoded } from '../events/testing/schema'

interface Value {
  step: number
  tag: string
  value: Decoded
}

const lenet = { ...tinyMnist, model: 'lenet5', initScale: 1 }

function eventsOf(folder: string): Decoded[] {
  const files = readdirSync(folder).filter((name) => name.includes('tfevents'))
  return files.sort().flatMap((name) => decodeFile(new Uint8Array(readFileSync(join(folder, name)))))
}

/** Values in order, without those that a later start has taken back, without metadata and what depends on the clock. */
function valuesOf(folder: string): Value[] {
  let values: Value[] = []
  for (const { step = 0, summary, session_log: log } of eventsOf(folder)) {
    if (log) values = values.filter((value) => value.step < step)
    for (const { tag, metadata: _, ...value } of summary?.value ?? []) {
      if (!tag.startsWith('time/') && !tag.startsWith('_hparams_/')) values.push({ step, tag, value })
    }
  }
  // Weight metrics are computed beside the training and written when they are there: in order of their steps, each tag.
  return values.sort((a, b) => a.step - b.step || (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0))
}

function sessionInfo(folder: string, name: string): Decoded {
  const all = eventsOf(folder).flatMap(({ summary }) => summary?.value ?? [])
  const found = all.filter(({ tag }: Decoded) => tag === `_hparams_/${name}`)
  expect(found.length).toBeLessThanOrEqual(1)
  return found[0] ? decodeAs('HParamsPluginData', found[0].metadata.plugin_data.content)[name] : null
}

describe('the event file of a run', () => {
  it('has hyperparameters, text, graph, pictures, curves, and how it ended', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const [id] = await engine.training.start(session, trainingRequest({ params: lenet, seeds: [4], hooks: ['conv1'] }))
    await engine.training.finished(id)
    const folder = session.runFolder(id)

    const { hparams } = sessionInfo(folder, 'session_start_info')
    expect(hparams).toMatchObject({
      experiment: { string_value: 'mnist' },
      model: { string_value: 'lenet5' },
      trainSamples: { number_value: 64 },
      seed: { number_value: 4 },
      backend: { string_value: 'wasm' }
    })
    expect(sessionInfo(folder, 'session_end_info')).toMatchObject({ status: 1 })
    const graphs = eventsOf(folder).filter(({ graph_def }) => graph_def !== undefined)
    expect(graphs).toHaveLength(1)
    const names = decodeAs('GraphDef', graphs[0].graph_def).node.map(({ name }: Decoded) => name)
    expect(names.slice(0, 3)).toEqual(['input', 'conv1', 'relu1'])

    const values = valuesOf(folder)
    const stepsOf = (wanted: string): number[] => values.filter(({ tag }) => tag === wanted).map(({ step }) => step)
    for (const tag of ['experiment', 'images/first_batch', 'feature_maps/input']) expect(stepsOf(tag), tag).toEqual([0])
    for (const tag of ['filters/conv1', 'feature_maps/conv1', 'pr/0', 'pr/9', 'pr/micro']) {
      expect(stepsOf(tag), tag).toEqual([0, 2, 4, 6])
    }
    const { image } = values.find(({ tag }) => tag === 'images/first_batch')!.value
    // 32 examples in 6 columns.
    expect([image.width, image.height, image.colorspace]).toEqual([6 * 29 - 1, 6 * 29 - 1, 1])
    expect(decodePng(image.encoded_image_string)).toMatchObject({ width: 173, height: 173, channels: 1, depth: 8 })
  })

  it('is the same for the same seed, and after an interruption', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const record = { ...trainingRequest().record, checkpointEvery: 5 }
    const request = trainingRequest({ params: { ...lenet, epochs: 60 }, hooks: ['conv1'], record })
    const [stopped, whole, again] = [
      ...(await engine.training.start(session, request)),
      ...(await engine.training.start(session, request)),
      ...(await engine.training.start(session, request))
    ]
    await nextEvent(engine, 'training.progress', ({ runId, step }) => runId === stopped && step > 20)
    await engine.call('project.close', { training: 'stop' })
    const reopened = await engine.openFolder(session.folder)
    const ids = [stopped, whole, again]
    await engine.training.continueRuns(reopened, ids)
    await Promise.all(ids.map((id) => engine.training.finished(id)))
    const [first, second, third] = ids.map((id) => reopened.runFolder(id))
    expect(readdirSync(first).filter((name) => name.includes('tfevents'))).toHaveLength(2)
    expect(readdirSync(third).filter((name) => name.includes('tfevents'))).toHaveLength(1)
    expect(valuesOf(third).length).toBeGreaterThan(1000)
    expect(valuesOf(first)).toEqual(valuesOf(third))
    expect(valuesOf(second)).toEqual(valuesOf(third))
    for (const folder of [first, third]) expect(sessionInfo(folder, 'session_end_info')).toMatchObject({ status: 1 })
  })

  it('leaves the end of a cancelled run open, and says when a run has failed', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const long = trainingRequest({ params: { ...tinyMnist, epochs: 100_000 } })
    const [cancelled] = await engine.training.start(session, long)
    await nextEvent(engine, 'training.progress', ({ step }) => step > 10)
    await engine.training.control(session, [cancelled], 'cancel')
    await engine.training.finished(cancelled)
    expect(session.run(cancelled).status).toBe('cancelled')
    expect(sessionInfo(session.runFolder(cancelled), 'session_end_info')).toBeNull()

    const params = { ...tinyMnist, epochs: 40, optimizer: 'sgd', learningRate: 10, initScale: 100 }
    const [failed] = await engine.training.start(session, trainingRequest({ params }))
    await engine.training.finished(failed)
    expect(session.run(failed).status).toBe('failed')
    expect(sessionInfo(session.runFolder(failed), 'session_end_info')).toMatchObject({ status: 2 })
  })
})
