/** What lies beside tensors in a pickle: data is read, and what only a program could make is set aside and named. */
import { expect, it } from 'vitest'
import { bytesSource } from './byte-source'
import { crc32, zipOf } from './testing/archives'
import { torchTensors } from './torch-checkpoint'

const text = (value: string): number[] => [...new TextEncoder().encode(value)]
const short = (value: string): number[] => [0x8c, value.length, ...text(value)]
const global = (name: string): number[] => {
  const dot = name.lastIndexOf('.')
  return text(`c${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`)
}
const tuple = (...items: number[][]): number[] => [0x28, ...items.flat(), 0x74]
const called = (name: string, ...args: number[][]): number[] => [...global(name), ...tuple(...args), 0x52]
const int = (value: number): number[] => [0x4b, value]
const dict = (entries: Record<string, number[]>): number[] => [
  ...[0x7d, 0x28],
  ...Object.entries(entries).flatMap(([key, value]) => [...short(key), ...value]),
  0x75
]
const storage = [...tuple(short('storage'), global('torch.FloatStorage'), short('0'), short('cpu'), int(4)), 0x51]
const square = tuple(int(2), int(2))
const tensor = called('torch._utils._rebuild_tensor_v2', storage, int(0), square, tuple(int(2), int(1)), [0x89], [0x7d])
const namespace = [...global('argparse.Namespace'), 0x29, 0x81, ...dict({ lr: int(1) }), 0x62]

function read(pickle: number[]): ReturnType<typeof torchTensors> {
  const entry = (path: string, bytes: Uint8Array) =>
    ({ path, content: bytes, method: 0, size: bytes.length, crc: crc32(bytes) }) as const
  const values = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)
  const archive = zipOf([entry('x/data.pkl', Uint8Array.from([0x80, 2, ...pickle, 0x2e])), entry('x/data/0', values)])
  return torchTensors(bytesSource('a.pt', archive))
}

it.each<[string, number[]]>([
  ['bytes', called('_codecs.encode', short('abc'), short('latin1'))],
  ['bytes of protocol 4', [0x43, 3, 1, 2, 3]],
  ['a bytearray', [0x96, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2]],
  ['a set', called('__builtin__.set', [0x5d, 0x28, ...short('fc1'), 0x65])],
  ['a set of protocol 4', [0x8f, 0x28, ...short('fc1'), 0x90]],
  ['a complex number', called('__builtin__.complex', int(1), int(2))],
  ['a defaultdict', [...called('collections.defaultdict', global('__builtin__.list')), ...short('loss'), 0x5d, 0x73]],
  ['a Counter', called('collections.Counter', dict({ a: int(3) }))],
  [
    'a NumPy scalar',
    called(
      'numpy.core.multiarray.scalar',
      [...called('numpy.dtype', short('f8'), [0x89], [0x88]), ...tuple(int(3)), 0x62],
      called('_codecs.encode', short('12345678'), short('latin1'))
    )
  ]
])('%s is data', async (_name, value) => {
  const { tensors, notes } = await read(dict({ model: dict({ 'a.weight': tensor }), extra: value }))
  expect(tensors.map(({ name }) => name)).toEqual(['a.weight'])
  expect([...(await tensors[0].read())]).toEqual([1, 2, 3, 4])
  expect(notes).toEqual(['The parameters are those in "model"; "extra" not looked at.'])
})

it.each<[string, number[]]>([
  ['argparse.Namespace', namespace],
  ['pathlib.PosixPath', called('pathlib.PosixPath', short('runs'), short('a'))],
  ['datetime.datetime', called('datetime.datetime', [0x43, 1, 7])],
  ['os.system', called('os.system', short('exit 1'))],
  ['a.Old', called('copy_reg._reconstructor', global('a.Old'), global('__builtin__.object'), [0x4e])]
])('%s is set aside and named, and nothing is called', async (name, value) => {
  const beside = await read(dict({ model: dict({ 'a.weight': tensor }), args: value }))
  expect(beside.tensors).toHaveLength(1)
  expect(beside.notes[0]).toBe(`The parameters are those in "model"; "args (${name})" not looked at.`)
  const among = await read(dict({ 'a.weight': tensor, args: value }))
  expect(among.tensors.map((one) => one.name)).toEqual(['a.weight'])
  expect(among.notes[0]).toBe(`"args (${name})" not looked at.`)
})

it('one that is deep inside is named, too', async () => {
  const { notes } = await read(dict({ model: dict({ 'a.weight': tensor }), config: dict({ args: namespace }) }))
  expect(notes[1]).toBe('Nothing was made of "argparse.Namespace", which it asks for: no code of a file is run.')
})

it.each<[string, number[], string]>([
  ['a model as an object', [...global('my.Net'), 0x29, 0x81, ...dict({ w: tensor }), 0x62], 'my.Net'],
  [
    'a model as an object beside an optimizer',
    dict({
      model: [...global('my.Net'), 0x29, 0x81, ...dict({ w: tensor }), 0x62],
      optimizer: dict({ exp_avg: tensor })
    }),
    'my.Net'
  ],
  [
    'a tensor of another class',
    dict({ 'a.weight': tensor, 'b.weight': called('my.rebuild', storage, square) }),
    'my.rebuild'
  ],
  [
    'a parameter of what nothing is made of',
    dict({ 'a.weight': tensor, b: called('torch._utils._rebuild_parameter', called('my.make', int(1)), [0x88]) }),
    'my.make'
  ]
])('%s is refused by name', async (_name, pickle, asked) => {
  await expect(read(pickle)).rejects.toThrow(
    `a.pt needs ${asked} for its tensors, which is not run here: it was not read, and nothing in it was run. Save the weights alone`
  )
})
