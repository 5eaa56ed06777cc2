/** Our reader reads what our writer writes: every kind, to the last bit. */
import { expect, it } from 'vitest'
import { graphOf } from './graph'
import { decodeHistogramValue } from './histogram'
import { sessionEndOf, sessionStartOf } from './hparams'
import { audioOf, imageOf } from './media'
import { prPointsOf } from './pr-curve'
import { RunLog } from './run-log'
import * as made from './testing/every-kind'
import { textOf } from './text'

const bytes = made.everyKind()
const log = new RunLog()
log.feed(log.file('made'), bytes)

/** Bytes and form of the first point of a tag, after a check that every step and time is there. */
function first(tag: string, kind: string, steps: readonly number[] = made.steps): { bytes: Uint8Array; form: number } {
  const { places } = log.find(tag, kind)!
  const view = places!.view('latest')
  expect(Array.from(view.steps.subarray(0, view.length)), tag).toEqual(steps)
  const { offset, length, form } = places!.place(view.at(0))
  return { bytes: bytes.subarray(offset, offset + length), form }
}

it('finds nothing wrong, and every tag as the kind that it is', () => {
  expect(log.problems).toEqual([])
  expect([log.fileVersion, log.sourceWriter, log.startTime]).toEqual(['brain.Event:2', 'phasescope', made.startSeconds])
  expect(log.find('experiment', 'text')!.metadata).toMatchObject({
    displayName: 'Experiment',
    description: 'what *it* is',
    dataClass: 2
  })
  expect(log.find('image', 'images')!.metadata.description).toBe('one')
})

it('scalars, floats and doubles', () => {
  const rounded = Object.entries(made.scalarValues).map(([tag, values]) => [tag, values.map(Math.fround)] as const)
  for (const [tag, values] of [...rounded, ...Object.entries(made.exactValues)]) {
    const view = log.scalars(tag)!.view('latest')
    expect(Array.from(view.values.subarray(0, view.length)), tag).toEqual(values)
    expect(Array.from(view.steps.subarray(0, view.length))).toEqual(made.steps)
    expect(Array.from(view.wallTimes.subarray(0, view.length))).toEqual(made.steps.map(made.wallTimeOf))
  }
})

it('histograms, pictures, sounds, texts and curves', () => {
  expect(decodeHistogramValue(first('weights', 'histograms').bytes)).toEqual(made.histogram)
  const one = first('image', 'images')
  expect(imageOf(one.bytes, one.form, 0)).toMatchObject({ data: made.gray.bytes, width: 7, height: 5 })
  const two = first('images', 'images')
  expect(imageOf(two.bytes, two.form, 1)).toMatchObject({ data: made.colours[1].bytes, mime: 'image/png', width: 4 })
  const sound = first('audio', 'audio')
  expect(audioOf(sound.bytes, sound.form, 1)).toMatchObject({ data: made.sounds[1], mime: 'audio/wav' })
  expect(textOf(first('experiment', 'text', [0]).bytes).rows).toEqual([[made.words]])
  expect(textOf(first('table', 'text', [3]).bytes).rows).toEqual(made.table)
  const points = prPointsOf(first('pr/0', 'pr_curves').bytes)
  expect(points).toMatchObject(
    Object.fromEntries(Object.entries(made.curve).map(([key, counts]) => [key, Float64Array.from(counts)]))
  )
  expect(points.recall).toEqual(Float64Array.of(1, Math.fround(20 / 30), Math.fround(1 / 30), 0))
})

it('hyperparameters, the end of the session, and the graph', () => {
  const content = (tag: string): Uint8Array => log.metadata(tag)!.content
  const start = sessionStartOf(content('_hparams_/session_start_info'))
  expect(start).toEqual({ params: made.hparams, group: '', startTime: made.startSeconds })
  expect(sessionEndOf(content('_hparams_/session_end_info'))).toEqual({
    status: 'success',
    endTime: made.startSeconds + 60
  })
  const graphs = log.series().find(({ kind }) => kind === 'graphs')!
  const { bytes: graph, form } = first(graphs.tag, 'graphs', [0])
  const { nodes } = graphOf(graph, form, 'graphs')
  expect(nodes.map(({ name, op, inputs }) => ({ name, op, inputs }))).toEqual(
    made.graph.map(({ name, op, inputs }) => ({ name, op, inputs }))
  )
  expect(nodes[0].attributes).toContainEqual(['_output_shapes', '[[?, 28, 28, 1], []]'])
  expect(nodes[1].attributes).toContainEqual(['parameters', String(2 ** 40)])
})
