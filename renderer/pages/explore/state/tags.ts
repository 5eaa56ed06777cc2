/** What the project's runs have recorded, tag by tag; asked for in batches so that a large log shows something at once. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RequestResult } from '../../../../src/contract/requests'
import { request } from '../../../bridge/host'
import { tabGate } from './tab-gate'
import { useExplore } from '../../../state/explore'
import { useProject } from '../../../state/project'
import { useRuns } from '../../../state/runs'
import { useGrowth } from '../../../state/useGrowth'

export interface KnownTag {
  tag: string
  kind: string
  displayName: string
  description: string
  runIds: Set<string>
}

type Answer = RequestResult<'recordings.tags'>
type Params = RequestResult<'recordings.hparams'>['rows'][number]['params']

/** One run is enough to know what cards there are; its curves are asked for before the other runs are read. */
const firstBatch = 1
const firstPauseMs = 150
/** The host reads it in small pieces, so that curves, which the same workers read, need not wait long for their turn. */
const largestBatch = 1024
/** New tags of a run in training appear with this delay at most; they hardly ever do after its first points. */
const followMs = 3000

export const useExploreTags = defineStore('explore-tags', () => {
  const app = useProject()
  const runs = useRuns()
  const explore = useExplore()
  /** By kind and tag. */
  const tags = shallowRef<Map<string, KnownTag>>(new Map())
  /** What was wrong with the files of a run, by run. */
  const problems = shallowRef<Map<string, string[]>>(new Map())
  const restarted = shallowRef<Set<string>>(new Set())
  const asked = new Set<string>()
  const waiting = new Set<string>()
  const busy = ref(false)
  const done = ref(0)
  const failure = ref<string | null>(null)
  let wanted = false
  let turn = 0

  const list = computed(() => [...tags.value.values()])
  const kinds = computed(() => new Set(list.value.map((tag) => tag.kind)))

  /** Called by the page: nothing is read for a project whose Explore page nobody opens. */
  function want(): void {
    wanted = true
    void load()
  }

  async function load(): Promise<void> {
    if (!wanted || busy.value || !app.project || explore.loaded === 0) return
    const mine = turn
    busy.value = true
    failure.value = null
    let size = firstBatch
    for (;;) {
      const batch = nextBatch(size)
      if (batch.length === 0) break
      size = Math.min(largestBatch, size * 4)
      try {
        const answer = await tabGate.passLast(() => request('recordings.tags', { runIds: batch }))
        if (mine !== turn) return
        for (const id of batch) asked.add(id)
        take(batch, answer)
      } catch (error) {
        if (mine !== turn) return
        failure.value = (error as Error).message
        // They have grown all the same.
        for (const id of batch) waiting.add(id)
        break
      }
      done.value = asked.size
      if (batch.length === firstBatch && tags.value.size > 0) {
        await new Promise((resolve) => setTimeout(resolve, firstPauseMs))
        if (mine !== turn) return
      }
    }
    busy.value = false
    void loadParams(mine)
  }

  /** Runs that are shown come before those that are not. */
  function nextBatch(size: number): string[] {
    const missing = runs.all.filter((run) => !asked.has(run.id) || waiting.has(run.id))
    const sorted = [
      ...missing.filter((run) => explore.isShown(run.id)),
      ...missing.filter((run) => !explore.isShown(run.id))
    ]
    const batch = sorted.slice(0, size).map((run) => run.id)
    for (const id of batch) waiting.delete(id)
    return batch
  }

  function take(batch: string[], answer: Answer): void {
    const next = new Map(tags.value)
    for (const found of answer.tags) {
      const key = `${found.kind} ${found.tag}`
      const known = next.get(key)
      const ids = Array.from(found.runs, (index) => batch[index]).filter((id) => id !== undefined)
      next.set(key, {
        tag: found.tag,
        kind: found.kind,
        displayName: known?.displayName || found.displayName,
        description: known?.description || found.description,
        runIds: new Set([...(known?.runIds ?? []), ...ids])
      })
    }
    tags.value = next
    const words = new Map(problems.value)
    for (const id of batch) words.delete(id)
    for (const { runId, text } of answer.problems) words.set(runId, [...(words.get(runId) ?? []), text])
    problems.value = words
    if (answer.restarted.length > 0) restarted.value = new Set([...restarted.value, ...answer.restarted])
  }

  /** Imported runs may bring hyperparameters along; without them the runs are shown all the same. */
  async function loadParams(mine: number): Promise<void> {
    const missing = runs.all.filter((run) => !run.spec && explore.recordedParams[run.id] === undefined)
    if (missing.length === 0) return
    const answer = await request('recordings.hparams', { runIds: missing.map((run) => run.id) }).catch(() => null)
    if (mine !== turn || !answer) return
    const found = Object.fromEntries(missing.map((run): [string, Params] => [run.id, {}]))
    for (const row of answer.rows) found[row.runId] = row.params
    explore.recordedParams = { ...explore.recordedParams, ...found }
  }

  useGrowth(
    () => wanted,
    (grown) => {
      for (const runId of grown) waiting.add(runId)
      return load()
    },
    followMs
  )
  watch(
    () => [runs.all.map((run) => run.id).join(' '), explore.loaded],
    () => void load()
  )
  watch(
    () => app.project?.id,
    () => {
      turn += 1
      wanted = false
      asked.clear()
      waiting.clear()
      tags.value = new Map()
      problems.value = new Map()
      restarted.value = new Set()
      busy.value = false
      done.value = 0
      failure.value = null
    }
  )

  return { tags, list, kinds, problems, restarted, busy, done, failure, want, retry: load }
})
