/** What a layer of Keras sets of its parameters: whether they are trained, their first values, penalties and constraints. */
import type { Constraint, InitialValues, LayerSettings, Penalty } from '../domain/layer-settings'
import { refused, textOf, withWeights, type Config, type KerasLayer, type Part } from './keras-config'

const recurrent: readonly Part['type'][] = ['lstm', 'gru', 'simpleRnn']

/** Parameters that a setting is of, by the end of their names. `what` stands before `_initializer` and the like. */
function keysOf(what: string, part: Part, step: string | null): string[] {
  const isRecurrent = recurrent.includes(part.type)
  const ofAttention = (end: string): string[] => ['query', 'key', 'value', 'output'].map((name) => `${name}.${end}`)
  switch (what) {
    case 'kernel':
      return part.type === 'attention' ? ofAttention('W') : [isRecurrent ? 'kernel.W' : 'W']
    case 'bias': {
      if (step === 'depthwise') return []
      if (part.type === 'attention') return ofAttention('b')
      if (!isRecurrent) return ['b']
      return part.type === 'gru' && part.resetAfter !== false ? ['kernel.b', 'recurrent.b'] : ['kernel.b']
    }
    case 'recurrent':
      return ['recurrent.W']
    case 'depthwise':
    case 'pointwise':
      return step === null || step === what ? ['W'] : []
    case 'embeddings':
    case 'gamma':
      return ['W']
    case 'beta':
      return ['b']
    default:
      return []
  }
}

/** The settings that count for a step of a layer: those of the layer inside, where there is one. */
function configOf({ config }: KerasLayer, step: string | null): Config {
  const inner = (step === 'backward' ? (config.backward_layer ?? config.layer) : config.layer) as Config | undefined
  return (inner?.config as Config | undefined) ?? config
}

/**
 * @param step which of several layers that a layer becomes, or null
 * @throws FormatError for what is not known
 */
export function settingsOf(
  layer: KerasLayer,
  part: Part,
  step: string | null
): { settings: LayerSettings; notes: string[] } {
  const config = configOf(layer, step)
  const notes: string[] = []
  if (!withWeights.has(part.type)) {
    for (const key of Object.keys(config)) if (/_regularizer$/.test(key)) checkActivity(layer, key, config[key])
    return { settings: {}, notes }
  }
  const settings: Required<Omit<LayerSettings, 'frozen'>> = { initial: {}, penalties: {}, constraints: {} }
  for (const [setting, value] of Object.entries(config)) {
    const [, what, kind] = /^(\w+)_(initializer|regularizer|constraint)$/.exec(setting) ?? []
    if (kind === undefined || value == null) continue
    if (what === 'moving_mean' || what === 'moving_variance') {
      checkStatistics(layer, setting, value)
      continue
    }
    checkActivity(layer, setting, value)
    const keys = keysOf(what, part, step).filter((key) => has(part, key))
    for (const key of keys) {
      if (kind === 'initializer') {
        const { initial, seeded } = initialOf(layer, setting, value, part, config)
        const note = `Layer ${layer.name}: its initial values are drawn by the seed of the run, not by one of its own.`
        if (seeded && !notes.includes(note)) notes.push(note)
        if (JSON.stringify(initial) !== JSON.stringify(usual(what, part))) settings.initial[key] = initial
      } else if (kind === 'regularizer') {
        const penalty = penaltyOf(layer, setting, value)
        if (penalty) settings.penalties[key] = penalty
      } else settings.constraints[key] = constraintOf(layer, setting, value, part)
    }
    if (keys.length === 0 && kind !== 'initializer' && keysAnywhere(what, part) === false) {
      throw refused(layer, `has ${setting}=${textOf(value)}, which is not read. Leave it out`)
    }
  }
  const frozen = layer.config.trainable === false || config.trainable === false
  return {
    settings: {
      ...(frozen ? { frozen } : {}),
      ...Object.fromEntries(Object.entries(settings).filter(([, values]) => Object.keys(values).length > 0))
    },
    notes
  }
}

/** What a network with Keras's conventions has where nothing is said. */
function usual(what: string, { type }: Part): InitialValues {
  switch (what) {
    case 'bias':
    case 'beta':
      return type === 'lstm' ? { kind: 'forgetOne', value: 0 } : { kind: 'constant', value: 0 }
    case 'gamma':
      return { kind: 'constant', value: 1 }
    case 'recurrent':
      return { kind: 'orthogonal', gain: 1 }
    case 'embeddings':
      return { kind: 'uniform', min: -0.05, max: 0.05 }
    default:
      return { kind: 'scaled', scale: 1, fan: 'average', spread: 'uniform' }
  }
}

/** Whether the parameter is there: biases, gains and shifts can be left out. */
function has(part: Part, key: string): boolean {
  const { bias, scale, center } = part as { bias?: boolean; scale?: unknown; center?: boolean }
  if (key.endsWith('b')) return bias !== false && center !== false
  return scale !== false
}

/** A setting of a parameter that is not there changes nothing; one of an unknown parameter may. */
function keysAnywhere(what: string, part: Part): boolean {
  return ['kernel', 'bias', 'recurrent', 'depthwise', 'pointwise', 'embeddings', 'gamma', 'beta'].some(
    (known) => known === what && (keysOf(what, part, null).length > 0 || what === 'depthwise' || what === 'pointwise')
  )
}

function checkActivity(layer: KerasLayer, setting: string, value: unknown): void {
  if (setting !== 'activity_regularizer' || value == null) return
  throw refused(layer, `has ${setting}=${textOf(value)}. Penalties of outputs are not read; those of weights are`)
}

/** Running statistics begin at zeros and ones here. */
function checkStatistics(layer: KerasLayer, setting: string, value: unknown): void {
  const { name } = named(value)
  if (name === (setting.startsWith('moving_mean') ? 'zeros' : 'ones')) return
  throw refused(layer, `has ${setting}=${textOf(value)}. Running means begin at 0 here, variances at 1`)
}

/** An object of Keras as its name in small letters and its settings; some files have the name alone. */
function named(value: unknown): { name: string; config: Config } {
  const { class_name: className, config } = (typeof value === 'object' ? (value ?? {}) : {}) as Config
  const name = typeof value === 'string' ? value : String(className)
  return { name: name.replaceAll('_', '').toLowerCase(), config: (config ?? {}) as Config }
}

function initialOf(
  layer: KerasLayer,
  setting: string,
  value: unknown,
  part: Part,
  layerConfig: Config
): { initial: InitialValues; seeded: boolean } {
  const { name, config } = named(value)
  const number = (key: string, usual: number): number => {
    const given = config[key] ?? usual
    if (typeof given === 'number' && Number.isFinite(given)) return given
    throw refused(layer, `has no usable "${key}" in its ${setting}`)
  }
  const scaled = (scale: number, fan: string, spread: string): InitialValues => {
    const fans = { fan_in: 'in', fan_out: 'out', fan_avg: 'average' } as const
    const spreads = { uniform: 'uniform', normal: 'truncated', truncated_normal: 'truncated', untruncated_normal: 'normal' } as const // prettier-ignore
    if (!Object.hasOwn(fans, fan) || !Object.hasOwn(spreads, spread)) {
      throw refused(layer, `has ${setting}=${textOf(value)}, which is not known`)
    }
    return { kind: 'scaled', scale, fan: fans[fan as 'fan_in'], spread: spreads[spread as 'normal'] }
  }
  const found = ((): InitialValues | null => {
    switch (name) {
      case 'zeros':
        return { kind: 'constant', value: 0 }
      case 'ones':
        return { kind: 'constant', value: 1 }
      case 'constant':
        return { kind: 'constant', value: number('value', 0) }
      case 'randomnormal':
      case 'normal':
        return { kind: 'normal', mean: number('mean', 0), std: number('stddev', 0.05) }
      case 'truncatednormal':
        return { kind: 'truncated', mean: number('mean', 0), std: number('stddev', 0.05) }
      case 'randomuniform':
      case 'uniform':
        return { kind: 'uniform', min: number('minval', -0.05), max: number('maxval', 0.05) }
      case 'glorotuniform':
      case 'xavieruniform':
        return scaled(1, 'fan_avg', 'uniform')
      case 'glorotnormal':
      case 'xaviernormal':
        return scaled(1, 'fan_avg', 'normal')
      case 'heuniform':
        return scaled(2, 'fan_in', 'uniform')
      case 'henormal':
        return scaled(2, 'fan_in', 'normal')
      case 'lecununiform':
        return scaled(1, 'fan_in', 'uniform')
      case 'lecunnormal':
        return scaled(1, 'fan_in', 'normal')
      case 'variancescaling':
        return scaled(
          number('scale', 1),
          String(config.mode ?? 'fan_in').replace(/^fan([A-Z])/, (_, first: string) => `fan_${first.toLowerCase()}`),
          String(config.distribution ?? 'truncated_normal').replace('truncatedNormal', 'truncated_normal')
        )
      case 'orthogonal':
      case 'orthogonalinitializer':
        return { kind: 'orthogonal', gain: number('gain', 1) }
      case 'identity':
      case 'identityinitializer':
        return ['dense', 'embedding', ...recurrent].includes(part.type)
          ? { kind: 'identity', gain: number('gain', 1) }
          : null
      default:
        return null
    }
  })()
  if (!found) throw refused(layer, `has ${setting}=${textOf(value)}, which is not known here`)
  const seeded = config.seed != null
  if (part.type !== 'lstm' || setting !== 'bias_initializer' || layerConfig.unit_forget_bias === false) {
    return { initial: found, seeded }
  }
  if (found.kind === 'constant') return { initial: { kind: 'forgetOne', value: found.value }, seeded }
  throw refused(layer, `has ${setting}=${textOf(value)} beside unit_forget_bias. Set unit_forget_bias=False`)
}

function penaltyOf(layer: KerasLayer, setting: string, value: unknown): Penalty | null {
  const { name, config } = named(value)
  const known = ['l1', 'l2', 'l1l2']
  if (!known.includes(name)) throw refused(layer, `has ${setting}=${textOf(value)}. Read are L1, L2 and L1L2`)
  // Where only the name is given, or a setting is left out, L1 and L2 are 0.01, as in Keras; of L1L2 each is 0.
  const usual = name === 'l1l2' && typeof value !== 'string' ? 0 : 0.01
  const of = (key: 'l1' | 'l2'): Penalty => {
    if (!name.includes(key)) return {}
    const strength = Number([config[key] ?? usual].flat()[0])
    if (!(strength >= 0 && strength < Infinity)) throw refused(layer, `has no usable "${key}" in its ${setting}`)
    return strength === 0 ? {} : { [key]: strength }
  }
  const penalty = { ...of('l1'), ...of('l2') }
  return Object.keys(penalty).length > 0 ? penalty : null
}

function constraintOf(layer: KerasLayer, setting: string, value: unknown, part: Part): Constraint {
  const { name, config } = named(value)
  if (name === 'nonneg' || name === 'nonnegative') return { kind: 'nonNegative' }
  const isOwnShape = part.type !== 'attention' && !(part.type === 'gru' && setting === 'bias_constraint')
  if (!isOwnShape) throw refused(layer, `has ${setting}=${textOf(value)}, which is not read for this layer`)
  const axis = [config.axis ?? 0].flat()
  if (!axis.every((one) => Number.isInteger(one) && (one as number) >= 0)) {
    throw refused(layer, `has no usable "axis" in its ${setting}; it is counted from 0`)
  }
  const number = (key: string, usual: number): number => {
    const given = config[key] ?? usual
    if (typeof given === 'number' && given >= 0) return given
    throw refused(layer, `has no usable "${key}" in its ${setting}`)
  }
  const places = axis as number[]
  switch (name) {
    case 'maxnorm':
      return { kind: 'norm', min: 0, max: number('max_value', 2), rate: 1, axis: places }
    case 'unitnorm':
    case 'unitnormalization':
      return { kind: 'unitNorm', axis: places }
    case 'minmaxnorm': {
      const rate = number('rate', 1)
      return { kind: 'norm', min: number('min_value', 0), max: number('max_value', 1), rate, axis: places }
    }
    default:
      throw refused(layer, `has ${setting}=${textOf(value)}. Read are MaxNorm, MinMaxNorm, UnitNorm and NonNeg`)
  }
}
