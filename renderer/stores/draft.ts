/** The experiment being designed, and what the host says about it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RequestResult } from '../../src/contract/requests'
import type { ExperimentSpec, ParamValue, RecordOptions } from '../../src/training/types'
import { request } from '../bridge/host'
import { useProject } from './project'

export const useDraft = defineStore('draft', () => {
  const app = useProject()
  const specs = shallowRef<ExperimentSpec[]>([])
  const experiment = ref('')
  const name = ref('')
  const params = ref<Record<string, ParamValue>>({})
  const hooks = ref<string[]>([])
  const record = ref<RecordOptions | null>(null)
  const seeds = ref<number[]>([0, 1, 2, 3])
  const described = shallowRef<RequestResult<'experiments.describe'> | null>(null)
  const failure = ref<string | null>(null)
  const starting = ref(false)

  const spec = computed(() => specs.value.find((item) => item.id === experiment.value) ?? null)
  const problems = computed(
    () => new Map((described.value?.problems ?? []).map((item) => [item.key ?? '', item.message]))
  )

  async function load(): Promise<void> {
    if (specs.value.length > 0) return
    await app.attempt(async () => {
      specs.value = await request('experiments.list', {})
      if (specs.value.length > 0 && !experiment.value) choose(specs.value[0].id)
    })
  }

  /** Begins a new draft of an experiment with its defaults. */
  function choose(id: string): void {
    const chosen = specs.value.find((item) => item.id === id)
    if (!chosen) return
    experiment.value = id
    name.value = chosen.title
    params.value = Object.fromEntries(chosen.params.map((param) => [param.key, param.default]))
    hooks.value = [...chosen.defaultHooks]
    record.value = { ...chosen.defaultRecord }
    described.value = null
  }

  function toggleHook(path: string): void {
    hooks.value = hooks.value.includes(path) ? hooks.value.filter((hook) => hook !== path) : [...hooks.value, path]
  }

  let version = 0
  watch(
    [experiment, params, hooks, record],
    async () => {
      if (!record.value || !experiment.value) return
      const mine = ++version
      try {
        const answer = await request('experiments.describe', {
          experiment: experiment.value,
          params: { ...params.value },
          hooks: [...hooks.value],
          record: { ...record.value }
        })
        if (mine !== version) return
        // A hook point of another model cannot stay chosen when the model changes.
        const paths = new Set(answer.graph?.nodes.filter((node) => node.hook).map((node) => node.path))
        if (answer.graph && hooks.value.some((hook) => !paths.has(hook))) {
          hooks.value = hooks.value.filter((hook) => paths.has(hook))
          return
        }
        described.value = answer.graph ? answer : { ...answer, graph: described.value?.graph ?? null }
        failure.value = null
      } catch (error) {
        if (mine === version) failure.value = (error as Error).message
      }
    },
    { deep: true }
  )

  /** Starts the runs and returns the id of the first, or null when it failed. */
  async function start(count?: number): Promise<string | null> {
    if (!record.value) return null
    starting.value = true
    failure.value = null
    try {
      const { runIds } = await request('training.start', {
        name: name.value.trim() || (spec.value?.title ?? 'Experiment'),
        experiment: experiment.value,
        params: { ...params.value },
        seeds: count ? seeds.value.slice(0, count) : [...seeds.value],
        hooks: [...hooks.value],
        record: { ...record.value },
        backend: 'wasm'
      })
      return runIds[0]
    } catch (error) {
      failure.value = (error as Error).message
      return null
    } finally {
      starting.value = false
    }
  }

  return {
    specs,
    experiment,
    name,
    params,
    hooks,
    record,
    seeds,
    described,
    failure,
    starting,
    spec,
    problems,
    load,
    choose,
    toggleHook,
    start
  }
})
