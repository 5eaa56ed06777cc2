/** NumPy's .npz files: zip archives of .npy files. */
import type { NumericArray } from './arrays'
import { bytesSource } from './byte-source'
import { FormatError, plural } from './format-error'
import { megabytes, mostUnpacked } from './inflate'
import { readNpy } from './npy'
import { zipEntries } from './zip-entries'

/** All arrays of numbers of an archive in its order, named without `.npy`. @throws FormatError */
export function readNpz(bytes: Uint8Array, name: string): Promise<NumericArray[]> {
  return readNpzWith(bytes, name, readNpy)
}

/** @param read what is made of each array, from its bytes and its name for messages. @throws FormatError */
export async function readNpzWith<A extends { name: string }>(
  bytes: Uint8Array,
  name: string,
  read: (bytes: Uint8Array, name: string) => A
): Promise<A[]> {
  const entries = await zipEntries(bytesSource(name, bytes))
  const total = [...entries.values()].reduce((sum, entry) => sum + entry.size, 0)
  if (total > mostUnpacked) {
    throw new FormatError(name, null, `unpacks to ${megabytes(total)}; at most 4 GB can be read. Use part of it.`)
  }
  const arrays: A[] = []
  for (const entry of entries.values()) {
    if (!entry.path.endsWith('.npy')) continue
    const inside = entry.path.slice(0, -4)
    arrays.push({ ...read(await entry.whole(), `${name}, ${inside}`), name: inside })
  }
  if (arrays.length === 0) {
    const found = plural(entries.size, 'other file')
    throw new FormatError(
      name,
      null,
      `holds no arrays, only ${found}. Save it with numpy.savez(file, x_train=..., y_train=...).`
    )
  }
  return arrays
}
