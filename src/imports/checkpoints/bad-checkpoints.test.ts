/** Checkpoints that are refused, each with the sentence that it is refused with; and every type that is read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type CheckpointUnit, checkpointUnits } from './units'
import { Rng } from '../../numeric/rng'
import { goldenJson } from '../../testing/golden'
import { openCheckpoint } from './open'
import { temporaryFolder } from '../../project/testing/folders'

const testdata = fileURLToPath(new URL('../../../testdata/checkpoints/', import.meta.url))
const text = (value: string): number[] => [...new TextEncoder().encode(value)]
const short = (value: string): number[] => [0x8c, value.length, ...text(value)]
const global = (module: string, name: string): number[] => text(`c${module}\n${name}\n`)
const le = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)

interface Packed {
  path: string
  bytes: ArrayLike<number>
  method?: number
  /** Size when unpacked, as the archive claims. */
  claims?: number
}

/** A zip archive; checksums are 0 and nobody asks for them but for compressed entries. */
function zip(entries: Packed[]): Uint8Array {
  const local: number[] = []
  const directory: number[] = []
  for (const { path, bytes, method = 0, claims } of entries) {
    const packed = method === 8 ? deflateRawSync(Uint8Array.from(bytes)) : bytes
    const sizes = [...le(packed.length, 4), ...le(claims ?? bytes.length, 4)]
    const common = [
      ...le(20, 2),
      ...le(0, 2),
      ...le(method, 2),
      ...le(0, 8),
      ...sizes,
      ...le(path.length, 2),
      ...le(0, 2)
    ]
    directory.push(...text('PK\x01\x02'), ...le(20, 2), ...common, ...le(0, 10), ...le(local.length, 4))
    directory.push(...text(path))
    local.push(...text('PK\x03\x04'), ...common, ...text(path), ...Array.from(packed))
  }
  const end = [...text('PK\x05\x06'), ...le(0, 4), ...le(entries.length, 2), ...le(entries.length, 2)]
  return Uint8Array.from([
    ...local,
    ...directory,
    ...end,
    ...le(directory.length, 4),
    ...le(local.length, 4),
    ...le(0, 2)
  ])
}

const torch = (pickle: number[], ...data: Packed[]): Uint8Array =>
  zip([{ path: 'x/data.pkl', bytes: [0x80, 2, ...pickle, 0x2e] }, ...data])

/** {name: tensor} over storage 0 of singles. */
function tensorPickle(
  shape: number[],
  strides: number[],
  { offset = 0, key = '0', size = 4, type = 'FloatStorage' } = {}
): number[] {
  const tuple = (items: number[]): number[] => [0x28, ...items.flatMap((item) => [0x4a, ...le(item, 4)]), 0x74]
  return [
    ...[0x7d, ...short('a.weight'), ...global('torch._utils', '_rebuild_tensor_v2')],
    ...[0x28, 0x28, ...short('storage'), ...global('torch', type), ...short(key), ...short('cpu')],
    ...[
      0x4a,
      ...le(size, 4),
      0x74,
      0x51,
      0x4a,
      ...le(offset, 4),
      ...tuple(shape),
      ...tuple(strides),
      0x89,
      0x7d,
      0x74,
      0x52
    ],
    0x73
  ]
}
const four: Packed = { path: 'x/data/0', bytes: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) }

const refusal = 'which a checkpoint has no use for: it was not read, and nothing in it was run.'
const inert = 'for its tensors, which is not run here: it was not read, and nothing in it was run.'
const again = 'Save or copy the checkpoint again.'
const alone = 'Save the weights alone, with torch.save(model.state_dict(), file).'
const resave = 'Save it again with torch.save(model.state_dict(), file) of torch 1.6 or later.'
const deep = Array.from({ length: 100 }, () => [0x28]).flat()

const torchFiles: [what: string, bytes: Uint8Array, sentence: string][] = [
  [
    'os.system',
    torch([...global('os', 'system'), 0x58, ...le(8, 4), ...text('rm -rf /'), 0x85, 0x52]),
    `m_1.pt needs os.system ${inert} ${alone}`
  ],
  [
    'eval by STACK_GLOBAL',
    torch([...short('builtins'), ...short('eval'), 0x93, ...short('1'), 0x85, 0x52]),
    `m_1.pt needs builtins.eval ${inert} ${alone}`
  ],
  [
    'a name that hides in an allowed module',
    torch(global('torch._utils', '_rebuild_tensor_v2.__globals__')),
    `m_1.pt needs torch._utils._rebuild_tensor_v2.__globals__ ${inert} ${alone}`
  ],
  [
    'a name of JavaScript',
    torch(global('__proto__', 'constructor')),
    `m_1.pt needs __proto__.constructor ${inert} ${alone}`
  ],
  ['torch.load', torch(global('torch', 'load')), `m_1.pt needs torch.load ${inert} ${alone}`],
  [
    'a name with control characters',
    torch(global('o\u001b[31ms', 'system')),
    `m_1.pt needs o?[31ms.system ${inert} ${alone}`
  ],
  ['INST', torch([0x28, ...text('ios\nsystem\n')]), `m_1.pt needs os.system ${inert} ${alone}`],
  ['NEWOBJ', torch([...global('models', 'Net'), 0x29, 0x81]), `m_1.pt needs models.Net ${inert} ${alone}`],
  ['EXT1', torch([0x82, 1]), `m_1.pt uses the pickle instruction EXT1 (0x82 at byte 2), ${refusal} ${alone}`],
  [
    'an unknown opcode',
    torch([0xfe]),
    `m_1.pt has 0xfe at byte 2 of its pickle, which is no instruction: it was not read, and nothing in it was run. ${alone}`
  ],
  [
    'REDUCE of what REDUCE gave',
    torch([...global('collections', 'OrderedDict'), 0x29, 0x52, 0x29, 0x52]),
    `m_1.pt, byte 31 of its pickle: it calls something that is no function: it is damaged. ${again}`
  ],
  [
    'BUILD of a tensor type',
    torch([...global('torch', 'float32'), 0x7d, 0x62]),
    `m_1.pt, byte 19 of its pickle: it sets the state of something that is no dictionary: it is damaged. ${again}`
  ],
  [
    'a text of 4 GB',
    torch([0x58, 0xff, 0xff, 0xff, 0xff]),
    `m_1.pt, byte 7 of its pickle: more bytes are asked for than there are: it is damaged. ${again}`
  ],
  [
    'a text of 2^63 bytes',
    torch([0x8d, ...le(0, 7), 0x7f]),
    `m_1.pt, byte 11 of its pickle: more bytes are asked for than there are: it is damaged. ${again}`
  ],
  ['a stack that is empty', torch([0x52]), `m_1.pt, byte 3 of its pickle: its stack is empty: it is damaged. ${again}`],
  [
    'a memo that is empty',
    torch([0x6a, ...le(4_000_000_000, 4)]),
    `m_1.pt, byte 7 of its pickle: it refers to value 4000000000, which it has not stored: it is damaged. ${again}`
  ],
  [
    'a structure that ends early',
    zip([{ path: 'x/data.pkl', bytes: [0x80, 2, 0x7d] }]),
    `m_1.pt, byte 3 of its pickle: more bytes are asked for than there are: it is damaged. ${again}`
  ],
  ['marks alone', torch(deep), `m_1.pt, byte 103 of its pickle: its stack is empty: it is damaged. ${again}`],
  ['no tensors', torch([0x7d]), `m_1.pt holds no tensors. ${resave}`],
  [
    'a storage that is missing',
    torch(tensorPickle([2, 2], [2, 1])),
    'm_1.pt, a.weight: its values (data/0) are missing. Save or copy the file again.'
  ],
  [
    'a storage named by a path',
    torch(tensorPickle([2, 2], [2, 1], { key: '../../etc/passwd' })),
    `m_1.pt, byte 107 of its pickle: a persistent id names no storage: it is damaged. ${again}`
  ],
  [
    'a tensor beyond its storage',
    torch(tensorPickle([2, 2], [2, 1], { offset: 1 }), four),
    'm_1.pt, a.weight: it needs 5 values, and its storage has 4. Save or copy the file again.'
  ],
  [
    'a tensor of a million million values over four',
    torch(tensorPickle([1_000_000, 1_000_000], [0, 0]), four),
    'm_1.pt, a.weight: it repeats its values (an expanded view). Save it with tensor.contiguous().'
  ],
  [
    'a shape beyond all numbers',
    torch(tensorPickle([2_000_000_000, 2_000_000_000], [1, 1]), four),
    'm_1.pt, a.weight: its shape [2000000000, 2000000000] is not plausible. Save the checkpoint again.'
  ],
  [
    'an archive that claims much more than it can hold',
    zip([{ path: 'x/data.pkl', bytes: [0x80, 2, 0x7d, 0x2e], method: 8, claims: 200_000_000 }]),
    'm_1.pt, x/data.pkl: it claims 200000000 bytes, which 6 cannot hold. Save or copy it again.'
  ],
  [
    'another compression',
    zip([{ path: 'x/data.pkl', bytes: [0x80, 2, 0x7d, 0x2e], method: 12 }]),
    'm_1.pt, x/data.pkl: its compression (method 12) is not read. Save it with another.'
  ],
  [
    'another zip archive',
    zip([{ path: 'a.txt', bytes: [65] }]),
    `m_1.pt is a zip archive, but no checkpoint of PyTorch. ${resave}`
  ],
  [
    'TorchScript',
    torch([0x7d], { path: 'x/code/__torch__.py', bytes: [65] }),
    `m_1.pt is a TorchScript program, which is not run here. ${resave}`
  ],
  [
    'the format before torch 1.6',
    readFileSync(join(testdata, 'types/legacy.pt')),
    'm_1.pt is of the format before torch 1.6, which is not read. Load it with torch.load and save it with torch.save of torch 1.6 or later.'
  ],
  [
    'a plain pickle that asks for something',
    Uint8Array.from([0x80, 4, ...global('subprocess', 'Popen'), 0x2e]),
    `m_1.pt needs subprocess.Popen ${inert} ${alone}`
  ],
  [
    'a plain pickle',
    Uint8Array.from([0x80, 4, 0x7d, 0x2e]),
    `m_1.pt is a plain pickle and no checkpoint of torch.save. ${resave}`
  ],
  ['a text', Uint8Array.from(text('hello')), `m_1.pt is no checkpoint of PyTorch: it is no zip archive. ${resave}`],
  ['nothing', new Uint8Array(0), `m_1.pt is no checkpoint of PyTorch: it is no zip archive. ${resave}`]
]

const safe = (header: string, data = 0): Uint8Array =>
  Uint8Array.from([...le(header.length, 8), ...text(header), ...new Array<number>(data).fill(0)])
const keras = 'Save it again with model.save_weights("name.weights.h5") of Keras.'
const tfjs = 'Save the model with model.save(...) of TensorFlow.js, and keep its files together.'

const otherFiles: [what: string, files: Record<string, Uint8Array>, sentence: string][] = [
  [
    'short',
    { 'm_1.safetensors': Uint8Array.of(1) },
    'm_1.safetensors is no safetensors file: it has 1 bytes. Save or copy it again.'
  ],
  [
    'a header that is longer than the file',
    { 'm_1.safetensors': Uint8Array.from([...le(5000, 8), 65]) },
    'm_1.safetensors is cut off or no safetensors file: its header should have 5000 bytes. Save or copy it again.'
  ],
  [
    'a tensor beyond the end',
    { 'm_1.safetensors': safe('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 3) },
    'm_1.safetensors cannot be read. Array "a" should lie at bytes 0 to 4 of 3. Save or copy it again.'
  ],
  [
    'a type that is not read',
    { 'm_1.safetensors': safe('{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}', 8) },
    'm_1.safetensors holds only tensors of types that are not read (C64); read are F64, F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E8M0, I64, I32, I16, I8, U64, U32, U16, U8, BOOL.'
  ],
  [
    'a shard that is missing',
    { 'm-00001-of-00003.safetensors': safe('{}') },
    'm.safetensors consists of 3 files by their names, and 1 are there. Copy the missing ones beside them.'
  ],
  ['no HDF5', { 'm_1.h5': Uint8Array.from(text('no HDF5 file at all')) }, `m_1.h5 is no HDF5 file. ${keras}`],
  [
    'a zip without weights',
    { 'm_1.keras': zip([{ path: 'config.json', bytes: [65] }]) },
    `m_1.keras is a zip archive without model.weights.h5. ${keras}`
  ],
  [
    'no npy in npz',
    { 'm_1.npz': zip([{ path: 'a.txt', bytes: [65] }]) },
    'm_1.npz holds no arrays. Save the weights with numpy.savez(file, **weights).'
  ],
  [
    'a manifest of other files',
    {
      'model.json': Uint8Array.from(text('{"weightsManifest":[{"paths":["../a.bin"],"weights":[]}]}')),
      'a.bin': new Uint8Array(4)
    },
    `model.json needs the file "../a.bin", which is not beside it. ${tfjs}`
  ],
  [
    'shards that are too short',
    {
      'model.json': Uint8Array.from(
        text(
          '{"weightsManifest":[{"paths":["a.bin"],"weights":[{"name":"d/kernel","shape":[2,2],"dtype":"float32"}]}]}'
        )
      ),
      'a.bin': new Uint8Array(12)
    },
    `model.json, d/kernel: it ends at byte 16 of "a.bin", which have 12. ${tfjs}`
  ]
]

/** Writes the files and finds the checkpoint that they are. */
function placed(files: Record<string, Uint8Array>): { root: string; unit: CheckpointUnit } {
  const root = temporaryFolder()
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), bytes)
  }
  const found = Object.entries(files).map(([path, bytes]) => ({ path, bytes: bytes.length, modifiedMs: 0 }))
  const { units } = checkpointUnits(found)
  expect(units).toHaveLength(1)
  return { root, unit: units[0] }
}

async function problemOf(files: Record<string, Uint8Array>): Promise<string> {
  const { root, unit } = placed(files)
  try {
    const opened = await openCheckpoint(root, unit)
    opened.close()
  } catch (error) {
    expect((error as Error).name).toBe('FormatError')
    return (error as Error).message
  }
  return 'it was read'
}

describe('a checkpoint of PyTorch is refused by name', () => {
  it.each(torchFiles)('%s', async (_, bytes, sentence) => {
    expect(await problemOf({ 'm_1.pt': bytes })).toBe(sentence)
  })

  it('and not when it is one', async () => {
    expect(await problemOf({ 'm_1.pt': torch(tensorPickle([2, 2], [2, 1]), four) })).toBe('it was read')
  })
})

describe('other checkpoints are refused in a sentence', () => {
  it.each(otherFiles)('%s', async (_, files, sentence) => {
    expect(await problemOf(files)).toBe(sentence)
  })
})

it('a list that holds itself a hundred times over, many levels deep, is looked through once', async () => {
  // Each level is a list of two of the level below: 2^100 paths, a few hundred bytes.
  const level = (i: number): number[] => [0x5d, 0x68, i, 0x61, 0x68, i, 0x61, 0x71, i + 1, 0x30]
  const bomb = [0x5d, 0x71, 0, 0x30, ...Array.from({ length: 100 }, (_, i) => level(i)).flat(), 0x68, 100]
  const pickle = [0x7d, ...short('bomb'), ...bomb, 0x73, ...tensorPickle([2, 2], [2, 1]).slice(1)]
  expect(await problemOf({ 'm_1.pt': torch(pickle, four) })).toBe('it was read')
})

it('damage anywhere ends in a sentence or is read, and never in another error', async () => {
  const whole = {
    'm_1.pt': readFileSync(join(testdata, 'torch/ckpt_000000.pt')),
    'm_1.safetensors': readFileSync(join(testdata, 'safetensors/step=0.safetensors')),
    'm_1.npz': readFileSync(join(testdata, 'npz/weights-0.npz')),
    'm_1.keras': readFileSync(join(testdata, 'keras3/epoch_0.keras')),
    'm_1.h5': readFileSync(join(testdata, 'keras/model_0.h5'))
  }
  const seed = Date.now() % 1e6
  const rng = new Rng(seed)
  for (const [name, bytes] of Object.entries(whole)) {
    for (let round = 0; round < 12; round++) {
      const damaged = round % 3 === 0 ? bytes.slice(0, rng.integer(bytes.length)) : Uint8Array.from(bytes)
      for (let i = 0; i < 1 + rng.integer(20) && damaged.length > 0; i++)
        damaged[rng.integer(damaged.length)] = rng.integer(256)
      const { root, unit } = placed({ [name]: damaged })
      try {
        const opened = await openCheckpoint(root, unit)
        try {
          for (const tensor of opened.tensors) await tensor.read()
        } finally {
          opened.close()
        }
      } catch (error) {
        expect((error as Error).name, `seed ${seed}, ${name}, round ${round}: ${String(error)}`).toBe('FormatError')
      }
    }
  }
}, 60_000)

it.each(['types.pt', 'types.safetensors'])(
  'every type and view of %s has the values that PyTorch reads',
  async (file) => {
    const answers = goldenJson<Record<string, { shape: number[]; values: number[] }>>('checkpoints/types/types.json')
    const [unit] = checkpointUnits([{ path: file, bytes: 1, modifiedMs: 0 }]).units
    const opened = await openCheckpoint(join(testdata, 'types'), unit)
    expect(opened.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(answers).sort())
    for (const { name, shape, read } of opened.tensors) {
      expect(shape, name).toEqual(answers[name].shape)
      expect([...(await read())], name).toEqual(answers[name].values)
    }
    opened.close()
  }
)

it('an HDF5 file that lies in the place of a damaged one is read as it is now', async () => {
  const folder = temporaryFolder()
  const good = readFileSync(join(testdata, 'keras/model_0.h5'))
  const damaged = Buffer.from(good).fill(255, 700, 4000)
  const [unit] = checkpointUnits([{ path: 'm_1.h5', bytes: 1, modifiedMs: 0 }]).units
  const names = async (bytes: Uint8Array): Promise<string[] | string> => {
    // Written over, as a copy does, so that it keeps its number on the disk.
    writeFileSync(join(folder, 'm_1.h5'), bytes)
    try {
      const opened = await openCheckpoint(folder, unit)
      for (const { read } of opened.tensors) await read()
      opened.close()
      return opened.tensors.map(({ name }) => name)
    } catch (error) {
      return (error as Error).message.slice(0, 17)
    }
  }
  const right = await names(good)
  expect(right).toHaveLength(27)
  for (const bytes of [damaged, good.subarray(0, 1000), damaged]) {
    expect(await names(bytes)).toBe('m_1.h5 is damaged')
    expect(await names(good)).toEqual(right)
  }
})
