/** From the choice of files to a data set of the project: what the dialog shows, and what its buttons do. */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import type { DataChoices, DataFindings, DatasetInfo } from '../../../src/domain/data'
import { request } from '../../bridge/host'
import { readDropped, type takeDropped } from '../import/dropped-files'

export type DataStage = 'choose' | 'receiving' | 'reading' | 'review' | 'adding'

const pieceBytes = 2 * 1024 * 1024
/** Of dropped folders these files are sent. */
const readable =
  /\.(npz|npy|csv|tsv|data|jsonl?|ndjson|png|jpe?g|jpe|jfif|webp|gif|tiff?|bmp|dib|heic|heif|avif|svg|gz|bin|txt)$|idx\d?|ubyte/i

export function useDataChoice(added: (dataset: DatasetInfo) => void) {
  const stage = ref<DataStage>('choose')
  const error = ref<string | null>(null)
  const findings = shallowRef<DataFindings | null>(null)
  const choices = ref<DataChoices>({})
  const name = ref('')
  /** Bytes that were received of those that are to be. */
  const received = ref({ done: 0, total: 0 })
  /** Files of other kinds in what was dropped, which were not sent. */
  const notSent = ref<string[]>([])
  let grant: string | null = null
  let staging: string | null = null
  let job = ''
  /** Grows with every beginning and every end, so that a late answer to an old question is no answer. */
  let turn = 0

  /** Why the data cannot be added yet, or null. */
  const obstacle = computed(() => {
    if (findings.value?.problem) return 'These data cannot be used as they are.'
    if (!findings.value?.found) return 'Answer the question above.'
    return name.value.trim() === '' ? 'Give the data set a name.' : null
  })

  const pick = (kind: 'folder' | 'files') => from(() => request('data.pick', { kind }))
  const type = (path: string) => from(() => request('paths.typed', { path }))

  async function drop(taken: ReturnType<typeof takeDropped>): Promise<void> {
    await from(async (isCurrent) => {
      stage.value = 'receiving'
      received.value = { done: 0, total: 0 }
      const { files, left } = await readDropped(taken, (path) => readable.test(path))
      notSent.value = left
      if (files.length === 0) throw new Error('There are no files in it that data sets are read from.')
      const opened = (await request('import.stage', {})).staging
      if (!isCurrent()) return discard(opened)
      staging = opened
      const total = files.reduce((sum, { file }) => sum + file.size, 0)
      for (const { name: path, file } of files) {
        let offset = 0
        do {
          const data = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer())
          if (!isCurrent()) return null
          await request('import.stageFile', { staging: opened, name: path, offset, data })
          offset += data.length
          received.value = { done: received.value.done + data.length, total }
        } while (offset < file.size)
      }
      return request('import.stageEnd', { staging: opened })
    })
  }

  /** Gets a grant from somewhere and looks at what it holds. */
  async function from(
    get: (isCurrent: () => boolean) => Promise<{ grant: string; label: string } | null>
  ): Promise<void> {
    const mine = ++turn
    error.value = null
    notSent.value = []
    const old = staging
    staging = null
    if (old !== null) void discard(old)
    try {
      const got = await get(() => mine === turn)
      if (mine !== turn) return
      if (!got) {
        stage.value = 'choose'
        return
      }
      grant = got.grant
      choices.value = {}
      name.value = ''
    } catch (failure) {
      if (mine === turn) fail(failure, 'choose')
      return
    }
    await inspect('choose')
  }

  /** Looks at what was chosen; where that fails, the error is shown at `back`. */
  async function inspect(back: 'choose' | 'review'): Promise<void> {
    if (grant === null) return
    const mine = ++turn
    job = newJob()
    stage.value = 'reading'
    try {
      const seen = await request('data.inspect', { job, grant, choices: plainChoices() })
      if (mine !== turn) return
      findings.value = seen
      if (name.value === '') name.value = seen.name
      stage.value = 'review'
    } catch (failure) {
      if (mine === turn) fail(failure, back)
    }
  }

  /** Without Vue's proxies, which cannot cross to another process. */
  function plainChoices(): DataChoices {
    return JSON.parse(JSON.stringify(choices.value)) as DataChoices
  }

  /** The user's answer; what is there is looked at again with it. */
  async function choose(change: DataChoices): Promise<void> {
    choices.value = { ...choices.value, ...change }
    error.value = null
    await inspect('review')
  }

  async function add(): Promise<void> {
    if (obstacle.value !== null || grant === null) return
    const mine = ++turn
    job = newJob()
    error.value = null
    stage.value = 'adding'
    try {
      const wanted = { job, grant, name: name.value.trim(), choices: plainChoices() }
      const dataset = await request('data.add', wanted)
      if (mine === turn) added(dataset)
    } catch (failure) {
      if (mine === turn) fail(failure, 'review')
    }
  }

  function again(): void {
    turn += 1
    findings.value = null
    error.value = null
    stage.value = 'choose'
  }

  /** Ends what is going on; nothing of it stays. */
  async function cancel(): Promise<void> {
    const before = stage.value
    turn += 1
    stage.value = before === 'adding' ? 'review' : 'choose'
    if (before === 'adding' || before === 'reading') await request('data.cancel', { job }).catch(() => undefined)
  }

  function fail(failure: unknown, back: DataStage): void {
    const { code, message } = failure as { code?: string; message: string }
    error.value = code === 'cancelled' ? null : message
    stage.value = back
  }

  async function discard(opened: string): Promise<null> {
    await request('import.discard', { staging: opened }).catch(() => undefined)
    return null
  }

  onBeforeUnmount(() => {
    void cancel()
    if (staging !== null) void discard(staging)
  })

  return {
    stage,
    error,
    findings,
    choices,
    notSent,
    name,
    received,
    obstacle,
    pick,
    type,
    drop,
    choose,
    add,
    again,
    cancel
  }
}

function newJob(): string {
  return `data-${Math.random().toString(36).slice(2).padEnd(8, '0')}`
}
