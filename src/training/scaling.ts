/** Inputs of numbers brought to one scale, by what the examples that train are like. */
import { ConfigError } from '../hooks/config-error'
import type { Dataset, Scaling, ScalingKind, Split } from '../domain/dataset'

/**
 * `standard`: mean 0 and standard deviation 1 over the training examples (StandardScaler of scikit-learn, the deviation of the
 * population); `min-max`: 0 to 1 over them (MinMaxScaler). A column that never changes is only shifted. Validation examples are
 * scaled by the same numbers, and so tell nothing of themselves.
 * @throws ConfigError for inputs that are bytes or whole tokens
 */
export function scaled(dataset: Dataset, kind: ScalingKind): Dataset {
  const { train, validation, inputShape } = dataset
  const columns = inputShape.at(-1) ?? 1
  const values = floatsOf(train)
  const { shift, scale } = kind === 'standard' ? moments(values, columns) : bounds(values, columns)
  const scaling: Scaling = { kind, shift, scale }
  return { ...dataset, train: applied(train, scaling), validation: applied(validation, scaling), scaling }
}

function floatsOf({ inputs }: Split): Float32Array {
  if (inputs instanceof Float32Array) return inputs
  const what =
    inputs instanceof Uint8Array ? 'bytes, which count as 0 to 1 already' : 'whole numbers that name something'
  throw new ConfigError(`The inputs are ${what}; scaling is for columns of numbers. Choose none (scaling).`, 'scaling')
}

function applied(split: Split, { shift, scale }: Scaling): Split {
  const columns = shift.length
  return { ...split, inputs: floatsOf(split).map((value, at) => (value - shift[at % columns]) / scale[at % columns]) }
}

/** Two passes, so that a column far from zero keeps its spread. */
function moments(values: Float32Array, columns: number): Pick<Scaling, 'shift' | 'scale'> {
  const count = values.length / columns
  const shift = new Array<number>(columns).fill(0)
  values.forEach((value, at) => (shift[at % columns] += value / count))
  const squares = new Array<number>(columns).fill(0)
  values.forEach((value, at) => (squares[at % columns] += (value - shift[at % columns]) ** 2 / count))
  return { shift, scale: squares.map((square, column) => orOne(Math.sqrt(square), shift[column])) }
}

function bounds(values: Float32Array, columns: number): Pick<Scaling, 'shift' | 'scale'> {
  const low = new Array<number>(columns).fill(Infinity)
  const high = new Array<number>(columns).fill(-Infinity)
  values.forEach((value, at) => {
    const column = at % columns
    if (value < low[column]) low[column] = value
    if (value > high[column]) high[column] = value
  })
  return { shift: low, scale: high.map((value, column) => orOne(value - low[column], low[column])) }
}

/** What rounding leaves of a constant column's spread is none. */
function orOne(spread: number, size: number): number {
  return spread > 1e-12 * Math.abs(size) ? spread : 1
}
