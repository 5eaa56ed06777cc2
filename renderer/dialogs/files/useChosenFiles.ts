/** Files that the user gives the host: chosen in its dialog, typed as a path, or dropped and sent piece by piece. */
import { ref, type Ref } from 'vue'
import { request } from '../../bridge/host'
import { latest, type Latest } from '../../state/latest'
import { readDropped, type takeDropped } from './dropped-files'

export interface Chosen {
  grant: string
  label: string
}
/** null: something newer has begun meanwhile. A value of null: the user has chosen nothing. */
type Answer = { value: Chosen | null } | null

export interface ChosenFiles {
  /** One for all questions about the files: with every beginning and every end, late answers to old ones are none. */
  asking: Latest
  /** Files of other kinds in what was dropped, which were not sent. */
  notSent: Ref<string[]>
  pick(kind: 'folder' | 'files'): Promise<Answer>
  type(path: string): Promise<Answer>
  drop(taken: ReturnType<typeof takeDropped>): Promise<Answer>
  /** What the host has been given, and has granted. */
  give(chosen: Chosen): Promise<Answer>
  /** The host throws away what was sent to it. */
  discard(): Promise<void>
}

const pieceBytes = 2 * 1024 * 1024

export function useChosenFiles(options: {
  /** The dialog of the host. */
  pick: (kind: 'folder' | 'files') => Promise<Chosen | null>
  /** Of dropped folders these files are sent; left out, all that can be imported. */
  isReadable?: (path: string) => boolean
  /** What is said when there are no such files in what was dropped. */
  nothing: string
  /** Bytes that were sent of those that are to be. */
  sent: (done: number, total: number) => void
}): ChosenFiles {
  const asking = latest()
  const notSent = ref<string[]>([])
  let staging: string | null = null

  /** Whatever was chosen before is not wanted any more. */
  function take(get: (isWanted: () => boolean) => Promise<Chosen | null>): Promise<Answer> {
    notSent.value = []
    void discard()
    return asking.ask(get)
  }

  async function send(taken: ReturnType<typeof takeDropped>, isWanted: () => boolean): Promise<Chosen | null> {
    const { files, left } = await readDropped(taken, options.isReadable)
    if (!isWanted()) return null
    if (files.length === 0) throw new Error(options.nothing)
    notSent.value = left
    const opened = (await request('import.stage', {})).staging
    if (!isWanted()) {
      await discardStaging(opened)
      return null
    }
    staging = opened
    const total = files.reduce((sum, { file }) => sum + file.size, 0)
    let done = 0
    for (const { name, file } of files) {
      let offset = 0
      do {
        const data = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer())
        if (!isWanted()) return null
        await request('import.stageFile', { staging: opened, name, offset, data })
        offset += data.length
        done += data.length
        if (isWanted()) options.sent(done, total)
      } while (offset < file.size)
    }
    return request('import.stageEnd', { staging: opened })
  }

  async function discard(): Promise<void> {
    const old = staging
    staging = null
    if (old !== null) await discardStaging(old)
  }

  return {
    asking,
    notSent,
    pick: (kind) => take(() => options.pick(kind)),
    type: (path) => take(() => request('paths.typed', { path })),
    drop: (taken) => take((isWanted) => send(taken, isWanted)),
    give: (chosen) => take(() => Promise.resolve(chosen)),
    discard
  }
}

async function discardStaging(staging: string): Promise<void> {
  await request('import.discard', { staging }).catch(() => undefined)
}

/** A name for work of the host that can be cancelled. */
export function newJob(kind: 'import' | 'data'): string {
  return `${kind}-${Math.random().toString(36).slice(2).padEnd(8, '0')}`
}
