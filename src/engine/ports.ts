/** What the engine needs from its host: threads and places. The engine itself starts nothing and knows no window. */

/** `probe` is a process of its own, which may crash; the others are threads. */
export type WorkerKind = 'train' | 'compute' | 'probe'

export interface WorkerLink {
  post(message: unknown, transfer?: ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once when the thread is gone, whatever the reason, which is given in words; null after `stop`. */
  onExit(listener: (reason: string | null) => void): void
  stop(): Promise<void>
}

export interface WorkerLauncher {
  launch(kind: WorkerKind): WorkerLink
  /** Something with a GPU that trains for a training worker, where threads have no GPU of their own: under Electron. */
  launchGpu?(): WorkerLink
}

export interface Places {
  /** Folder with bundled data sets and the sample project. */
  resources: string
  /** Folder with TensorFlow.js's .wasm files, ending in a separator. */
  wasm: string
  /** Per-user folder for the list of recent projects and copies of the sample. */
  userData: string
  /** Where new projects go unless the user chooses another place. */
  projects: string
}
