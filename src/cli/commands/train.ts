/** `phasescope train`: one experiment, one run per seed. */
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { backendNames, backendTitles } from '../../domain/backends'
import { recordOptions, type RecordOptions } from '../../domain/record-options'
import { ConfigError } from '../../hooks/config-error'
import { suggestion } from '../../text/near-names'
import type { RequestResult } from '../../contract/requests'
import type { Engine } from '../../engine/engine'
import { recipeOf } from '../../engine/training/recipe'
import { hookPoints } from '../../hooks/hook-points'
import type { NetworkSpec } from '../../domain/network'
import {
  architectureOf,
  checkHooks,
  checkRecord,
  defaultHooks,
  findExperiment,
  resolveRecipe
} from '../../training/experiments'
import { type ExperimentSpec, type ParamValue, type Recipe } from '../../domain/recipe'
import { noteProblems, withEngine } from '../host'
import { UsageError } from '../options'
import type { Command, Context, Input } from '../options'
import { duration } from '../terminal'
import { trainAndWatch } from '../training'

const mostSeed = 2 ** 32 - 1

export const trainCommand: Command = {
  usage: 'EXPERIMENT --project DIR [--seeds 0-7] [--set key=value]... [options]',
  options: {
    project: { value: 'DIR', description: 'The project folder; made when it does not exist.', required: true },
    seeds: { value: 'LIST', description: 'Seeds such as 0-7 or 1,2,5. Default 0.' },
    rates: {
      value: 'LIST',
      description: 'Learning rates to compare, such as 1e-4,1e-3,1e-2: one run per rate and seed.'
    },
    data: { value: 'ID', description: 'A data set of the project (phasescope data list) instead of its own.' },
    network: {
      value: 'FILE',
      description: 'custom: layers as JSON, or a model of Keras (JSON, .keras, .h5) or TensorFlow.js.'
    },
    'initial-weights': {
      value: 'network|drawn',
      description: 'Begin with the weights in the file of --network, or draw them by the seed. Default: drawn.'
    },
    'trust-metrics': { description: 'Run the metric functions of the project, metrics.js, with your rights.' },
    set: { value: 'KEY=VALUE', description: 'A hyperparameter; may be repeated.', multiple: true },
    hooks: { value: 'A,B', description: 'Hook points, "all" or "none". Default: those of the experiment.' },
    record: {
      value: 'KEY=VALUE',
      description: 'When to record, such as metricsEvery=5; may be repeated.',
      multiple: true
    },
    backend: { value: 'NAME', description: 'auto (default: the fastest here), tensorflow, webgpu, wasm or cpu.' },
    jobs: { value: 'N', description: 'Runs side by side. Default: one per core.' },
    name: { value: 'NAME', description: 'Name of these runs. Default: the experiment.' },
    estimate: { description: 'Say how long it would take and what each hook point costs, and train nothing.' },
    json: { description: 'Print the finished runs, or the estimate, as JSON.' }
  },
  notes: [
    'phasescope experiments EXPERIMENT lists the hyperparameters and the options of --record.',
    'Ctrl-C cancels with a checkpoint; phasescope resume goes on from there.'
  ],
  words: { min: 1, max: 1, missing: 'Which experiment? phasescope experiments lists them.' },
  async run(input, context) {
    const spec = findExperiment(input.words[0])
    const given = hyperparameters(spec, input.texts('set'))
    const seeds = input.numbers('seeds', { min: 0, max: mostSeed }) ?? [0]
    const rates = learningRates(input)
    const record = recording(spec, input.texts('record'))
    const backend = input.choice('backend', ['auto', ...backendNames] as const) ?? 'auto'
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    const name = input.text('name')?.trim() || spec.id
    const folder = resolve(input.required('project'))
    return withEngine(context, { jobs }, async (engine) => {
      // Everything is checked before the project folder is made.
      const data = input.text('data') ?? null
      const begins = input.choice('initial-weights', ['drawn', 'network'] as const) ?? 'drawn'
      const {
        network,
        weights,
        params: compiled
      } = await networkFrom(engine, input.text('network'), begins === 'network', context)
      const params = asCompiled(compiled, given, context)
      const recipe = resolveRecipe(await recipeOf({ folder }, { experiment: spec.id, params, data, network }))
      const hooks = chosenHooks(recipe, input)
      const session = await engine.openOrCreateFolder(folder, basename(folder))
      noteProblems(session, context)
      if (input.has('trust-metrics')) await trustMetrics(engine, folder)
      if (input.has('estimate')) {
        const runs = seeds.length * (rates?.length ?? 1)
        const draft = { experiment: spec.id, params, data, network, hooks, record, backend, runs }
        return tellEstimate(await engine.call('experiments.calibrate', draft), runs, input.has('json'), context)
      }
      return trainAndWatch(engine, context, input.has('json'), seeds.length * (rates?.length ?? 1), () =>
        engine.training.start(session, {
          name,
          experiment: spec.id,
          params,
          data,
          network,
          weights,
          seeds,
          rates,
          hooks,
          record,
          backend
        })
      )
    })
  }
}

const said = (seconds: number): string => (seconds < 90 ? `${Math.ceil(seconds)} s` : duration(seconds))

function tellEstimate(
  { backend, together, secondsPerRun, hooks }: RequestResult<'experiments.calibrate'>,
  runs: number,
  asJson: boolean,
  { terminal }: Context
): number {
  const seconds = secondsPerRun * Math.ceil(runs / together)
  if (asJson) {
    terminal.json({ backend, runs, together, seconds, secondsPerRun, hooks }, 2)
    return 0
  }
  const each = runs > 1 ? `, each ${said(secondsPerRun)}, ${together} at a time` : ''
  terminal.out(`About ${said(seconds)} on ${backendTitles[backend]}${each}.`)
  for (const { hook, time, bytes } of hooks) {
    const percent = Math.round(time * 100)
    terminal.out(`${hook}: ${percent < 1 ? 'under 1%' : `+${percent}%`} time, ${(bytes / 1e6).toFixed(1)} MB on disk`)
  }
  return 0
}

/** What the user has given goes before what the model was compiled with; what is taken of that is said. */
function asCompiled(
  compiled: Record<string, ParamValue>,
  given: Record<string, ParamValue>,
  { terminal }: Context
): Record<string, ParamValue> {
  const taken = Object.entries(compiled).filter(([key]) => !Object.hasOwn(given, key))
  if (taken.length > 0) {
    const list = taken.map(([key, value]) => `${key}=${value}`).join(', ')
    terminal.note(`note: As the model was compiled: ${list}. --set changes that.`)
  }
  return { ...Object.fromEntries(taken), ...given }
}

interface ChosenNetwork {
  /** Hyperparameters as the model was compiled. */
  params: Record<string, ParamValue>
  network: NetworkSpec | null
  weights: Uint8Array | null
}

/** @param saved whether the weights in the file are the first ones */
async function networkFrom(
  engine: Engine,
  file: string | undefined,
  saved: boolean,
  { terminal }: Context
): Promise<ChosenNetwork> {
  if (file === undefined) {
    if (saved) throw new UsageError('--initial-weights network needs --network FILE.')
    return { network: null, weights: null, params: {} }
  }
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch {
    throw new UsageError(`--network ${file} cannot be read. Check the path.`)
  }
  const { network, params, notes, weights } = await engine.call('networks.read', { name: basename(file), file: bytes })
  for (const note of notes) terminal.note(`note: ${note}`)
  if (saved && !weights) throw new UsageError(`--initial-weights network: no weights can be read from ${file}.`)
  if (!weights) return { network, params, weights: null }
  if (saved) return { network: { ...network, saved: weights.sha256 }, params, weights: weights.file }
  terminal.note('note: The file has weights; --initial-weights network begins with them. These are drawn by the seed.')
  return { network, params, weights: null }
}

async function trustMetrics(engine: Engine, folder: string): Promise<void> {
  const own = await engine.trusted.of(folder)
  if (!own) throw new UsageError('--trust-metrics: this project has no metrics.js.')
  // Whoever lets a folder's code run trusts the folder.
  if (!engine.project.trusted) await engine.call('project.trust', { trusted: true })
  await engine.trusted.trust(folder, own.hash)
}

/** `key=value` as the kind that the parameter has; what cannot be read stays text, and the check names it. */
function hyperparameters(spec: ExperimentSpec, settings: string[]): Record<string, ParamValue> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [key, value] = keyAndValue(setting, 'set')
      const kind = spec.params.find((param) => param.key === key)?.kind
      if (kind === 'integer' || kind === 'number') return [key, asNumber(value)]
      if (kind === 'boolean' && (value === 'true' || value === 'false')) return [key, value === 'true']
      return [key, value]
    })
  )
}

function learningRates(input: Input): number[] | null {
  const given = input.list('rates')
  if (!given) return null
  const rates = given.map((text) => {
    const rate = Number(text)
    if (!(rate > 0 && rate < Infinity)) {
      throw new UsageError(`--rates has "${text}"; each must be a number above 0, such as 1e-3.`)
    }
    return rate
  })
  const unique = [...new Set(rates)].sort((a, b) => a - b)
  if (unique.length < 2 || unique.length > 20) {
    throw new UsageError(`--rates needs 2 to 20 different rates to compare, such as 1e-4,1e-3,1e-2.`)
  }
  return unique
}

function chosenHooks(recipe: Recipe, input: Input): string[] {
  const given = input.list('hooks')
  if (!given) return defaultHooks(recipe)
  if (given.length === 1 && given[0] === 'none') return []
  const known = hookPoints(architectureOf(recipe).graph).map(({ path }) => path)
  const hooks = given.length === 1 && given[0] === 'all' ? known : given
  checkHooks(recipe, hooks)
  return hooks
}

function recording(spec: ExperimentSpec, settings: string[]): RecordOptions {
  const known = Object.keys(spec.defaultRecord)
  const record: Record<string, unknown> = { ...spec.defaultRecord }
  for (const setting of settings) {
    const [key, value] = keyAndValue(setting, 'record')
    if (!known.includes(key)) throw new UsageError(`--record has no option "${key}".${suggestion(key, known)}`)
    const before = spec.defaultRecord[key as keyof RecordOptions]
    if (typeof before === 'number') {
      record[key] = asNumber(value)
      if (typeof record[key] !== 'number') {
        throw new UsageError(`--record ${key} is "${value}"; it must be a number.`)
      }
    } else if (typeof before === 'boolean') {
      if (value !== 'true' && value !== 'false') {
        throw new UsageError(`--record ${key} is "${value}"; it must be true or false.`)
      }
      record[key] = value === 'true'
    } else if (Array.isArray(before)) record[key] = value.split(',').filter(Boolean)
    else record[key] = value
  }
  checkRecord(record as unknown as RecordOptions)
  const parsed = recordOptions.safeParse(record)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ConfigError(`The option "${issue.path.join('.')}" of --record cannot be used: ${issue.message}.`)
  }
  return parsed.data
}

function keyAndValue(setting: string, option: string): [string, string] {
  const at = setting.indexOf('=')
  if (at < 1) throw new UsageError(`--${option} is "${setting}"; it must be KEY=VALUE, such as --${option} epochs=20.`)
  return [setting.slice(0, at).trim(), setting.slice(at + 1).trim()]
}

function asNumber(text: string): number | string {
  const value = Number(text)
  return text === '' || Number.isNaN(value) ? text : value
}
