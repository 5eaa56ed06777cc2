/** For tests: TensorBoard's own reading of event files, where a Python with tensorboard is on this machine. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Point<V> {
  /** Bytes of a double, hexadecimal. */
  wallTime: string
  step: number
  value: V
}

export interface TensorRead {
  dtype: string
  shape: number[]
  /** Of strings, each hexadecimal. */
  elements?: string[]
  /** Of numbers. */
  bytes?: string
}

export interface GraphRead {
  name: string
  op: string
  inputs: string[]
  attributes: Record<string, string>
}

/** The output of tensorboard_reads.py. */
export interface TensorboardReads {
  tensorboard: string
  sha256: string
  legacy: {
    scalars: Record<string, Point<string>[]>
    histograms: Record<string, Point<{ moments: string; limits: string; buckets: string }>[]>
    images: Record<string, Point<{ width: number; height: number; bytes: string }>[]>
    tensors: Record<string, Point<TensorRead>[]>
    graph: GraphRead[] | null
  }
  plugin: {
    tensors: Record<string, Point<TensorRead>[]>
    metadata: Record<
      string,
      { plugin: string; content: string; displayName: string; description: string; dataClass: number }
    >
    graph: GraphRead[] | null
  }
}

/** The Python of the variable PHASESCOPE_PYTHON, else `python3`; null when it has no tensorboard that can be loaded. */
export function pythonWithTensorboard(): string | null {
  const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
  const load = 'from tensorboard.backend.event_processing import plugin_event_accumulator'
  return spawnSync(python, ['-c', load]).status === 0 ? python : null
}

export function tensorboardReads(python: string, folder: string): TensorboardReads {
  const script = fileURLToPath(new URL('tensorboard_reads.py', import.meta.url))
  const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as TensorboardReads
}
