/**
 * How long the runs of the draft will take, and what each hook point costs: the host trains their beginning for a few seconds once
 * nobody has changed anything for a moment, and only while nothing else trains.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { BackendName } from '../../../src/domain/backends'
import { costingParams } from '../../../src/domain/step-cost'
import { request } from '../../bridge/host'
import { useActivity } from '../../state/activity'
import { useDraft } from '../../state/draft'
import { useProject } from '../../state/project'

/** How long the draft has to stay as it is. */
const restMs = 1500

export interface Measured {
  backend: BackendName
  together: number
  /** Points, checkpoints and the start of the run included, as a mean over its updates. */
  secondsPerStep: number
  hooks: ReadonlyMap<string, { time: number; bytes: number }>
}

export const useEstimate = defineStore('estimate', () => {
  const app = useProject()
  const draft = useDraft()
  const activity = useActivity()
  const known = shallowRef<ReadonlyMap<string, Measured | { problem: string }>>(new Map())
  /** What is being measured now. */
  const measuring = ref<string | null>(null)
  const isShown = ref(false)

  const runs = computed(() => draft.seeds.length * (draft.rates?.length ?? 1))
  const isBusy = computed(() => activity.all.some(({ running, waiting }) => running + waiting > 0))
  /** What decides the time of an update; null: the draft cannot be trained as it is. */
  const key = computed(() => {
    const { described, record } = draft
    if (!app.project || !record || !described || described.problems.length > 0 || draft.failure) return null
    const { experiment, params, data, network, hooks, backend } = draft
    const together = Math.min(app.info?.cores ?? 1, runs.value)
    const layers = network && { ...network, saved: undefined }
    return JSON.stringify([
      app.project.id,
      { experiment, params: costingParams(params), data, layers, hooks, record, backend, together }
    ])
  })
  const found = computed(() => (key.value === null ? undefined : known.value.get(key.value)))
  const measured = computed(() => (found.value && 'secondsPerStep' in found.value ? found.value : null))
  const problem = computed(() => (found.value && 'problem' in found.value ? found.value.problem : null))
  const wanted = computed(() => (isShown.value && !isBusy.value && !found.value ? key.value : null))

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(wanted, (now, before) => {
    clearTimeout(timer)
    if (before !== null && measuring.value === before)
      void request('experiments.uncalibrate', {}).catch(() => undefined)
    if (now !== null) timer = setTimeout(() => void measure(now), restMs)
  })

  async function measure(wantedKey: string): Promise<void> {
    const steps = draft.described?.totalSteps ?? 0
    if (wanted.value !== wantedKey || steps === 0) return
    measuring.value = wantedKey
    try {
      const { network } = draft
      const { secondsPerRun, hooks, ...rest } = await request('experiments.calibrate', {
        experiment: draft.experiment,
        params: { ...draft.params },
        data: draft.data,
        network: network && (JSON.parse(JSON.stringify(network)) as typeof network),
        hooks: [...draft.hooks],
        record: { ...draft.record!, observe: [...draft.record!.observe] },
        backend: draft.backend,
        runs: runs.value
      })
      const costs = new Map(hooks.map(({ hook, ...cost }) => [hook, cost]))
      keep(wantedKey, { ...rest, secondsPerStep: secondsPerRun / steps, hooks: costs })
    } catch (error) {
      // What was stopped is asked for again when it is wanted again.
      const { code, message } = error as Error & { code?: string }
      if (code !== 'cancelled' && code !== 'busy') keep(wantedKey, { problem: message })
    } finally {
      if (measuring.value === wantedKey) measuring.value = null
    }
  }

  function keep(of: string, what: Measured | { problem: string }): void {
    known.value = new Map(known.value).set(of, what)
  }

  return { isShown, isBusy, measuring: computed(() => measuring.value !== null), measured, problem }
})
