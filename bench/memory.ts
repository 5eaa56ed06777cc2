/** Memory of a run after 100 and after 2,000 steps, everything observed: it must not grow with the number of steps. */
import { prepareBackend, tensorMemory } from '../src/tensor/backend'
import { datasetOf, references, specOf, trainOnce } from './runs'
import { printTable } from './timing'

const checkpoints = [100, 2000]

interface Sample {
  tensors: number
  tensorBytes: number
  heapBytes: number
  arrayBytes: number
  residentBytes: number
}

export async function benchMemory(resources: string): Promise<void> {
  await prepareBackend('wasm')
  const collect = (globalThis as { gc?: () => void }).gc
  if (!collect) throw new Error('The memory benchmark needs node --expose-gc; run it through npm run bench.')
  const rows: string[][] = []
  for (const reference of references) {
    // Beyond the last sample: at its end a run gives its tensors back.
    const steps = (Math.ceil(checkpoints[1] / reference.stepsPerEpoch) + 1) * reference.stepsPerEpoch
    // Points are rare, so that the steps take most of the time; activations are looked at in every batch.
    const spec = specOf(reference, steps, { hooks: true, record: { metricsEvery: 10, activationsEvery: 1 } })
    const samples: Sample[] = []
    await trainOnce(spec, await datasetOf(spec, resources), (step) => {
      if (!checkpoints.includes(step)) return
      collect()
      const { tensors, bytes } = tensorMemory()
      const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
      samples.push({ tensors, tensorBytes: bytes, heapBytes: heapUsed, arrayBytes: arrayBuffers, residentBytes: rss })
    })
    samples.forEach((sample, i) =>
      rows.push([
        i === 0 ? reference.name : '',
        checkpoints[i].toLocaleString('en'),
        String(sample.tensors),
        ...[sample.tensorBytes, sample.heapBytes, sample.arrayBytes, sample.residentBytes].map(megabytes)
      ])
    )
    const [early, late] = samples
    const ratio = (key: keyof Sample): string => `x ${(late[key] / early[key]).toFixed(2)}`
    rows.push([
      '',
      'ratio',
      ...(['tensors', 'tensorBytes', 'heapBytes', 'arrayBytes', 'residentBytes'] as const).map(ratio)
    ])
  }
  printTable(
    'Memory while training with all default hook points, MB, after a garbage collection',
    ['run', 'steps', 'tensors', 'in tensors', 'JS heap', 'array buffers', 'process'],
    rows
  )
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
