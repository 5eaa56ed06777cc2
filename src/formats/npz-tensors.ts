/** Tensors of NumPy's .npz archives, one at a time. */
import { type ByteSource } from './byte-source'
import { FormatError, someNames } from './format-error'
import { npyHeader, readNpy, type NpyHeader, NpyTypeError } from './npy'
import {
  countOf,
  decodeValues,
  type FloatValues,
  isFloatType,
  type StoredTensor,
  type StoredTensors,
  unreadNotes
} from './tensor-values'
import { zipEntries } from './zip-entries'

/** NumPy pads headers to a multiple of 64 bytes; those of plain arrays have 128. */
const likelyHeader = 4096

/** What programs record while they train, as they call it. */
const recorded =
  /^((time_?)?steps?|epochs?|iter(ation)?s?|times?|wall_?times?|results|successes|ep(isode)?_?(lengths?|rewards?|returns?)|returns?|rewards?|lrs?|(\w+_)?(loss|losses|acc|accs|accuracy|accuracies|scores?))$/i

/** Whether an array of this name holds what a program has recorded, and no weights. */
export function isRecordedName(name: string): boolean {
  return recorded.test(name)
}

/**
 * The arrays of an archive that are weights; those that are no numbers are left out alone.
 * @throws FormatError, also for an archive of recorded values, which has no weights
 */
export async function npzTensors(source: ByteSource): Promise<StoredTensors> {
  const tensors: StoredTensor[] = []
  const unread: string[] = []
  for (const entry of (await zipEntries(source)).values()) {
    if (!entry.path.endsWith('.npy')) continue
    const name = entry.path.slice(0, -4)
    const place = `${source.name}, ${name}`
    const header = headerOf(await entry.read(0, Math.min(likelyHeader, entry.size)), place)
    if (typeof header === 'string') {
      unread.push(`${name} (${header})`)
      continue
    }
    const count = countOf(header.shape, source.name, name)
    if (entry.size < header.start + count * header.bytesPerValue) {
      throw new FormatError(source.name, name, 'it is shorter than its shape says. Save or copy the file again.')
    }
    tensors.push({
      name,
      shape: header.shape,
      dtype: header.dtype,
      read: async () => valuesOf(await entry.read(0, header.start + count * header.bytesPerValue), header, place)
    })
  }
  if (tensors.length === 0 && unread.length === 0) {
    throw new FormatError(source.name, null, 'holds no arrays. Save the weights with numpy.savez(file, **weights).')
  }
  // Rewards of several episodes are a matrix, too, and their name tells.
  if (!tensors.some(({ name, shape, dtype }) => shape.length > 1 && isFloatType(dtype) && !isRecordedName(name))) {
    const names = [...tensors.map(({ name }) => name), ...unread]
    const remedy = 'If it should have weights, save matrices with numpy.savez(file, **weights).'
    throw new FormatError(source.name, null, `holds no weights, only values such as ${someNames(names, 4)}. ${remedy}`)
  }
  return { tensors, notes: unreadNotes(unread) }
}

/** The header, or what the array holds that is not read. */
function headerOf(bytes: Uint8Array, place: string): NpyHeader | string {
  try {
    return npyHeader(bytes, place)
  } catch (error) {
    if (error instanceof NpyTypeError) return error.what
    throw error
  }
}

function valuesOf(bytes: Uint8Array, header: NpyHeader, place: string): FloatValues {
  if (header.fortranOrder) {
    const { values } = readNpy(bytes, place)
    return values instanceof Float32Array ? values : Float64Array.from(values)
  }
  return decodeValues(bytes.subarray(header.start), header.dtype, place, !header.bigEndian)
}
