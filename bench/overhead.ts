/**
 * What observing costs: for each experiment with its default hyperparameters (two have fewer examples), the time of training with its default record, and
 * with each observer alone, over that of training with nothing recorded.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { hookKinds, type HookKind } from '../src/domain/hook-kinds'
import { prepareBackend } from '../src/tensor/backend'
import { loadDataset } from '../src/training/datasets'
import { defaultHooks, experiments, resolveRecipe, stepsPerEpoch, totalSteps } from '../src/training/experiments'
import { Schedule } from '../src/training/plan'
import type { Dataset, DatasetFacts } from '../src/domain/dataset'
import type { NetworkSpec } from '../src/domain/network'
import type { RecordOptions } from '../src/domain/record-options'
import type { RunSpec } from '../src/domain/run'
import { median, printTable } from './timing'
import { RunInTurns, type Turn } from './turns'

interface Variant {
  name: string
  /** What its time is compared with: the place in the list. */
  against: number
  hooks: boolean
  record: Partial<RecordOptions>
}

const never = 1_000_000
const variants: Variant[] = [
  { name: 'nothing recorded', against: 0, hooks: false, record: { metricsEvery: never, metricsUnit: 'step' } },
  { name: 'default record', against: 0, hooks: true, record: {} },
  { name: 'losses and accuracies only', against: 0, hooks: false, record: {} },
  ...hookKinds.map((kind: HookKind) => {
    return { name: `and ${kind}`, against: 2, hooks: true, record: { observe: [kind] } }
  })
]

/** As `custom` has neither data nor a network of its own: the bundled digits, and a small network for them. */
const ownNetwork: NetworkSpec = {
  title: 'CNN',
  input: [28, 28, 1],
  layers: [
    { name: 'conv1', type: 'conv', filters: 16, size: [3, 3], pad: 'same' },
    { name: 'relu1', type: 'activation', fn: 'relu' },
    { name: 'pool1', type: 'maxPool', size: [2, 2] },
    { name: 'conv2', type: 'conv', filters: 32, size: [3, 3], pad: 'same' },
    { name: 'relu2', type: 'activation', fn: 'relu' },
    { name: 'pool2', type: 'maxPool', size: [2, 2] },
    { name: 'flatten', type: 'flatten' },
    { name: 'fc1', type: 'dense', units: 128 },
    { name: 'relu3', type: 'activation', fn: 'relu' },
    { name: 'fc2', type: 'dense', units: 10 }
  ]
}
const ownData: DatasetFacts = {
  id: 'digits',
  name: 'digits',
  inputShape: [28, 28, 1],
  classes: 10,
  classNames: [],
  targetWidth: 0,
  train: 4000,
  validation: 1000
}

/** Examples whose number changes nothing of a step or a point, and which take long to make. */
const fewer: Record<string, Record<string, number>> = {
  captcha: { trainSamples: 1280, validationSamples: 500 },
  nodules: { trainSamples: 752 }
}

/** So long is one experiment measured, all variants together, and in at least so many rounds. */
const secondsPerExperiment = 20
const leastRounds = 1
const warmUpSteps = 8

/** @param brief the default record only, without the single observers */
export async function benchOverhead(root: string, brief: boolean, only?: readonly string[]): Promise<void> {
  await prepareBackend('wasm')
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(root, 'resources', name)))
  // As the application does it: in threads beside the training.
  const threads = join(resolve(root), 'out', 'main')
  console.log(
    '\nWhat observing costs: time of the training thread on a core, over that with nothing recorded; for "and ...", over losses and ' +
      'accuracies only.\nQuartiles are of turns; the clock counts waiting, too, and what others do on this machine.'
  )
  for (const { id } of experiments) {
    if (only && !only.includes(id)) continue
    const shown = brief ? variants.slice(0, 2) : variants
    const specs = shown.map((variant) => specOf(id, variant))
    const dataset = await datasetOf(specs[0], read)
    const steps = stepsBetweenPoints(specs[1])
    const runs = specs.map((spec) => new RunInTurns(spec, dataset, threads))
    const times = runs.map((): Turn[] => [])
    let began = 0
    for (let round = -1; ; round++) {
      // The first round starts the runs and compiles code; then their threads are waited for.
      if (round === 0) {
        for (const run of runs) await run.ready()
        began = performance.now()
      }
      if (round >= leastRounds && performance.now() - began > 1000 * secondsPerExperiment) break
      for (let i = 0; i < runs.length; i++) {
        const v = (i + round + 1) % runs.length
        const turn = await runs[v].turn(round < 0 ? Math.min(steps, warmUpSteps) : steps)
        if (round >= 0) times[v].push(turn)
      }
    }
    for (const run of runs) await run.end()
    const rows: string[][] = []
    shown.forEach(({ name, against }, v) => {
      const share = (of: (turn: Turn) => number): number =>
        times[v].reduce((sum, turn) => sum + of(turn), 0) / times[against].reduce((sum, turn) => sum + of(turn), 0) - 1
      const each = times[v].map((turn, t) => turn.cpuMs / times[against][t].cpuMs - 1)
      const ms = times[v].reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (steps * times[v].length)
      rows.push([
        name,
        ms.toFixed(2),
        ...(v === against
          ? ['', '', '']
          : [percent(share(({ cpuMs }) => cpuMs)), quartiles(each), percent(share(({ wallMs }) => wallMs))])
      ])
    })
    printTable(
      `${id}: ${times[0].length} turns of ${steps} steps`,
      ['what is recorded', 'ms a step', 'costs', 'quartiles', 'by the clock'],
      rows
    )
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

function quartiles(values: readonly number[]): string {
  const middle = median(values)
  const [low, high] = [values.filter((v) => v <= middle), values.filter((v) => v >= middle)].map(median)
  return `${percent(low)} to ${percent(high)}`
}

/** One turn is from point to point. */
function stepsBetweenPoints(spec: RunSpec): number {
  const schedule = new Schedule(stepsPerEpoch(spec), totalSteps(spec), spec.record)
  for (let step = 1; ; step++) if (schedule.recordsAt(step)) return step
}

function specOf(experiment: string, { hooks, record }: Variant): RunSpec {
  const own = experiment === 'custom'
  const recipe = resolveRecipe({
    experiment,
    params: fewer[experiment] ?? {},
    data: own ? ownData : null,
    network: own ? ownNetwork : null
  })
  const { defaultRecord } = experiments.find(({ id }) => id === experiment)!
  return {
    ...recipe,
    seed: 0,
    streams: 3,
    hooks: hooks ? defaultHooks(recipe) : [],
    record: { ...defaultRecord, ...record, keepBest: false },
    backend: 'wasm',
    parent: null
  }
}

async function datasetOf(spec: RunSpec, read: (name: string) => Uint8Array): Promise<Dataset> {
  if (spec.experiment !== 'custom') return loadDataset(spec, { read })
  const { train, validation } = ownData
  const params = { trainSamples: train, validationSamples: validation }
  const digits = resolveRecipe({ experiment: 'mnist', params, data: null, network: null })
  return loadDataset({ ...spec, ...digits }, { read })
}
