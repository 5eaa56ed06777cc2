/** NumPy's .npz files: zip archives of .npy files. */
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import type { NumericArray } from './arrays'
import { FormatError, plural } from './format-error'
import { readNpy } from './npy'

// The caller runs in a worker already, and a worker of a worker would only copy.
configure({ useWebWorkers: false })

/** More than this does not fit into memory beside what is made of it. */
const mostBytes = 4 * 1024 ** 3

/** All arrays of an archive in its order, named without `.npy`. @throws FormatError */
export async function readNpz(bytes: Uint8Array, name: string): Promise<NumericArray[]> {
  const reader = new ZipReader(new Uint8ArrayReader(bytes))
  let entries: Awaited<ReturnType<typeof reader.getEntries>>
  try {
    entries = await reader.getEntries()
  } catch (error) {
    throw new FormatError(
      name,
      null,
      `is no zip archive, or cut off (${(error as Error).message}). Save it with numpy.savez.`
    )
  }
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  if (total > mostBytes) {
    throw new FormatError(
      name,
      null,
      `unpacks to ${Math.round(total / 1e9)} GB; at most 4 GB can be read. Use part of it.`
    )
  }
  const arrays: NumericArray[] = []
  for (const entry of entries) {
    if (entry.directory || !entry.filename.endsWith('.npy')) continue
    const inside = entry.filename.slice(0, -4)
    let content: Uint8Array
    try {
      content = await entry.getData(new Uint8ArrayWriter(), { checkSignature: true })
    } catch (error) {
      throw new FormatError(
        name,
        inside,
        `it cannot be unpacked (${(error as Error).message}). Save or copy the file again.`
      )
    }
    arrays.push({ ...readNpy(content, `${name}, ${inside}`), name: inside })
  }
  await reader.close()
  if (arrays.length === 0) {
    const found = plural(entries.length, 'other file')
    throw new FormatError(
      name,
      null,
      `holds no arrays, only ${found}. Save it with numpy.savez(file, x_train=..., y_train=...).`
    )
  }
  return arrays
}
