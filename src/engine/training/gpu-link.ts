/** Between a training worker and the window with the GPU: the host passes messages on and tells when the window is gone. */
import type { BackendName } from '../../domain/backends'
import type { Piece, TrainCommand } from '../../training-run/messages'
import type { WorkerLauncher, WorkerLink } from '../ports'

export interface GpuLink {
  post(piece: Piece): void
  stop(): void
}

/** Backends that hold a device, or all cores, by themselves: one run at a time. */
export function takesAll(backend: BackendName): boolean {
  return backend === 'webgpu' || backend === 'tensorflow'
}

/** Opens a trainer with the GPU for `worker`, where `backend` needs one; null where the worker trains by itself. */
export function linkGpu(backend: BackendName, launcher: WorkerLauncher, worker: WorkerLink): GpuLink | null {
  if (backend !== 'webgpu' || !launcher.launchGpu) return null
  const gpu = launcher.launchGpu()
  gpu.onMessage((piece) => worker.post({ kind: 'gpu', piece: piece as Piece } satisfies TrainCommand))
  gpu.onExit((reason) => {
    if (reason === null) return
    const text = `The GPU is no longer there: ${reason}.`
    worker.post({ kind: 'gpu-gone', reason: text } satisfies TrainCommand)
  })
  return { post: (piece) => gpu.post(piece), stop: () => void gpu.stop() }
}
