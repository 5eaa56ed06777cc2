/** The automatic choice of a backend: the experiment at hand is trained for a moment on each that might be the fastest. */
import { backendTitles } from '../../domain/backends'
import type { BackendName } from '../../domain/backends'
import type { RunSpec } from '../../domain/run'
import type { Speed, TrainCommand, TrainMessage } from '../../training-run/messages'
import type { BackendRegistry } from './backends'
import { linkGpu, type GpuLink } from './gpu-link'
import type { Log } from '../log'
import type { Places, WorkerLauncher } from '../ports'

/** Time for the measured steps, and for all of it: starting the thread, loading data, compiling, one slow step. */
const limitMs = 1500
const patienceMs = 15_000

type Measurement = { name: BackendName; speed: Speed } | { name: BackendName; problem: string }

export interface BackendChoiceOptions {
  registry: Pick<BackendRegistry, 'available'>
  launcher: WorkerLauncher
  places: Pick<Places, 'resources' | 'wasm'>
  log: Log
}

export class BackendChoice {
  /** What was chosen for a recipe in this session; the choice of one that is being made is waited for. */
  private readonly known = new Map<string, Promise<BackendName>>()

  constructor(private readonly options: BackendChoiceOptions) {}

  /**
   * The fastest backend for `spec`, whose own backend does not count. Where WebAssembly is the only candidate - plain
   * JavaScript is slower than it by 6 times and more - nothing is measured. Says in the log what was found.
   */
  async choose(spec: RunSpec, project: string, name: string): Promise<BackendName> {
    const candidates = (await this.options.registry.available()).filter((candidate) => candidate !== 'cpu')
    if (candidates.length === 1 && candidates[0] === 'wasm') return 'wasm'
    const { experiment, params, data, network } = spec
    const key = JSON.stringify([candidates, experiment, params, data?.id ?? null, network])
    let choice = this.known.get(key)
    if (!choice) {
      choice = this.fastest(candidates, spec, project, name)
      this.known.set(key, choice)
    }
    return choice
  }

  private async fastest(candidates: BackendName[], spec: RunSpec, project: string, name: string): Promise<BackendName> {
    const measured: Measurement[] = []
    // One after the other: side by side they would slow each other down.
    for (const candidate of candidates) measured.push(await this.measure({ ...spec, backend: candidate }, project))
    let fastest: { name: BackendName; ms: number } = { name: 'wasm', ms: Infinity }
    for (const result of measured) {
      if ('speed' in result && result.speed.msPerStep < fastest.ms) {
        fastest = { name: result.name, ms: result.speed.msPerStep }
      }
    }
    const said = measured.map((result) => {
      const title = backendTitles[result.name]
      return 'speed' in result
        ? `${title} ${result.speed.msPerStep.toPrecision(3)} ms a step`
        : `${title} ${result.problem}`
    })
    const text = `Trains on ${backendTitles[fastest.name]}, the fastest for this experiment: ${said.join(', ')}.`
    this.options.log.add('info', name, text)
    return fastest.name
  }

  private measure(spec: RunSpec, project: string): Promise<Measurement> {
    const { launcher, places } = this.options
    const name = spec.backend
    return new Promise((resolve) => {
      const link = launcher.launch('train')
      let gpu: GpuLink | null = null
      const settle = (result: Measurement): void => {
        clearTimeout(timer)
        resolve(result)
        gpu?.stop()
        void link.stop()
      }
      const timer = setTimeout(() => settle({ name, problem: 'took too long' }), patienceMs)
      link.onMessage((received) => {
        const message = received as TrainMessage
        if (message.kind === 'measured') settle({ name, speed: message.speed })
        else if (message.kind === 'failed') settle({ name, problem: `failed (${message.error.message})` })
        else if (message.kind === 'gpu') gpu?.post(message.piece)
      })
      link.onExit((reason) => settle({ name, problem: `stopped (${reason ?? 'its worker was ended'})` }))
      gpu = linkGpu(name, launcher, link)
      const { resources, wasm } = places
      const remote = gpu !== null
      const command: TrainCommand = { kind: 'measure', what: 'speed', spec, resources, wasm, project, remote, limitMs }
      link.post(command)
    })
  }
}
