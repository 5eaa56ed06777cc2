/** Tensors of NumPy's .npz archives, one at a time. */
import { type ByteSource } from './byte-source'
import { FormatError } from './format-error'
import { npyHeader, readNpy, type NpyHeader } from './npy'
import { countOf, decodeValues, type FloatValues, type StoredTensor } from './tensor-values'
import { zipEntries } from './zip-entries'

/** NumPy pads headers to a multiple of 64 bytes; those of plain arrays have 128. */
const likelyHeader = 4096

/** @throws FormatError */
export async function npzTensors(source: ByteSource): Promise<StoredTensor[]> {
  const tensors: StoredTensor[] = []
  for (const entry of (await zipEntries(source)).values()) {
    if (!entry.path.endsWith('.npy')) continue
    const name = entry.path.slice(0, -4)
    const place = `${source.name}, ${name}`
    const header = npyHeader(await entry.read(0, Math.min(likelyHeader, entry.size)), place)
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
  if (tensors.length === 0) {
    throw new FormatError(source.name, null, 'holds no arrays. Save the weights with numpy.savez(file, **weights).')
  }
  return tensors
}

function valuesOf(bytes: Uint8Array, header: NpyHeader, place: string): FloatValues {
  if (header.fortranOrder) {
    const { values } = readNpy(bytes, place)
    return values instanceof Float32Array ? values : Float64Array.from(values)
  }
  return decodeValues(bytes.subarray(header.start), header.dtype, place, !header.bigEndian)
}
