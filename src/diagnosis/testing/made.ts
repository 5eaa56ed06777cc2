/** What the networks of the gallery are made of: data that are drawn, layers, and the run that trains them. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { mnistDataset } from '../../datasets/bundled/mnist'
import type { Dataset, Split } from '../../domain/dataset'
import type { Layer, NetworkSpec } from '../../domain/network'
import type { ActivationName } from '../../domain/network-layers'
import type { RuleId } from '../../domain/reading'
import type { ParamValue } from '../../domain/recipe'
import type { RunSpec } from '../../domain/run'
import { Rng } from '../../numeric/rng'
import { findExperiment, resolveRecipe } from '../../training/experiments'

export interface Exhibit {
  name: string
  /** What has been broken, in a few words; null: nothing. */
  broken: string | null
  /** Any of these may lead; none: nothing above a note may be said. */
  leads: RuleId[]
  /** Rules that must not speak above a note: they would send somebody the wrong way. */
  never?: RuleId[]
  make(seed: number): { spec: RunSpec; dataset: Dataset }
}

/** Tests and scripts run in the root of the project, wherever they are built. */
const resource = (name: string): Uint8Array => gunzipSync(readFileSync(resolve('resources', name)))

let files: { images: Uint8Array; labels: Uint8Array } | null = null
export function digits(rng: Rng, train = 2000, validation = 500): Dataset {
  files ??= { images: resource('mnist-10k-images.idx3.gz'), labels: resource('mnist-10k-labels.idx1.gz') }
  return mnistDataset(files.images, files.labels, { train, validation }, rng)
}

interface Setup {
  network: Layer[]
  dataset(rng: Rng): Dataset
  params?: Record<string, ParamValue>
  /** Default: all layers. */
  hooks?: string[]
}

export function exhibit(
  name: string,
  broken: string | null,
  leads: RuleId[],
  setup: Setup,
  never: RuleId[] = []
): Exhibit {
  return {
    name,
    broken,
    leads,
    never,
    make(seed) {
      const rng = new Rng(seed * 7919 + 17)
      const dataset = setup.dataset(rng)
      const network: NetworkSpec = { title: name, input: dataset.inputShape, layers: setup.network }
      const { train, validation } = dataset
      const width = train.targets ? train.targets.length / train.count : 0
      const data = {
        id: 'made',
        name: 'made',
        inputShape: dataset.inputShape,
        classes: dataset.classes,
        classNames: Array.from({ length: dataset.classes }, (_, c) => String(c)),
        targetWidth: width,
        train: train.count,
        validation: validation.count
      }
      const params = { epochs: 10, batchSize: 50, evalSamples: 500, weightDecay: 0.01, ...setup.params }
      const recipe = resolveRecipe({ experiment: 'custom', params, data, network })
      const { defaultRecord } = findExperiment('custom')
      const spec: RunSpec = {
        ...recipe,
        seed,
        streams: 3,
        hooks: setup.hooks ?? setup.network.filter(({ type }) => type !== 'flatten').map((layer) => layer.name),
        record: {
          ...defaultRecord,
          metricsEvery: 1,
          metricsUnit: 'epoch',
          pauseOnNonFinite: false,
          checkpointEvery: 1000,
          keepBest: false
        },
        backend: 'wasm',
        parent: null
      }
      return { spec, dataset }
    }
  }
}

export function mlp(
  widths: number[],
  fn: ActivationName,
  out: number,
  more: (i: number) => Layer[] = () => []
): Layer[] {
  const hidden = widths.flatMap((units, i): Layer[] => [
    { name: `fc${i + 1}`, type: 'dense', units },
    ...more(i),
    { name: `${fn}${i + 1}`, type: 'activation', fn }
  ])
  return [
    { name: 'flatten', type: 'flatten' },
    ...hidden,
    { name: `fc${widths.length + 1}`, type: 'dense', units: out }
  ]
}

/** Inputs as they are, each number changed. */
export function withInputs(split: Split, change: (value: number, at: number) => number): Split {
  return { ...split, inputs: Float32Array.from(split.inputs as Float32Array, change) }
}

export function onBoth(data: Dataset, change: (split: Split) => Split): Dataset {
  return { ...data, train: change(data.train), validation: change(data.validation) }
}

/** A share of the labels is drawn anew. */
export function noisy(split: Split, share: number, rng: Rng): Split {
  return {
    ...split,
    labels: Int32Array.from(split.labels, (label) => (rng.uniform() < share ? Math.floor(rng.uniform() * 10) : label))
  }
}

/** Two clouds of points in the plane, so far apart that they hardly overlap. */
export function clouds(rng: Rng, shares: [number, number], train = 1500, validation = 500, apart = 2): Dataset {
  const split = (count: number): Split => {
    const inputs = new Float32Array(count * 8)
    const labels = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      labels[i] = rng.uniform() < shares[0] ? 0 : 1
      for (let j = 0; j < 8; j++)
        inputs[i * 8 + j] = rng.normal() + (j < 2 ? (labels[i] === 0 ? -apart / 2 : apart / 2) : 0)
    }
    return { inputs, labels, count }
  }
  return { inputShape: [8], classes: 2, train: split(train), validation: split(validation) }
}

/** A smooth function of four numbers. */
export function surface(rng: Rng): Dataset {
  const split = (count: number): Split => {
    const inputs = Float32Array.from({ length: count * 4 }, () => rng.normal())
    const targets = Float32Array.from({ length: count }, (_, i) => {
      const [a, b, c, d] = inputs.subarray(i * 4, i * 4 + 4)
      return Math.sin(a) + 0.5 * b * c + 0.3 * d + 0.05 * rng.normal()
    })
    return { inputs, labels: new Int32Array(0), targets, count }
  }
  return { inputShape: [4], classes: 0, train: split(1500), validation: split(400) }
}
