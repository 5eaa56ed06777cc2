/** Which backends this machine has, and why not the others. */
import { backendTitles, type BackendStatus } from '../../domain/backends'
import type { BackendName } from '../../domain/backends'
import type { ProbeCommand, ProbeReply } from '../../training-run/messages'
import type { WorkerLauncher, WorkerLink } from '../ports'

/** A driver that has not answered by then will not. */
const probeLimitMs = 20_000

const descriptions: Record<BackendName, string> = {
  tensorflow: 'TensorFlow’s own library in C++, on CUDA or on all cores of the CPU.',
  webgpu: 'Any GPU, through the system’s graphics driver. One run at a time.',
  wasm: 'WebAssembly with SIMD, one thread for each run. Always there.',
  cpu: 'Plain JavaScript, the slow reference. Always there.'
}

type Probed = 'tensorflow' | 'webgpu'
type Outcome = ProbeReply | { available: false; problem: 'crashed' | 'silent'; message: string }

export class BackendRegistry {
  private known: Promise<BackendStatus[]> | null = null

  constructor(
    private readonly launcher: WorkerLauncher,
    private readonly host: 'electron' | 'browser'
  ) {}

  /** All four, fastest first. Looked up once, in processes of their own; `again` looks anew. Never rejects. */
  status(again = false): Promise<BackendStatus[]> {
    if (again) this.known = null
    this.known ??= Promise.all([this.probed('tensorflow'), this.probed('webgpu'), always('wasm'), always('cpu')])
    return this.known
  }

  /** Names of those that are available. */
  async available(): Promise<BackendName[]> {
    return (await this.status()).flatMap(({ name, available }) => (available ? [name] : []))
  }

  private async probed(name: Probed): Promise<BackendStatus> {
    const outcome = await this.probe(name)
    const about = { name, title: backendTitles[name], description: descriptions[name] }
    if (outcome.available) return { ...about, available: true, device: outcome.device, reason: null, how: null }
    return { ...about, available: false, device: null, ...this.explain(name, outcome) }
  }

  private probe(backend: Probed): Promise<Outcome> {
    return new Promise((resolve) => {
      let link: WorkerLink
      try {
        const inWindow = backend === 'webgpu' && this.launcher.launchGpu
        link = inWindow ? inWindow.call(this.launcher) : this.launcher.launch('probe')
      } catch (error) {
        resolve({ available: false, problem: 'crashed', message: (error as Error).message })
        return
      }
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        resolve(outcome)
        void link.stop()
      }
      const timer = setTimeout(() => settle({ available: false, problem: 'silent', message: '' }), probeLimitMs)
      link.onMessage((message) => settle(message as ProbeReply))
      link.onExit((reason) => settle({ available: false, problem: 'crashed', message: reason ?? '' }))
      link.post({ kind: 'probe', backend } satisfies ProbeCommand)
    })
  }

  private explain(name: Probed, outcome: Extract<Outcome, { available: false }>): { reason: string; how: string } {
    const title = backendTitles[name]
    switch (outcome.problem) {
      case 'not-installed':
        return {
          reason: 'Neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed.',
          how:
            'In Phasescope’s folder, run `npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0` (with CUDA 11.8) or ' +
            '`npm install --no-save @tensorflow/tfjs-node@4.22.0` (CPU), then look again.'
        }
      case 'not-loaded':
        return name === 'tensorflow'
          ? {
              reason: `The package is installed but does not load. ${outcome.message}`,
              how: 'Install it again with `npm install --no-save @tensorflow/tfjs-node@4.22.0`, then look again.'
            }
          : { reason: outcome.message, how: 'Install it again with `npm install webgpu@0.6.2`, then look again.' }
      case 'no-adapter':
        return { reason: this.noAdapter(), how: driverAdvice() }
      case 'crashed':
        return {
          reason: `${title} could not be tried: ${outcome.message || 'the trial ended without an answer'}.`,
          how: `Update the GPU’s driver or leave ${title} aside; the other backends are not touched by it.`
        }
      case 'silent':
        return {
          reason: `${title} did not answer within ${probeLimitMs / 1000} s.`,
          how: 'Another program may hold the GPU. Close it, then look again.'
        }
    }
  }

  private noAdapter(): string {
    return this.host === 'electron'
      ? 'The application’s Chromium found no GPU that it can compute on.'
      : 'No GPU adapter was found on the machine that serves this page.'
  }
}

function driverAdvice(): string {
  switch (process.platform) {
    case 'linux':
      return (
        'Install the GPU’s Vulkan driver and its loader (Debian: libvulkan1 with mesa-vulkan-drivers, or NVIDIA’s own ' +
        'driver), then look again.'
      )
    case 'win32':
      return 'Install the newest driver of the GPU’s maker, with DirectX 12, then look again.'
    default:
      return 'Update the system: WebGPU needs a GPU with Metal 2. Then look again.'
  }
}

function always(name: 'wasm' | 'cpu'): BackendStatus {
  const about = { name, title: backendTitles[name], description: descriptions[name] }
  return { ...about, available: true, device: null, reason: null, how: null }
}
