/**
 * For tests: a file with everything that our writer can write, the same bytes each time. What TensorBoard itself read from
 * it is in testdata/events/every-kind.json.gz; after a change here, make that anew (testdata/README.md says how).
 */
import { encodePng } from '../../formats/png'
import { encodeWav } from '../../formats/wav'
import { Rng } from '../../numeric/rng'
import { encodeFileVersion, encodeSessionStart } from '../encode'
import type { EncodedImage, GraphDefNode, HistogramValue, PrCounts } from '../encode'
import { frameRecord } from '../framing'
import { EventWriter } from '../writer'

class MemoryWriter extends EventWriter {
  private readonly records: Uint8Array[] = []

  constructor(wallTime: number) {
    super()
    this.write(frameRecord(encodeFileVersion(wallTime)))
    this.write(frameRecord(encodeSessionStart(wallTime, 0)))
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.records))
  }

  protected override write(record: Uint8Array): void {
    this.records.push(record)
  }
}

const rng = new Rng(1)
export const startSeconds = 1_700_000_000.25
export const wallTimeOf = (step: number): number => startSeconds + step / 3

export const steps = [0, 1, 2, 500, 2 ** 40]

/** Values that a float does not hold exactly, and the special ones. */
export const scalarValues: Record<string, number[]> = {
  'loss/train': [0.1, 1 / 3, 1e-45, 3.5e38, -0],
  'größe/…': [Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, 123456789.123]
}

export const exactValues: Record<string, number[]> = {
  exact: [0.1, Number.MIN_VALUE, -Number.MAX_VALUE, -0, Math.PI]
}

export const histogram: HistogramValue = {
  min: -3.25,
  max: 1e6,
  num: 21,
  sum: 0.1,
  sumSquares: 1 / 3,
  bucketLimits: [-1, -0.1, 0, 0.1, Number.MAX_VALUE],
  buckets: [5, 1, 0, 2 ** 40 + 1, 6]
}

function picture(width: number, height: number, channels: 1 | 3): EncodedImage {
  const data = Uint8Array.from({ length: width * height * channels }, () => rng.integer(256))
  return encodePng({ width, height, channels, data })
}

export const gray = picture(7, 5, 1)
export const colours = [picture(4, 6, 3), picture(4, 6, 3)]

const tone = (pitch: number): Float32Array =>
  Float32Array.from({ length: 200 }, (_, i) => Math.sin((2 * Math.PI * pitch * i) / 8000))
export const sounds = [encodeWav([tone(440)], 8000), encodeWav([tone(440), tone(660)], 8000)]

export const words = '# Title\n\n| a | b |\n| --- | --- |\n| 1 | “größer” 🎉 |'
export const table = [
  ['**a**', 'b'],
  ['', 'ünï'],
  ['e', 'f']
]

export const curve: PrCounts = {
  truePositives: [30, 20, 1, 0],
  falsePositives: [70, 5, 2, 0],
  trueNegatives: [0, 65, 68, 70],
  falseNegatives: [0, 10, 29, 30]
}

export const graph: GraphDefNode[] = [
  { name: 'image', op: 'input', inputs: [], attributes: { _output_shapes: { shapes: [[-1, 28, 28, 1], []] } } },
  { name: 'block/fc1', op: 'dense', inputs: ['image'], attributes: { parameters: 2 ** 40, activation: 'größe' } },
  { name: 'block/drop', op: 'dropout', inputs: ['block/fc1:1', '^image'], attributes: { rate: 0.1, training: false } }
]

export const hparams = { learningRate: 5e-4, optimizer: 'adamw', layerNorm: true, dropout: false, größe: -0, seed: 7 }

export function everyKind(): Uint8Array {
  const file = new MemoryWriter(startSeconds)
  file.hparams(hparams, startSeconds)
  file.graph(graph, startSeconds)
  file.text(0, 'experiment', words, { displayName: 'Experiment', description: 'what *it* is' }, startSeconds)
  file.text(3, 'table', table, {}, startSeconds)
  steps.forEach((step, i) => {
    const wallTime = wallTimeOf(step)
    const at = (values: Record<string, number[]>): Record<string, number> =>
      Object.fromEntries(Object.entries(values).map(([tag, list]) => [tag, list[i]]))
    file.scalars(step, at(scalarValues), wallTime)
    file.exactScalars(step, Object.entries(at(exactValues)), wallTime)
    file.histogram(step, 'weights', histogram, wallTime)
    file.image(step, 'image', gray, { description: 'one' }, wallTime)
    file.images(step, 'images', colours, { displayName: 'Two' }, wallTime)
    file.audio(step, 'audio', sounds, {}, wallTime)
    file.prCurve(step, 'pr/0', curve, { description: 'class 0' }, wallTime)
  })
  file.sessionEnd('success', startSeconds + 60)
  return file.bytes()
}
