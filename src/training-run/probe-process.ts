/** A process that looks whether a backend works on this machine, says so and ends. Crashing is an answer as well. */
import { adapterName } from '../tensor/webgpu'
import type { ProbeCommand, ProbeReply } from './messages'
import { loadNativeTensorflow } from './native-tensorflow'
import { nodeGpu } from './node-gpu'

process.on('message', (command: ProbeCommand) => {
  void probe(command.backend).then((reply) => {
    process.send?.(reply, () => process.exit(0))
  })
})

async function probe(backend: ProbeCommand['backend']): Promise<ProbeReply> {
  return backend === 'tensorflow' ? probeTensorflow() : probeWebgpu()
}

async function probeTensorflow(): Promise<ProbeReply> {
  const result = await loadNativeTensorflow()
  if (result.loaded) {
    const gpu = result.loaded.endsWith('-gpu')
    return { available: true, device: `${result.loaded} (${gpu ? 'CUDA where there is a GPU for it' : 'CPU'})` }
  }
  const broken = result.failures.find(({ absent }) => !absent)
  return broken
    ? { available: false, problem: 'not-loaded', message: `${broken.name}: ${broken.message}` }
    : { available: false, problem: 'not-installed', message: '' }
}

async function probeWebgpu(): Promise<ProbeReply> {
  try {
    const gpu = await nodeGpu()
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) return { available: false, problem: 'no-adapter', message: '' }
    return { available: true, device: adapterName(adapter.info) }
  } catch (error) {
    return { available: false, problem: 'not-loaded', message: (error as Error).message }
  }
}
