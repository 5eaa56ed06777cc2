/** The experiment being designed, and what the host says about it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { BackendChoice } from '../../src/domain/backends'
import type { RequestParams, RequestResult } from '../../src/contract/requests'
import type { NetworkSpec } from '../../src/domain/network'
import type { ExperimentSpec, ParamValue } from '../../src/domain/recipe'
import type { RecordOptions } from '../../src/domain/record-options'
import { request } from '../bridge/host'
import { withCompiled } from './compiled-params'
import { useProject } from './project'

export const useDraft = defineStore('draft', () => {
  const app = useProject()
  const specs = shallowRef<ExperimentSpec[]>([])
  const experiment = ref('')
  const name = ref('')
  const params = ref<Record<string, ParamValue>>({})
  /** What the user has switched; null while it is the experiment's own choice. */
  const chosenHooks = ref<string[] | null>(null)
  const data = ref<string | null>(null)
  const network = ref<NetworkSpec | null>(null)
  /** Weights in the file that the network was read from; `saved` of the network says whether it begins with them. */
  const fileWeights = shallowRef<{ sha256: string; file: Uint8Array } | null>(null)
  const backend = ref<BackendChoice>('auto')
  const record = ref<RecordOptions | null>(null)
  const seeds = ref<number[]>([0, 1, 2, 3])
  /** A learning-rate sweep: every seed once at each of these rates. null: at the rate of the hyperparameters. */
  const rates = ref<number[] | null>(null)
  const described = shallowRef<RequestResult<'experiments.describe'> | null>(null)
  const failure = ref<string | null>(null)
  const starting = ref(false)

  const spec = computed(() => specs.value.find((item) => item.id === experiment.value) ?? null)
  /** Hook points that are on. One of another model stays chosen, but counts only where the model has it. */
  const hooks = computed<string[]>({
    get: () => {
      const paths = new Set(described.value?.graph?.nodes.filter((node) => node.hook).map((node) => node.path))
      return (chosenHooks.value ?? described.value?.hooks ?? []).filter((hook) => paths.size === 0 || paths.has(hook))
    },
    set: (wanted) => (chosenHooks.value = wanted)
  })
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
    chosenHooks.value = null
    rates.value = null
    network.value = null
    fileWeights.value = null
    fromModel = {}
    if (chosen.data === 'own') data.value = null
    record.value = { ...chosen.defaultRecord, observe: [...chosen.defaultRecord.observe] }
    described.value = null
  }

  // Data, networks and seeds of one project mean nothing in another one.
  watch(
    () => app.project?.id,
    (id) => {
      if (!id || specs.value.length === 0) return
      data.value = null
      seeds.value = [0, 1, 2, 3]
      backend.value = 'auto'
      failure.value = null
      choose(specs.value[0].id)
    }
  )

  /** Sets a hyperparameter; those whose default depends on it follow, as long as nobody has changed them. */
  function setParam(key: string, value: ParamValue): void {
    const before = { ...params.value }
    const next = { ...before, [key]: value }
    for (const { key: other, default: usual, defaultFor } of spec.value?.params ?? []) {
      if (defaultFor?.key !== key) continue
      const usualFor = (choice: ParamValue): ParamValue => defaultFor.values[String(choice)] ?? usual
      if (before[other] === usualFor(before[key])) next[other] = usualFor(value)
    }
    params.value = next
  }

  /** What the last model that was opened has set. */
  let fromModel: Readonly<Record<string, ParamValue>> = {}

  /**
   * Takes over hyperparameters of a model that was compiled; those that somebody has changed stay, those of the model before do not.
   * @returns what was taken, as `key value`
   */
  function takeCompiled(compiled: Readonly<Record<string, ParamValue>>): string[] {
    const { values, taken } = withCompiled(spec.value?.params ?? [], params.value, fromModel, compiled)
    params.value = values
    fromModel = taken
    return Object.entries(taken).map(([key, value]) => `${key} ${value}`)
  }

  function toggleHook(path: string): void {
    hooks.value = hooks.value.includes(path) ? hooks.value.filter((hook) => hook !== path) : [...hooks.value, path]
  }

  let version = 0
  watch(
    [experiment, params, chosenHooks, record, data, network],
    async () => {
      if (!record.value || !experiment.value) return
      const mine = ++version
      try {
        let answer = await request('experiments.describe', { ...draft(), hooks: chosenHooks.value && [...hooks.value] })
        const paths = new Set(answer.graph?.nodes.filter((node) => node.hook).map((node) => node.path))
        // The model has changed: of what was on for the other one, what this one has.
        if (mine === version && answer.graph && answer.hooks.some((hook) => !paths.has(hook))) {
          const kept = (chosenHooks.value ?? []).filter((hook) => paths.has(hook))
          answer = await request('experiments.describe', { ...draft(), hooks: kept })
        }
        if (mine !== version) return
        described.value = answer.graph ? answer : { ...answer, graph: described.value?.graph ?? null }
        failure.value = null
      } catch (error) {
        if (mine === version) failure.value = (error as Error).message
      }
    },
    { deep: true }
  )

  /** Plain copies, as they cross to the host. */
  function draft(): Pick<RequestParams<'training.start'>, 'experiment' | 'params' | 'data' | 'network' | 'record'> {
    return {
      experiment: experiment.value,
      params: { ...params.value },
      data: data.value,
      network: network.value && (JSON.parse(JSON.stringify(network.value)) as NetworkSpec),
      record: { ...record.value!, observe: [...record.value!.observe] }
    }
  }

  /** Starts the runs and returns the id of the first, or null when it failed. */
  async function start(count?: number): Promise<string | null> {
    if (!record.value) return null
    starting.value = true
    failure.value = null
    const project = app.project?.id
    try {
      const { runIds } = await request('training.start', {
        name: name.value.trim() || (spec.value?.title ?? 'Experiment'),
        ...draft(),
        weights: fileWeights.value?.sha256 === network.value?.saved ? (fileWeights.value?.file ?? null) : null,
        seeds: count ? seeds.value.slice(0, count) : [...seeds.value],
        // Fewer runs than asked for are for a look first, at the rate of the form.
        rates: count ? null : rates.value && [...rates.value],
        hooks: [...hooks.value],
        backend: backend.value
      })
      // Where another project has been opened meanwhile, there is nothing of it to show or to complain about.
      return app.project?.id === project ? runIds[0] : null
    } catch (error) {
      if (app.project?.id === project) failure.value = (error as Error).message
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
    data,
    network,
    fileWeights,
    backend,
    record,
    seeds,
    rates,
    described,
    failure,
    starting,
    spec,
    problems,
    load,
    choose,
    setParam,
    takeCompiled,
    toggleHook,
    start
  }
})
