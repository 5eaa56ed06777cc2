/** The web worker of the hidden window: WebGPU by Chromium, training by the same trainer as everywhere. */
import { prepareBackend } from '../../src/tensor/backend'
import { adapterName, type Gpu } from '../../src/tensor/webgpu'
import type { Piece } from '../../src/training-run/gpu/pieces'
import { GpuTrainer } from '../../src/training-run/gpu/trainer'
import type { ProbeCommand, ProbeReply } from '../../src/training-run/gpu/messages'

self.addEventListener('message', (event: MessageEvent<unknown>) => {
  const [port] = event.ports
  if (port) serve(port)
})

function serve(port: MessagePort): void {
  const trainer = new GpuTrainer({
    post: (piece) => port.postMessage(piece),
    prepare: (_spec, failed) => prepareBackend('webgpu', { onFailure: failed }),
    now: () => performance.now(),
    yield: nextTask
  })
  port.onmessage = (event: MessageEvent<Piece | ProbeCommand>) => {
    if ('kind' in event.data && event.data.kind === 'probe') void probe().then((reply) => port.postMessage(reply))
    else trainer.receive(event.data as Piece)
  }
}

async function probe(): Promise<ProbeReply> {
  const { gpu } = navigator as unknown as { gpu?: Gpu }
  if (!gpu) return { available: false, problem: 'no-adapter', message: '' }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) return { available: false, problem: 'no-adapter', message: '' }
    return { available: true, device: adapterName(adapter.info) }
  } catch (error) {
    return { available: false, problem: 'not-loaded', message: (error as Error).message }
  }
}

const { port1: here, port2: there } = new MessageChannel()
let goOn: (() => void) | null = null
here.onmessage = () => {
  goOn?.()
  goOn = null
}

/** Behind all messages that wait. A timer would wait for 4 ms as well. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    goOn = resolve
    there.postMessage(null)
  })
}
