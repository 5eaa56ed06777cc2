/** Recurrent layers of Keras. */
import { activationOf } from './keras-activations'
import {
  checkOff,
  checkRank,
  refused,
  reshaped,
  share,
  whole,
  type ActivationName,
  type Config,
  type Converted,
  type KerasLayer,
  type Part,
  type Reader,
  type Step
} from './keras-config'

type Cell = 'lstm' | 'gru' | 'simpleRnn'

const cells: Record<string, Cell> = { LSTM: 'lstm', GRU: 'gru', SimpleRNN: 'simpleRnn' }

function cellOf(layer: KerasLayer, rank: number, type: Cell): Extract<Part, { type: Cell }> {
  checkRank(layer, rank, 2, 'sequences [steps, width]')
  checkOff(layer, 'return_state', 'Take the output alone.')
  checkOff(layer, 'stateful', 'Every example begins with a state of zeros here.')
  checkOff(layer, 'recurrent_dropout', 'Use dropout, which is that of the inputs.')
  checkOff(layer, 'time_major', 'Steps come after the examples here.')
  const { config } = layer
  const on = (key: string): boolean => config[key] === true
  const rate = share(layer, 'dropout')
  const dropout = layer.call?.settings.training === false ? 0 : rate
  const recurrent = {
    units: whole(layer, 'units'),
    ...(on('return_sequences') ? { sequences: true } : {}),
    ...(on('go_backwards') ? { backwards: true } : {}),
    ...(config.use_bias === false ? { bias: false } : {}),
    ...functionOf(layer, 'activation', 'tanh'),
    ...(dropout > 0 ? { dropout } : {})
  }
  if (type === 'simpleRnn') return { type, ...recurrent }
  const gate = functionOf(layer, 'recurrent_activation', 'sigmoid')
  const gated = { ...recurrent, ...(gate.activation === undefined ? {} : { gate: gate.activation }) }
  if (type === 'lstm') return { type, ...gated }
  // Files from before it was there mean the reset gate of Cho et al. 2014.
  return { type, ...gated, ...(on('reset_after') ? {} : { resetAfter: false }) }
}

/** A function that is not the usual one. Keras takes the usual one where none is named at all. */
function functionOf(layer: KerasLayer, setting: string, usual: ActivationName): { activation?: ActivationName } {
  if (!(setting in layer.config)) return {}
  const { activation: found, activationSettings } = activationOf(layer, setting)
  if (activationSettings) throw refused(layer, `has numbers in its ${setting}. Take a function without`)
  const activation = found ?? 'linear'
  return activation === usual ? {} : { activation }
}

const reader =
  (type: Cell): Reader =>
  (layer, rank) => {
    const part = cellOf(layer, rank, type)
    return reshaped(part, part.sequences === true ? 2 : 1)
  }

const merges: Record<string, Part> = {
  concat: { type: 'concat' },
  sum: { type: 'add' },
  mul: { type: 'multiply' },
  ave: { type: 'average' }
}

function bidirectional(layer: KerasLayer, rank: number): Converted {
  const { layer: inner, backward_layer: other, merge_mode: mode } = layer.config
  if (typeof mode !== 'string' || !Object.hasOwn(merges, mode)) {
    throw refused(layer, `has merge_mode=${String(mode)}. Read are ${Object.keys(merges).join(', ')}`)
  }
  const { class_name: className, config } = (inner ?? {}) as Config
  if (typeof className !== 'string' || !Object.hasOwn(cells, className)) {
    throw refused(layer, `is a Bidirectional ${String(className)}. Read are ${Object.keys(cells).join(', ')}`)
  }
  const there = config as Config
  const reversed = { ...there, go_backwards: there.go_backwards !== true }
  const { class_name: otherClass, config: back = reversed } = (other ?? { class_name: className }) as Config
  if (otherClass !== className) throw refused(layer, `joins a ${className} and a ${String(otherClass)}`)
  const parts = [there, back as Config].map((settings) =>
    cellOf({ ...layer, className, config: settings }, rank, cells[className])
  )
  const [forward, backward] = parts
  const sequences = forward.sequences === true
  const steps: Step[] = [
    { suffix: 'forward', part: forward },
    { suffix: 'backward', part: backward, from: [] },
    ...(sequences ? [{ suffix: 'reversed', part: { type: 'reverse' as const }, from: ['backward'] }] : []),
    { suffix: 'merge', part: merges[mode], from: ['forward', sequences ? 'reversed' : 'backward'] }
  ]
  return { part: null, activation: null, notes: [], steps, rank: sequences ? 2 : 1 }
}

export const sequences: Record<string, Reader> = {
  LSTM: reader('lstm'),
  GRU: reader('gru'),
  SimpleRNN: reader('simpleRnn'),
  Bidirectional: bidirectional
}
