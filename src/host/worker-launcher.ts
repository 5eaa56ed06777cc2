/** Starts the worker entry files as worker_threads or processes; the same files under Electron and plain Node. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerKind, WorkerLauncher, WorkerLink } from '../engine/ports'

const entryFiles: Record<WorkerKind, string> = {
  train: 'train-worker.js',
  compute: 'compute-worker.js',
  probe: 'probe-process.js'
}

/** A worker that grows past this ends with an error of its own instead of taking the process down. */
const defaultHeapMb = 4096

/**
 * @param folder where the build puts the worker entry files
 * @param heapMb limit of each worker's JavaScript heap; WebAssembly memory and typed arrays are not part of it
 */
export function createWorkerLauncher(folder: string, heapMb = defaultHeapMb): WorkerLauncher {
  return {
    launch(kind) {
      if (kind === 'probe') return linkToProcess(join(folder, entryFiles.probe))
      const worker = new Worker(join(folder, entryFiles[kind]), {
        name: `phasescope-${kind}`,
        resourceLimits: { maxOldGenerationSizeMb: heapMb }
      })
      return linkTo(worker)
    }
  }
}

function linkTo(worker: Worker): WorkerLink {
  let stopping = false
  let reason: string | null = null
  const exitListeners: ((reason: string | null) => void)[] = []
  worker.on('error', (error: NodeJS.ErrnoException) => {
    reason =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? 'it ran out of memory'
        : `it met an unexpected error (${error.message || String(error)})`
  })
  worker.on('exit', (code) => {
    const said = stopping ? null : (reason ?? `it ended unexpectedly with code ${code}`)
    for (const listener of exitListeners) listener(said)
  })
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', listener),
    onExit: (listener) => exitListeners.push(listener),
    async stop() {
      stopping = true
      await worker.terminate()
    }
  }
}

/** A process of the same program as this one: under Electron, `fork` makes it run as plain Node. */
function linkToProcess(file: string): WorkerLink {
  const child: ChildProcess = fork(file, { serialization: 'advanced', stdio: 'ignore' })
  let stopping = false
  let reason: string | null = null
  const exitListeners: ((reason: string | null) => void)[] = []
  child.on('error', (error) => (reason = `it could not be started (${error.message})`))
  child.on('close', (code, signal) => {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
    const said = stopping ? null : (reason ?? `its process ${how}`)
    for (const listener of exitListeners) listener(said)
  })
  return {
    post: (message) => void child.send(message as object, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => exitListeners.push(listener),
    stop() {
      stopping = true
      child.kill()
      return Promise.resolve()
    }
  }
}
