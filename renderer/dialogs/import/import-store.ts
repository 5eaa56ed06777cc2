/** An import from the choice of files to its result; the dialog shows it, the drop target begins it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { RunAnswer } from '../../../src/domain/import-answers'
import type { ImportSource } from '../../../src/domain/import-source'
import { importableKinds } from '../../../src/domain/import-formats'
import type { RequestResult } from '../../../src/contract/requests'
import { onEvent, request } from '../../bridge/host'
import { useProject } from '../../state/project'
import { useRuns } from '../../state/runs'
import type { takeDropped } from '../files/dropped-files'
import { newJob, useChosenFiles, type Chosen, type ChosenFiles } from '../files/useChosenFiles'
import { defaultHooks, modulesOf } from './hook-tree'
import { groupsOf } from './layouts'

export type ImportStage = 'closed' | 'choose' | 'receiving' | 'reading' | 'review' | 'importing' | 'finished'
export type Inspection = RequestResult<'import.inspect'>

export const useImport = defineStore('import', () => {
  const app = useProject()
  const runs = useRuns()
  const stage = ref<ImportStage>('closed')
  const progress = ref({ done: 0, total: 0, text: '' })
  const error = ref<string | null>(null)
  const inspection = shallowRef<Inspection | null>(null)
  /** File to step column, where the user chose one. */
  const stepColumns = shallowRef<Record<string, string>>({})
  /** What the user says of runs, by their keys. */
  const answers = shallowRef<Record<string, RunAnswer>>({})
  /** Modules of checkpoints that the user chose; null: those that are chosen unasked. */
  const chosenHooks = shallowRef<string[] | null>(null)
  const groupName = ref('')
  const projectName = ref('')
  /** Whether TensorBoard logs are to be read where they lie. */
  const follow = ref(true)
  const result = shallowRef<RequestResult<'import.run'> | null>(null)
  /** A changed answer is being looked at; what is shown is the old one. */
  const updating = ref(false)
  let grant: string | null = null
  let job = ''
  const files = useChosenFiles({
    pick: (kind) => request('import.pick', { kind }),
    nothing: `Nothing in there can be imported: nothing of ${importableKinds} was found.`,
    sent: (done, total) => (progress.value = { done, total, text: 'Receiving files' })
  })
  const { asking } = files

  onEvent('import.progress', (update) => {
    if (update.job === job) progress.value = update
  })

  const busy = computed(() => ['receiving', 'reading', 'importing'].includes(stage.value))
  const good = computed(() => inspection.value?.sources.filter(({ problem }) => problem === null) ?? [])
  /** Keys of the runs to be. */
  const runCount = computed(() => new Set(good.value.map(({ run }) => run)).size)
  const groups = computed(() => groupsOf(inspection.value?.sources ?? []))
  const modules = computed(() => modulesOf(good.value))
  const hooks = computed(() => chosenHooks.value ?? defaultHooks(good.value))
  /** Why the import cannot begin, or null. */
  const obstacle = computed(() => {
    if (!inspection.value) return 'Nothing is chosen.'
    if (inspection.value.sources.length === 0) return `Nothing of ${importableKinds} was found.`
    if (good.value.length > 0) {
      if (modules.value.length > 0 && hooks.value.length === 0) return 'Choose at least one module to measure.'
      return app.project || projectName.value.trim() ? null : 'Give the new project a name.'
    }
    const asked = inspection.value.sources.some(({ unclear, stepColumn }) => unclear !== null && stepColumn === null)
    return asked ? 'Say which column counts steps.' : 'None of these files can be imported.'
  })

  function open(): void {
    if (stage.value !== 'closed') return
    reset()
    stage.value = 'choose'
  }

  const pick = (kind: 'folder' | 'files') => from(files.pick(kind))
  const type = (path: string) => from(files.type(path))

  async function drop(taken: ReturnType<typeof takeDropped>): Promise<void> {
    if (busy.value) {
      app.notice = { level: 'info', text: 'An import is going on. Drop the files again when it has ended.' }
      return
    }
    reset()
    stage.value = 'receiving'
    progress.value = { done: 0, total: 0, text: 'Looking for files' }
    await from(files.drop(taken))
  }

  /** What the host has been given by path. */
  async function give(chosen: Chosen): Promise<void> {
    if (busy.value) {
      app.notice = { level: 'info', text: `An import is going on. Open ${chosen.label} again when it has ended.` }
      return
    }
    reset()
    stage.value = 'reading'
    await from(files.give(chosen))
  }

  /** Looks at what was chosen, when it is there. */
  async function from(choosing: ReturnType<ChosenFiles['pick']>): Promise<void> {
    error.value = null
    let isCurrent = (): boolean => true
    try {
      const answer = await choosing
      if (!answer?.value) return
      isCurrent = asking.begin()
      grant = answer.value.grant
      stepColumns.value = {}
      answers.value = {}
      chosenHooks.value = null
      stage.value = 'reading'
      follow.value = false
      await inspect(isCurrent)
      if (!isCurrent()) return
      // Where nothing but event files makes up their runs, nothing is lost by reading them where they lie.
      follow.value = inspection.value?.canFollow === true && !joinsLogs(inspection.value.sources)
      groupName.value = groups.value.length === 1 ? groups.value[0] : ''
      projectName.value = groups.value.length === 1 ? groups.value[0] : 'Imported runs'
    } catch (failure) {
      if (!isCurrent()) return
      error.value = (failure as Error).message
      stage.value = 'choose'
    }
  }

  /** A dialog that was closed meanwhile stays closed, and another one is not answered with this one's files. */
  async function inspect(isCurrent: () => boolean): Promise<void> {
    if (grant === null) return
    job = newJob('import')
    progress.value = { done: 0, total: 0, text: 'Looking for files' }
    const found = await request('import.inspect', {
      job,
      grant,
      stepColumns: stepColumns.value,
      answers: answers.value,
      follow: follow.value
    })
    if (!isCurrent()) return
    inspection.value = found
    stage.value = 'review'
  }

  /** The user's answer for files that have the same columns. */
  async function chooseStep(files: readonly string[], column: string): Promise<void> {
    stepColumns.value = { ...stepColumns.value, ...Object.fromEntries(files.map((file) => [file, column])) }
    await lookAgain()
  }

  /** Another name or seed for a run. */
  async function answer(run: string, said: RunAnswer): Promise<void> {
    answers.value = { ...answers.value, [run]: { ...answers.value[run], ...said } }
    await lookAgain()
  }

  /** A run is of the same training as another, or, where that was asked, of none. */
  async function join(run: string, partOf: string | null): Promise<void> {
    // The name and the seed of the whole are those of the other.
    answers.value = { ...answers.value, [run]: { partOf } }
    await lookAgain()
  }

  /** The parts of a run become runs of their own: those that were joined by hand, else all. */
  async function keepApart(parts: readonly ImportSource[]): Promise<void> {
    const said = { ...answers.value }
    const joined = parts.filter(({ file }) => typeof said[file]?.partOf === 'string')
    for (const { file } of joined) said[file] = { ...said[file], partOf: null }
    if (joined.length === 0) said[parts[0].run] = { ...said[parts[0].run], apart: true }
    answers.value = said
    await lookAgain()
  }

  async function chooseFollow(wanted: boolean): Promise<void> {
    follow.value = wanted
    await lookAgain()
  }

  async function lookAgain(): Promise<void> {
    updating.value = true
    error.value = null
    const isCurrent = asking.begin()
    try {
      await inspect(isCurrent)
    } catch (failure) {
      if (isCurrent()) error.value = (failure as Error).message
    } finally {
      if (isCurrent()) updating.value = false
    }
  }

  /** @param paths null: those that are chosen unasked */
  function chooseHooks(paths: string[] | null): void {
    chosenHooks.value = paths
  }

  async function start(): Promise<void> {
    if (obstacle.value !== null || grant === null) return
    error.value = null
    job = newJob('import')
    progress.value = { done: 0, total: good.value.length, text: 'Importing' }
    stage.value = 'importing'
    try {
      if (!app.project) {
        app.project = await request('project.create', { name: projectName.value.trim(), locationGrant: null })
      }
      const name = groupName.value.trim() || null
      const imported = await request('import.run', {
        job,
        grant,
        stepColumns: stepColumns.value,
        answers: answers.value,
        hooks: chosenHooks.value,
        name,
        follow: follow.value
      })
      result.value = imported
      stage.value = 'finished'
      app.page = 'runs'
      runs.checked = new Set(imported.runIds)
      await files.discard()
    } catch (failure) {
      const { code, message } = failure as { code?: string; message: string }
      error.value = code === 'cancelled' ? 'Cancelled; nothing was imported.' : message
      stage.value = 'review'
    }
  }

  /** Ends what is going on; nothing of it stays. */
  async function cancel(): Promise<void> {
    if (stage.value === 'importing') await app.attempt(() => request('import.cancel', { job }))
    else await close()
  }

  async function close(): Promise<void> {
    const ending = job
    const wasReading = stage.value === 'reading' || updating.value
    asking.drop()
    updating.value = false
    stage.value = 'closed'
    if (wasReading) await app.attempt(() => request('import.cancel', { job: ending }))
    await files.discard()
    reset()
  }

  function again(): void {
    error.value = null
    inspection.value = null
    stage.value = 'choose'
  }

  function reset(): void {
    grant = null
    error.value = null
    inspection.value = null
    stepColumns.value = {}
    chosenHooks.value = null
    groupName.value = ''
    projectName.value = ''
    answers.value = {}
    result.value = null
  }

  return {
    stage,
    progress,
    error,
    inspection,
    stepColumns,
    groupName,
    projectName,
    notSent: files.notSent,
    result,
    updating,
    follow,
    busy,
    good,
    runCount,
    groups,
    obstacle,
    modules,
    hooks,
    open,
    pick,
    type,
    drop,
    give,
    chooseStep,
    chooseFollow,
    answer,
    join,
    keepApart,
    chooseHooks,
    start,
    cancel,
    close,
    again
  }
})

/** Whether some run is made of event files and something else. */
function joinsLogs(sources: Inspection['sources']): boolean {
  const logs = new Set(sources.filter(({ format }) => format === 'tensorboard').map(({ run }) => run))
  return sources.some(({ run, format }) => format !== 'tensorboard' && logs.has(run))
}
