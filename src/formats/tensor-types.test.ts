/** Types of tensors: values by their definition, and what becomes of those that are not read. */
import { expect, it } from 'vitest'
import { bytesSource } from './byte-source'
import { writeNpy } from './npy'
import { npzTensors } from './npz-tensors'
import { safetensorsTensors } from './safetensors'
import { decodeValues } from './tensor-values'
import { crc32, zipOf } from './testing/archives'

function safetensors(header: object, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + bytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

const entry = (content: Uint8Array, path: string) =>
  ({ path, content, method: 0, size: content.length, crc: crc32(content) }) as const
const npy = (...shape: number[]): Uint8Array =>
  writeNpy({ shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) })
/** One whose header says another type, of as many letters. */
const typed = (type: string): Uint8Array =>
  Uint8Array.from(Buffer.from(Buffer.from(npy(2, 2)).toString('latin1').replace("'<f4'", `'${type}'`), 'latin1'))
const npz = (arrays: Record<string, Uint8Array>): ReturnType<typeof npzTensors> =>
  npzTensors(bytesSource('a.npz', zipOf(Object.entries(arrays).map(([name, bytes]) => entry(bytes, `${name}.npy`)))))

it('float8_e8m0fnu has the powers of two, and NaN', () => {
  const values = decodeValues(Uint8Array.of(0, 126, 127, 130, 254, 255), 'float8_e8m0fnu', 'a')
  expect([...values]).toEqual([2 ** -127, 0.5, 1, 8, 2 ** 127, NaN])
})

it.each(['F4', 'C64', 'F6_E2M3'])('a tensor of %s is left out alone and named', async (dtype) => {
  const header = {
    'a.weight': { dtype: 'F8_E8M0', shape: [2, 2], data_offsets: [0, 4] },
    'b.weight': { dtype, shape: [2, 2], data_offsets: [4, 6] }
  }
  const { tensors, notes } = safetensorsTensors(bytesSource('a', safetensors(header, 6)))
  expect(tensors.map(({ name }) => name)).toEqual(['a.weight'])
  expect([...(await tensors[0].read())]).toEqual(new Array(4).fill(2 ** -127))
  expect(notes).toEqual([`1 tensor of a type that is not read left out: "b.weight (${dtype})".`])
})

it('an array of .npz that holds no numbers is left out alone and named', async () => {
  const { tensors, notes } = await npz({ 'a.weight': npy(2, 2), args: typed('|O8'), freqs: typed('<c8') })
  expect(tensors.map(({ name }) => name)).toEqual(['a.weight'])
  expect(notes).toEqual([
    '2 tensors of a type that is not read left out: "args (Python objects)", "freqs (complex numbers)".'
  ])
})

it.each([
  [{ timesteps: npy(3), results: npy(3, 5), ep_lengths: npy(3, 5) }, '"timesteps", "results", "ep_lengths"'],
  [{ steps: npy(3), train_loss: npy(3) }, '"steps", "train_loss"'],
  [{ x: npy(7), y: npy(7) }, '"x", "y"'],
  [{ history: typed('|O8') }, '"history (Python objects)"']
])('recorded values %# are no checkpoint', async (arrays, names) => {
  await expect(npz(arrays)).rejects.toThrow(
    `a.npz holds no weights, only values such as ${names}. If it should have weights, save matrices with numpy.savez(file, **weights).`
  )
})
