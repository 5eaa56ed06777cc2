/** What observing costs: steps per second without hook points, with the default recording, and with the densest one. */
import { prepareBackend } from '../src/tensor/backend'
import type { RecordOptions } from '../src/training/types'
import { datasetOf, references, specOf, trainOnce } from './runs'
import { interleaved, median, printTable, spreadOf } from './timing'

const densest: Partial<RecordOptions> = { metricsEvery: 1, metricsUnit: 'epoch', activationsEvery: 1 }

const variants: { name: string; hooks: boolean; record?: Partial<RecordOptions> }[] = [
  { name: 'no hook points', hooks: false },
  { name: 'default hook points and recording', hooks: true },
  { name: 'the same, metrics every epoch, activations every batch', hooks: true, record: densest }
]

export async function benchOverhead(resources: string, rounds: number): Promise<void> {
  await prepareBackend('wasm')
  const rows: string[][] = []
  for (const reference of references) {
    const steps = 12 * reference.stepsPerEpoch
    const specs = variants.map((variant) => specOf(reference, steps, variant))
    const dataset = await datasetOf(specs[0], resources)
    const runs = specs.map((spec) => () => trainOnce(spec, dataset))
    // The first run of each compiles code.
    await interleaved(runs, 1)
    const seconds = await interleaved(runs, rounds)
    variants.forEach(({ name }, v) => {
      const rate = spreadOf(seconds[v].map((time) => steps / time))
      const overhead = median(seconds[v].map((time, round) => time / seconds[0][round] - 1))
      rows.push([
        `${reference.name}: ${name}`,
        rate.median.toFixed(1),
        `${rate.least.toFixed(1)} to ${rate.most.toFixed(1)}`,
        v === 0 ? '' : `${(100 * overhead).toFixed(1)}%`
      ])
    })
  }
  printTable(
    `Training, one thread: whole runs of 12 epochs with their event files and checkpoints, ${rounds} rounds side by side`,
    ['run', 'steps/s', 'range', 'overhead'],
    rows
  )
}
