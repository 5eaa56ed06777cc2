/** What we write, read back by an independent decoder: equal to the last bit. */
import { decode as decodePng } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { encodePng } from '../formats/png'
import { Rng } from '../numeric/rng'
import { architectureOf } from '../training/experiments'
import { recipeOf } from '../training/testing/tiny-runs'
import { encodeImages, encodePrCurve, encodeText, moduleGraphNodes } from './encode'
import * as made from './testing/every-kind'
import { decodeAs, decodeFile, type Decoded } from './testing/schema'

const events = decodeFile(made.everyKind())
/** Values of a tag, each with the time and step of its event. */
const valuesOf = (tag: string): Decoded[] =>
  events.flatMap((event) =>
    (event.summary?.value ?? [])
      .filter((value: Decoded) => value.tag === tag)
      .map((value: Decoded) => ({ ...value, step: event.step ?? 0, wallTime: event.wall_time }))
  )
const bits = (values: ArrayLike<number>): string => Buffer.from(Float64Array.from(values).buffer).toString('hex')
const plain = (bytes: Iterable<number>): number[] => [...bytes]
const shapeOf = ({ tensor }: Decoded): number[] => tensor.tensor_shape.dim.map(({ size }: Decoded) => size ?? 0)
const plugin = ({ metadata }: Decoded): string => metadata.plugin_data.plugin_name
const times = (tag: string): [number, number][] => valuesOf(tag).map(({ step, wallTime }) => [step, wallTime])

describe('a file', () => {
  it('begins with its version and a session start, and then has every event that was written', () => {
    expect(events[0]).toMatchObject({ file_version: 'brain.Event:2', source_metadata: { writer: 'phasescope' } })
    expect(events[1].session_log).toMatchObject({ status: 1 })
    expect(events).toHaveLength(2 + 4 + made.steps.length * 7 + 1)
  })

  it('keeps steps and times, and describes a tag with its first value only', () => {
    for (const tag of ['loss/train', 'exact', 'weights', 'image', 'images', 'audio', 'pr/0']) {
      expect(times(tag), tag).toEqual(made.steps.map((step) => [step, made.wallTimeOf(step)]))
    }
    for (const tag of ['exact', 'image', 'images', 'audio', 'pr/0']) {
      expect(
        valuesOf(tag).map(({ metadata }) => metadata !== undefined && metadata !== null),
        tag
      ).toEqual([true, false, false, false, false])
    }
  })
})

describe('numbers', () => {
  it('are floats in the first format and doubles where they must stay doubles', () => {
    for (const [tag, values] of Object.entries(made.scalarValues)) {
      expect(bits(valuesOf(tag).map(({ simple_value }) => simple_value))).toBe(bits(Float32Array.from(values)))
    }
    const exact = valuesOf('exact')
    expect(bits(exact.map(({ tensor }) => tensor.double_val[0]))).toBe(bits(made.exactValues.exact))
    expect(exact.map((value) => [value.tensor.dtype, shapeOf(value)])).toEqual(made.steps.map(() => [2, []]))
    expect(exact[0].metadata).toMatchObject({ plugin_data: { plugin_name: 'scalars' }, data_class: 1 })
  })

  it('of histograms are doubles, edges too', () => {
    const [{ histo }] = valuesOf('weights')
    const { min, max, num, sum, sumSquares, bucketLimits, buckets } = made.histogram
    const of = [histo.min, histo.max, histo.num, histo.sum, histo.sum_squares, ...histo.bucket_limit, ...histo.bucket]
    expect(bits(of)).toBe(bits([min, max, num, sum, sumSquares, ...bucketLimits, ...buckets]))
  })
})

describe('media', () => {
  it('are the files that were given, with their sizes', () => {
    const [one] = valuesOf('image')
    expect(one.image).toMatchObject({ width: 7, height: 5, colorspace: 1 })
    expect(plain(one.image.encoded_image_string)).toEqual(plain(made.gray.bytes))
    expect(one.metadata.summary_description).toBe('one')

    const [several] = valuesOf('images')
    expect([plugin(several), several.metadata.data_class, several.metadata.display_name]).toEqual(['images', 3, 'Two'])
    expect([several.tensor.dtype, shapeOf(several)]).toEqual([7, [4]])
    const [width, height, ...files] = several.tensor.string_val
    expect([String.fromCharCode(...width), String.fromCharCode(...height)]).toEqual(['4', '6'])
    expect(files.map(plain)).toEqual(made.colours.map(({ bytes }) => plain(bytes)))

    const [sound] = valuesOf('audio')
    expect([plugin(sound), sound.metadata.data_class, sound.tensor.dtype, shapeOf(sound)]).toEqual(['audio', 3, 7, [2]])
    expect(decodeAs('AudioPluginData', sound.metadata.plugin_data.content)).toMatchObject({ encoding: 11 })
    expect(sound.tensor.string_val.map(plain)).toEqual(made.sounds.map(plain))
  })

  it('of different sizes do not go under one tag', () => {
    expect(() => encodeImages(0, 3, 'a', [made.gray, made.colours[0]])).toThrow(
      'The images of "a" at step 3 differ in size; one tag holds images of one size.'
    )
  })

  it('pictures come out of their PNG pixel by pixel', () => {
    const rng = new Rng(3)
    for (const channels of [1, 3] as const) {
      const data = Uint8Array.from({ length: 9 * 4 * channels }, () => rng.integer(256))
      const png = encodePng({ width: 9, height: 4, channels, data })
      expect(decodePng(png.bytes)).toMatchObject({ width: 9, height: 4, channels, depth: 8 })
      expect(plain(decodePng(png.bytes).data)).toEqual(plain(data))
    }
  })

  it('text is one text or a table', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const strings = (tag: string): string[] =>
      valuesOf(tag)[0].tensor.string_val.map((bytes: Uint8Array) => decoder.decode(bytes))
    const [text] = valuesOf('experiment')
    expect([plugin(text), text.metadata.data_class, shapeOf(text)]).toEqual(['text', 2, []])
    expect(text.metadata).toMatchObject({ display_name: 'Experiment', summary_description: 'what *it* is' })
    expect(strings('experiment')).toEqual([made.words])
    expect(shapeOf(valuesOf('table')[0])).toEqual([3, 2])
    expect(strings('table')).toEqual(made.table.flat())
    expect(() => encodeText(0, 1, 'a', [['b'], []])).toThrow(
      'The rows of the table "a" at step 1 are not equally long.'
    )
  })
})

describe('curves', () => {
  it('are counts and their quotients, 0 where there is nothing to divide by', () => {
    const [value] = valuesOf('pr/0')
    expect([plugin(value), value.metadata.data_class, value.tensor.dtype, shapeOf(value)]).toEqual([
      'pr_curves',
      2,
      1,
      [6, 4]
    ])
    expect(decodeAs('PrCurvePluginData', value.metadata.plugin_data.content)).toMatchObject({ num_thresholds: 4 })
    const content = value.tensor.tensor_content as Uint8Array
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
    const read = Array.from({ length: 24 }, (_, i) => view.getFloat32(i * 4, true))
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = made.curve
    const counts = [truePositives, falsePositives, trueNegatives, falseNegatives].flatMap((row) => Array.from(row))
    const precision = [30 / 100, 20 / 25, 1 / 3, 0]
    const recall = [1, 20 / 30, 1 / 30, 0]
    expect(bits(read)).toBe(bits(Float32Array.from([...counts, ...precision, ...recall])))
  })

  it('need as many counts of each kind', () => {
    expect(() => encodePrCurve(0, 1, 'a', { ...made.curve, falsePositives: [1] })).toThrow(
      'The counts of the curve "a" at step 1 have not the same number of thresholds.'
    )
  })
})

describe('a session', () => {
  it('begins with all hyperparameters and ends with a status', () => {
    const content = (tag: string): Decoded => {
      const [value] = valuesOf(tag)
      expect([plugin(value), value.tensor.dtype, shapeOf(value)]).toEqual(['hparams', 1, [0]])
      return decodeAs('HParamsPluginData', value.metadata.plugin_data.content)
    }
    const start = content('_hparams_/session_start_info').session_start_info
    expect(start.start_time_secs).toBe(made.startSeconds)
    const read = Object.entries(start.hparams as Record<string, Decoded>).map(([key, value]) => {
      return [key, value.number_value ?? value.string_value ?? value.bool_value]
    })
    expect(Object.fromEntries(read)).toStrictEqual(made.hparams)
    const end = content('_hparams_/session_end_info').session_end_info
    expect(end).toMatchObject({ status: 1, end_time_secs: made.startSeconds + 60 })
  })
})

describe('a graph', () => {
  it('has its nodes, their inputs in order and their attributes', () => {
    const { node } = decodeAs('GraphDef', events.find(({ graph_def }) => graph_def !== undefined).graph_def)
    expect(node.map(({ name, op, input }: Decoded) => [name, op, input])).toEqual(
      made.graph.map(({ name, op, inputs }) => [name, op, inputs])
    )
    const shapes = node[0].attr._output_shapes.list.shape
    expect(shapes.map(({ dim }: Decoded) => dim.map(({ size }: Decoded) => size))).toEqual([[-1, 28, 28, 1], []])
    expect(node[1].attr.parameters.i).toBe(2 ** 40)
    expect(new TextDecoder().decode(node[1].attr.activation.s)).toBe('größe')
    expect(node[2].attr.rate.f).toBe(Math.fround(0.1))
    expect(node[2].attr.training.b).toBe(false)
  })

  it('of a model has its module tree as scopes', () => {
    const { graph } = architectureOf(recipeOf('modular-addition', { layerNorm: true }))
    const nodes = moduleGraphNodes(graph)
    const names = nodes.map(({ name }) => name)
    expect(names).toContain('blocks.0/attn/q')
    expect(new Set(names).size).toBe(names.length)
    for (const { inputs } of nodes) for (const input of inputs) expect(names).toContain(input)
    const paths = graph.nodes.filter(({ kind }) => kind !== 'scope').map(({ path }) => path)
    expect(names.map((name) => name.replaceAll('/', '.'))).toEqual(paths)
    expect(nodes.flatMap(({ inputs }) => inputs)).toHaveLength(graph.edges.length)
    const counted = nodes.reduce((sum, { attributes }) => sum + ((attributes?.parameters as number) ?? 0), 0)
    expect(counted).toBe(graph.parameters)
    expect(nodes.find(({ name }) => name === 'unembed')).toEqual({
      name: 'unembed',
      op: 'dense',
      inputs: ['blocks.0/resid_post'],
      attributes: { _output_shapes: { shapes: [[-1, 113]] }, parameters: 128 * 113 }
    })
  })
})
