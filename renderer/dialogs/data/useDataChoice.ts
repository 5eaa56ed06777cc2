/** From the choice of files to a data set of the project: what the dialog shows, and what its buttons do. */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import type { DataChoices, DataFindings, DatasetInfo } from '../../../src/domain/data'
import { request } from '../../bridge/host'
import type { takeDropped } from '../files/dropped-files'
import { newJob, useChosenFiles, type ChosenFiles } from '../files/useChosenFiles'

export type DataStage = 'choose' | 'receiving' | 'reading' | 'review' | 'adding'

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
  let grant: string | null = null
  let job = ''
  const files = useChosenFiles({
    pick: (kind) => request('data.pick', { kind }),
    isReadable: (path) => readable.test(path),
    nothing: 'There are no files in it that data sets are read from.',
    sent: (done, total) => (received.value = { done, total })
  })

  /** Why the data cannot be added yet, or null. */
  const obstacle = computed(() => {
    if (findings.value?.problem) return 'These data cannot be used as they are.'
    if (!findings.value?.found) return 'Answer the question above.'
    return name.value.trim() === '' ? 'Give the data set a name.' : null
  })

  const pick = (kind: 'folder' | 'files') => from(files.pick(kind))
  const type = (path: string) => from(files.type(path))

  function drop(taken: ReturnType<typeof takeDropped>): Promise<void> {
    stage.value = 'receiving'
    received.value = { done: 0, total: 0 }
    return from(files.drop(taken))
  }

  async function from(choosing: ReturnType<ChosenFiles['pick']>): Promise<void> {
    error.value = null
    try {
      const answer = await choosing
      if (!answer) return
      if (!answer.value) {
        stage.value = 'choose'
        return
      }
      grant = answer.value.grant
      choices.value = {}
      name.value = ''
    } catch (failure) {
      fail(failure, 'choose')
      return
    }
    await inspect('choose')
  }

  /** Looks at what was chosen; where that fails, the error is shown at `back`. */
  async function inspect(back: 'choose' | 'review'): Promise<void> {
    if (grant === null) return
    job = newJob('data')
    const wanted = { job, grant, choices: plainChoices() }
    stage.value = 'reading'
    try {
      const seen = await files.asking.ask(() => request('data.inspect', wanted))
      if (!seen) return
      findings.value = seen.value
      if (name.value === '') name.value = seen.value.name
      stage.value = 'review'
    } catch (failure) {
      fail(failure, back)
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
    job = newJob('data')
    const wanted = { job, grant, name: name.value.trim(), choices: plainChoices() }
    error.value = null
    stage.value = 'adding'
    try {
      const dataset = await files.asking.ask(() => request('data.add', wanted))
      if (dataset) added(dataset.value)
    } catch (failure) {
      fail(failure, 'review')
    }
  }

  function again(): void {
    files.asking.drop()
    findings.value = null
    error.value = null
    stage.value = 'choose'
  }

  /** Ends what is going on; nothing of it stays. */
  async function cancel(): Promise<void> {
    const before = stage.value
    files.asking.drop()
    stage.value = before === 'adding' ? 'review' : 'choose'
    if (before === 'adding' || before === 'reading') await request('data.cancel', { job }).catch(() => undefined)
  }

  function fail(failure: unknown, back: DataStage): void {
    const { code, message } = failure as { code?: string; message: string }
    error.value = code === 'cancelled' ? null : message
    stage.value = back
  }

  onBeforeUnmount(() => {
    void cancel()
    void files.discard()
  })

  return {
    stage,
    error,
    findings,
    choices,
    notSent: files.notSent,
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
