/**
 * TensorBoard itself reads what we write: the answers that it gave once are kept in testdata and compared always; where a
 * Python with tensorboard is on the machine, it is asked again, and this test says which version answered.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goldenJson, keepGolden } from '../testing/golden'
import { encodeGraph } from './encode'
import * as made from './testing/every-kind'
import { decodeAs } from './testing/schema'
import { pythonWithTensorboard, tensorboardReads, type Point, type TensorboardReads } from './testing/tensorboard'

const file = made.everyKind()

function live(python: string): TensorboardReads {
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-test-'))
  try {
    writeFileSync(join(folder, 'events.out.tfevents.1700000000.test.1.0'), file)
    return tensorboardReads(python, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const answers: [string, TensorboardReads][] = []
const python = pythonWithTensorboard()
if (python) {
  const asked = live(python)
  if (process.env.PHASESCOPE_KEEP_ANSWERS === '1') keepGolden('events/every-kind.json', asked)
  answers.push([`TensorBoard ${asked.tensorboard}, asked now`, asked])
}
const kept = goldenJson<TensorboardReads>('events/every-kind.json')
answers.push([`TensorBoard ${kept.tensorboard}, kept`, kept])

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const doubles = (...values: number[]): string => hex(new Uint8Array(Float64Array.from(values).buffer))
const floats = (...values: number[]): string => hex(new Uint8Array(Float32Array.from(values).buffer))
const text = (value: string): string => hex(new TextEncoder().encode(value))
const points = <V>(value: (i: number) => V): Point<V>[] =>
  made.steps.map((step, i) => ({ wallTime: doubles(made.wallTimeOf(step)), step, value: value(i) }))
const once = <V>(step: number, value: V): Point<V>[] => [{ wallTime: doubles(made.startSeconds), step, value }]
const strings = (shape: number[], elements: string[]): object => ({ dtype: 'string', shape, elements })

const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = made.curve
const rows = [tp, fp, tn, fn].flatMap((row) => Array.from(row))
const quotients = [30 / 100, 20 / 25, 1 / 3, 0, 1, 20 / 30, 1 / 30, 0]
const nothing = { dtype: 'float32', shape: [0], bytes: '' }
const tensors = {
  exact: points((i) => ({ dtype: 'float64', shape: [], bytes: doubles(made.exactValues.exact[i]) })),
  experiment: once(0, strings([], [text(made.words)])),
  table: once(3, strings([3, 2], made.table.flat().map(text))),
  images: points(() => strings([4], [text('4'), text('6'), ...made.colours.map(({ bytes }) => hex(bytes))])),
  audio: points(() => strings([2], made.sounds.map(hex))),
  'pr/0': points(() => ({ dtype: 'float32', shape: [6, 4], bytes: floats(...rows, ...quotients) })),
  '_hparams_/session_start_info': once(0, nothing),
  '_hparams_/session_end_info': [{ wallTime: doubles(made.startSeconds + 60), step: 0, value: nothing }]
}

const { graph_def: graphDef } = decodeAs('Event', encodeGraph(0, made.graph))
const graph = made.graph.map(({ name, op, inputs }) => ({ name, op, inputs }))

describe.each(answers)('%s,', (_, { sha256, legacy, plugin }) => {
  it('was given the file that is written today', () => {
    expect(sha256).toBe(createHash('sha256').update(file).digest('hex'))
  })

  it('returns to scripts every value, bit for bit', () => {
    const { min, max, num, sum, sumSquares, bucketLimits, buckets } = made.histogram
    const scalars = Object.entries(made.scalarValues).map(([tag, values]) => {
      return [tag, points((i) => doubles(Math.fround(values[i])))]
    })
    expect(legacy.scalars).toEqual(Object.fromEntries(scalars))
    expect(legacy.histograms).toEqual({
      weights: points(() => ({
        moments: doubles(min, max, num, sum, sumSquares),
        limits: doubles(...bucketLimits),
        buckets: doubles(...buckets)
      }))
    })
    expect(legacy.images).toEqual({ image: points(() => ({ width: 7, height: 5, bytes: hex(made.gray.bytes) })) })
    expect(legacy.tensors).toEqual(tensors)
  })

  it('feeds its dashboards the same, each tag for its plugin', () => {
    const { image, weights, ...others } = plugin.tensors
    const scalars = Object.entries(made.scalarValues).map(([tag, values]) => {
      return [tag, points((i) => ({ dtype: 'float32', shape: [], bytes: floats(values[i]) }))]
    })
    const { __run_graph__: runGraph, ...read } = others
    expect(read).toEqual({ ...tensors, ...Object.fromEntries(scalars) })
    expect(image).toEqual(points(() => strings([3], [text('7'), text('5'), hex(made.gray.bytes)])))
    expect(weights.map(({ step }) => step)).toEqual(made.steps)
    expect(runGraph[0].value.elements).toEqual([hex(graphDef)])
    const plugins = Object.entries(plugin.metadata).map(([tag, { plugin: name, dataClass }]) => [tag, name, dataClass])
    expect(plugins.sort()).toEqual([
      ['__run_graph__', 'graphs', 3],
      ['_hparams_/session_end_info', 'hparams', 2],
      ['_hparams_/session_start_info', 'hparams', 2],
      ['audio', 'audio', 3],
      ['exact', 'scalars', 1],
      ['experiment', 'text', 2],
      ['größe/…', 'scalars', 1],
      ['image', 'images', 3],
      ['images', 'images', 3],
      ['loss/train', 'scalars', 1],
      ['pr/0', 'pr_curves', 2],
      ['table', 'text', 2],
      ['weights', 'histograms', 2]
    ])
    expect(plugin.metadata.image.description).toBe('one')
    expect(plugin.metadata.experiment).toMatchObject({ displayName: 'Experiment', description: 'what *it* is' })
    const start = decodeAs(
      'HParamsPluginData',
      Buffer.from(plugin.metadata['_hparams_/session_start_info'].content, 'hex')
    )
    expect(Object.keys(start.session_start_info.hparams)).toEqual(Object.keys(made.hparams))
  })

  it('has the graph, by both ways', () => {
    for (const nodes of [legacy.graph, plugin.graph]) {
      expect(nodes?.map(({ name, op, inputs }) => ({ name, op, inputs }))).toEqual(graph)
      expect(nodes?.map(({ attributes }) => Object.keys(attributes))).toEqual(
        made.graph.map(({ attributes }) => Object.keys(attributes!).sort())
      )
    }
  })
})
