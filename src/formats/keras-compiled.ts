/** What a model of Keras was compiled with: its loss, and its optimizer as hyperparameters. */
import type { CompiledLoss } from '../domain/network'
import { textOf, type Config } from './keras-config'
import { record } from './keras-graph'

export interface Compiled {
  /** Null where there is none, or one that is not here. */
  loss: CompiledLoss | null
  /** As the model names it; null when it was not compiled. */
  lossName: string | null
  /** Hyperparameters of the experiment `custom`. */
  params: Record<string, number | string>
  notes: string[]
}

const losses: Record<string, CompiledLoss['name']> = {
  sparsecategoricalcrossentropy: 'cross-entropy',
  categoricalcrossentropy: 'cross-entropy',
  binarycrossentropy: 'binary-cross-entropy',
  meansquarederror: 'mean-squared-error',
  mse: 'mean-squared-error',
  meanabsoluteerror: 'mean-absolute-error',
  mae: 'mean-absolute-error',
  huber: 'huber',
  huberloss: 'huber',
  hinge: 'hinge'
}

/** @param compiled `compile_config` of Keras 3, `training_config` of Keras 2 and TensorFlow.js; anything else gives nothing */
export function compiledOf(compiled: unknown): Compiled {
  const found: Compiled = { loss: null, lossName: null, params: {}, notes: [] }
  const config = record(compiled)
  if (!config) return found
  readLoss(config, found)
  readOptimizer(config.optimizer_config ?? config.optimizer, found)
  readMetrics(config, found)
  if (config.loss_weights != null)
    found.notes.push('The weights of losses that the model was compiled with are not used.')
  return found
}

/** Text, or an object that names a class or a function, as its name in small letters without underscores. */
function named(value: unknown): { name: string | null; key: string; config: Config } {
  const { class_name: className, config } = record(value) ?? {}
  const settings = record(config) ?? {}
  const name =
    typeof value === 'string' ? value : className === 'function' ? config : (className ?? record(value)?.className)
  const text = typeof name === 'string' && name !== '' ? name : null
  return { name: text, key: (text ?? '').replaceAll('_', '').toLowerCase(), config: settings }
}

/** What is recorded anyway: accuracy and the loss in all their names. */
const recorded = /^(acc|accuracy|(binary|categorical|sparsecategorical)accuracy|loss)$/

function readMetrics(compiled: Config, found: Compiled): void {
  const all = [compiled.metrics, compiled.weighted_metrics].flatMap((metrics) => listedIn(metrics))
  const others = all.map((metric) => named(metric)).filter(({ key }) => !recorded.test(key) && key !== '')
  if (others.length === 0) return
  const names = [...new Set(others.map(({ name }) => name))].join(', ')
  found.notes.push(`Of the metrics that the model was compiled with, ${names} ${others.length === 1 ? 'is' : 'are'} not recorded; loss and accuracy, and what classes have, are.`) // prettier-ignore
}

/** Metrics in a list, in lists for each output, or by its name. */
function listedIn(metrics: unknown): unknown[] {
  if (Array.isArray(metrics)) return metrics.flatMap((metric) => listedIn(metric))
  const outputs = record(metrics)
  if (outputs && !('class_name' in outputs)) return Object.values(outputs).flatMap((metric) => listedIn(metric))
  return metrics == null ? [] : [metrics]
}

function readLoss(compiled: Config, found: Compiled): void {
  let value = compiled.loss
  // One output may be written as a list or an object of one.
  if (Array.isArray(value) && value.length === 1) [value] = value as unknown[]
  const outputs = record(value)
  if (outputs && !('class_name' in outputs) && Object.keys(outputs).length === 1) [value] = Object.values(outputs)
  if (value == null) return
  const { name, key, config } = named(value)
  const inside = typeof config.name === 'string' ? config.name : null
  found.lossName = inside ?? name
  const loss = Object.hasOwn(losses, key) ? losses[key] : null
  if (loss === null) {
    const what = name ?? textOf(value)
    found.notes.push(`The model was compiled with the loss ${what}, which is not here; the loss is as the data ask.`)
    return
  }
  const delta = Number(config.delta ?? 1)
  found.loss = {
    name: loss,
    ...(loss === 'huber' && delta !== 1 && delta > 0 ? { delta } : {}),
    ...(config.from_logits === true ? { fromLogits: true as const } : {})
  }
  if (loss === 'huber' && config.delta == null) {
    found.notes.push(
      'Keras does not write the delta of a Huber loss: it is 1 here. Choose the loss huber to set another.'
    )
  }
  const smoothing = Number(config.label_smoothing ?? 0)
  if (smoothing > 0 && smoothing < 1) found.params.labelSmoothing = smoothing
  else if (smoothing !== 0) {
    found.notes.push(
      `The loss was compiled with label_smoothing=${textOf(config.label_smoothing)}; there is none here.`
    )
  }
  if (loss === 'huber' && !(delta > 0)) {
    found.notes.push(`The loss was compiled with delta=${textOf(config.delta)}; it is 1 here.`)
  }
  const usual = [undefined, null, 'auto', 'sum_over_batch_size', 'mean_with_sample_weight', 'mean']
  if (!usual.includes(config.reduction as string)) {
    found.notes.push(
      `The loss was compiled with reduction=${textOf(config.reduction)}; here it is a mean over the batch.`
    )
  }
  for (const setting of ['ignore_class', 'class_weight']) {
    if (config[setting] != null) found.notes.push(`The loss was compiled with ${setting}, which is not here.`)
  }
}

/** Learning rates where only the name is given. */
const usualRates: Record<string, number> = { sgd: 0.01, adam: 0.001, adamw: 0.001 }

/** Keras writes some numbers as singles with all their digits: 0.0010000000474974513 was given as 0.001. */
function plain(value: unknown): unknown {
  if (typeof value !== 'number') return value
  const short = Number(value.toPrecision(7))
  return Math.fround(short) === value ? short : value
}

function readOptimizer(value: unknown, found: Compiled): void {
  if (value == null) return
  const { params, notes } = found
  const { name, key, config: written } = named(value)
  const config = Object.fromEntries(Object.entries(written).map(([setting, given]) => [setting, plain(given)]))
  const method = key.replace(/^.*>/, '')
  if (!Object.hasOwn(usualRates, method)) {
    const what = name ?? textOf(value)
    notes.push(`The model was compiled with the optimizer ${what}, which is not here; method and rate stay as chosen.`)
    return
  }
  const told = (setting: string, instead: string): void => {
    notes.push(`The optimizer was compiled with ${setting}=${textOf(config[setting])}; ${instead}.`)
  }
  params.optimizer = method
  const rate = config.learning_rate ?? config.learningRate ?? config.lr ?? usualRates[method]
  if (typeof rate === 'number' && rate > 0) params.learningRate = rate
  else {
    const { name: schedule, config: settings } = named(rate)
    const first = settings.initial_learning_rate
    if (typeof first === 'number' && first > 0) params.learningRate = first
    notes.push(
      `The learning rate was compiled as ${schedule ?? textOf(rate)}; here it ` +
        (typeof first === 'number' ? `begins at ${first} and follows the schedule of the run.` : 'stays as chosen.')
    )
  }
  const decay = config.weight_decay
  const shrinks = typeof decay === 'number' && decay > 0
  if (method === 'sgd') {
    params.weightDecay = 0
    params.momentum = Number(config.momentum ?? 0)
    if (config.nesterov === true) told('nesterov', 'the momentum here is the plain one')
    if (shrinks) told('weight_decay', 'with SGD there is none of this kind here')
  } else {
    // Keras's Adam shrinks weights as AdamW does.
    if (shrinks) params.optimizer = 'adamw'
    params.weightDecay = shrinks ? decay : method === 'adamw' && decay === undefined ? 0.004 : 0
    params.beta1 = Number(config.beta_1 ?? config.beta1 ?? 0.9)
    params.beta2 = Number(config.beta_2 ?? config.beta2 ?? 0.999)
    params.epsilon = Number(config.epsilon ?? 1e-7)
    if (config.amsgrad === true) told('amsgrad', 'it is off here')
  }
  if (typeof config.global_clipnorm === 'number') params.clipNorm = config.global_clipnorm
  if (config.clipnorm != null) told('clipnorm', 'clipping here is by the norm of all gradients together, and is off')
  if (config.clipvalue != null) told('clipvalue', 'there is none of this kind here')
  if (config.use_ema === true) told('use_ema', 'weights are not averaged here')
  if (config.gradient_accumulation_steps != null) told('gradient_accumulation_steps', 'each batch makes an update here')
  if (typeof config.decay === 'number' && config.decay > 0) told('decay', 'the rate follows the schedule of the run')
}
