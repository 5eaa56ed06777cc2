/** What observing costs: steps per second without hook points, with the default recording, and with the densest one. */
import { join, resolve } from 'node:path'
import { hookKinds as kinds } from '../src/domain/hook-kinds'
import { prepareBackend } from '../src/tensor/backend'
import type { RecordOptions } from '../src/domain/record-options'
import { datasetOf, references, specOf, trainOnce } from './runs'
import { interleaved, median, printTable, spreadOf } from './timing'

const often: Partial<RecordOptions> = {
  metricsEvery: 10,
  metricsUnit: 'step',
  activationsEvery: 1,
  observe: ['weights', 'activations']
}

/** The first of each pair evaluates as often, so that the second shows what the hook points cost. */
const variants: { name: string; hooks: boolean; record?: Partial<RecordOptions> }[] = [
  { name: 'default recording, no hook points', hooks: false },
  { name: 'default recording', hooks: true },
  { name: 'losses every 10 steps, no hook points', hooks: false, record: often },
  { name: '14 metrics every 10 steps, histograms of every batch', hooks: true, record: often },
  { name: 'the same, gradients and updates too', hooks: true, record: { ...often, observe: [...kinds] } }
]
/** Long enough that starting the metrics thread, and waiting for it at the end, are a small part. */
const runEpochs = 30
/** Which variant each is compared with. */
const against = [0, 0, 2, 2, 2]

export async function benchOverhead(root: string, rounds: number): Promise<void> {
  await prepareBackend('wasm')
  const resources = join(root, 'resources')
  // As the application does it: in a thread beside the training.
  const metricsEntry = join(resolve(root), 'out', 'main', 'metrics-worker.js')
  const rows: string[][] = []
  for (const reference of references) {
    const steps = runEpochs * reference.stepsPerEpoch
    const specs = variants.map((variant) => specOf(reference, steps, variant))
    const dataset = await datasetOf(specs[0], resources)
    const runs = specs.map((spec) => () => trainOnce(spec, dataset, undefined, metricsEntry))
    // The first run of each compiles code.
    await interleaved(runs, 1)
    const seconds = await interleaved(runs, rounds)
    variants.forEach(({ name }, v) => {
      const rate = spreadOf(seconds[v].map((time) => steps / time))
      const overhead = median(seconds[v].map((time, round) => time / seconds[against[v]][round] - 1))
      rows.push([
        `${reference.name}: ${name}`,
        rate.median.toFixed(1),
        `${rate.least.toFixed(1)} to ${rate.most.toFixed(1)}`,
        against[v] === v ? '' : `${(100 * overhead).toFixed(1)}%`
      ])
    })
  }
  printTable(
    `Training, weight metrics in a thread beside it: whole runs of ${runEpochs} epochs with their event files and checkpoints, ${rounds} rounds side by side`,
    ['run', 'steps/s', 'range', 'overhead'],
    rows
  )
}
