/** What a checkpoint of PyTorch may ask for, by its Python name: a closed list, and each of them only builds data. */

/** A dictionary of Python; OrderedDict is one, too. */
export class PickleDict {
  readonly entries = new Map<unknown, unknown>()
}

/** Values in an entry of the archive, named by a persistent id. */
export class StorageRef {
  constructor(
    /** Null for an untyped storage, whose tensors tell. */
    readonly dtype: string | null,
    readonly key: string,
    /** Number of values, of bytes when untyped. */
    readonly size: number
  ) {}
}

export class TensorRef {
  constructor(
    readonly storage: StorageRef,
    readonly dtype: string,
    /** In values. */
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[]
  ) {}
}

export class StorageType {
  constructor(readonly dtype: string | null) {}
}

export class TensorType {
  constructor(readonly dtype: string) {}
}

/** Data that is of no use here: bytes, numbers of NumPy, complex numbers. */
export class PlainValue {}

/**
 * Stands for what a program of somebody's own would make. Nothing is called for it: it only keeps what it would have been
 * made of, so that tensors inside of it are noticed.
 */
export class Placeholder {
  readonly parts: unknown[] = []

  constructor(
    /** The Python name that the file asks for. */
    readonly name: string,
    /** Whether it takes the place of a tensor. */
    readonly isTensor = false
  ) {}
}

/** Something that REDUCE may call. */
export class Builder {
  constructor(
    readonly name: string,
    readonly build: (args: unknown[]) => unknown
  ) {}
}

const storages: Record<string, string> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128'
}
const dtypes = [
  ...['float64', 'float32', 'float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2', 'int64', 'int32', 'int16', 'int8'],
  ...['uint64', 'uint32', 'uint16', 'uint8', 'bool', 'float8_e8m0fnu'],
  // Known by name only: a tensor of them is left out alone.
  ...['complex32', 'complex64', 'complex128', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float4_e2m1fn_x2']
]

const plain = (name: string): [string, unknown] => [name, new Builder(name, () => new PlainValue())]
/** Python 3 writes the names of Python 2 in protocol 2. */
const builtins = ['builtins', '__builtin__'].flatMap((module): [string, unknown][] => [
  ...['bytearray', 'bytes', 'complex', 'int', 'float', 'str', 'bool'].map((name) => plain(`${module}.${name}`)),
  ...['set', 'frozenset', 'list', 'tuple'].map((name): [string, unknown] => [
    `${module}.${name}`,
    // The same array: a copy for every few bytes of a pickle would fill the memory.
    new Builder(name, ([items]) => (Array.isArray(items) ? (items as unknown[]) : []))
  ]),
  [`${module}.dict`, new Builder('dict', orderedDict)]
])

/** What `torch.load(weights_only=True)` allows, and the types of Python itself. */
const allowed = new Map<string, unknown>([
  ...builtins,
  plain('_codecs.encode'),
  ...['numpy.core.multiarray.scalar', 'numpy._core.multiarray.scalar', 'numpy.dtype'].map(plain),
  ['collections.Counter', new Builder('collections.Counter', ([counts]) => counts ?? new PickleDict())],
  ['collections.defaultdict', new Builder('collections.defaultdict', () => new PickleDict())],
  ['collections.OrderedDict', new Builder('collections.OrderedDict', orderedDict)],
  ['torch.Size', new Builder('torch.Size', ([sizes]) => sizes)],
  ['torch.device', new Builder('torch.device', ([device]) => device)],
  ['torch._utils._rebuild_tensor_v2', new Builder('torch._utils._rebuild_tensor_v2', (args) => tensor(args, null))],
  ['torch._utils._rebuild_tensor_v3', new Builder('torch._utils._rebuild_tensor_v3', (args) => tensor(args, args[6]))],
  ['torch._utils._rebuild_parameter', new Builder('torch._utils._rebuild_parameter', parameter)],
  ['torch._utils._rebuild_parameter_with_state', new Builder('torch._utils._rebuild_parameter_with_state', parameter)],
  ['torch.storage.UntypedStorage', new StorageType(null)],
  ...Object.entries(storages).flatMap(([name, dtype]): [string, unknown][] => [
    [`torch.${name}`, new StorageType(dtype)],
    [`torch.storage.${name}`, new StorageType(dtype)]
  ]),
  ...dtypes.map((dtype): [string, unknown] => [`torch.${dtype}`, new TensorType(dtype)])
])

/** What the name stands for, or undefined for everything that is not on the list. */
export function torchGlobal(name: string): unknown {
  return allowed.get(name)
}

function orderedDict(args: unknown[]): PickleDict {
  const dict = new PickleDict()
  if (args.length === 0) return dict
  const pairs = args[0]
  if (args.length > 1 || !Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new Error('an OrderedDict is not made of pairs')
  }
  for (const [key, value] of pairs as [unknown, unknown][]) dict.entries.set(key, value)
  return dict
}

function tensor(args: unknown[], type: unknown): TensorRef {
  const [storage, offset, shape, strides] = args
  if (!(storage instanceof StorageRef)) throw new Error('a tensor has no storage')
  const dtype = type instanceof TensorType ? type.dtype : storage.dtype
  if (dtype === null) throw new Error('a tensor has no type')
  if (!isSize(offset) || !sizes(shape) || !sizes(strides) || shape.length !== strides.length) {
    throw new Error('a tensor has no valid offset, shape and strides')
  }
  return new TensorRef(storage, dtype, offset, shape, strides)
}

function parameter([data]: unknown[]): TensorRef {
  if (!(data instanceof TensorRef)) throw new Error('a parameter is no tensor')
  return data
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function sizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isSize)
}
