/** What the engine needs from its host: threads and places. The engine itself starts nothing and knows no window. */

export type WorkerKind = 'train' | 'compute'

export interface WorkerLink {
  post(message: unknown, transfer?: ArrayBuffer[]): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once when the thread is gone, whatever the reason, which is given in words; null after `stop`. */
  onExit(listener: (reason: string | null) => void): void
  stop(): Promise<void>
}

export interface WorkerLauncher {
  launch(kind: WorkerKind): WorkerLink
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
