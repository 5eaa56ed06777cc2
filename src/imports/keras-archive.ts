/** A model of Keras in one file with its weights: a `.keras` archive (Keras 3), or HDF5 as Keras 2 saved it. */
import { writeFileSync } from 'node:fs'
import { bytesSource } from '../formats/byte-source'
import { FormatError } from '../formats/format-error'
import { storesOf } from '../formats/keras-graph'
import type { StoredLayer } from '../formats/keras-model'
import { placesOf, variablesOf } from '../formats/keras-variables'
import type { NamedArray } from '../domain/arrays'
import { zipEntries } from '../formats/zip-entries'
import { hdf5Tensors, openedCopy, type OpenedWeights } from './checkpoints/hdf5-weights'

const remedy = 'Save the model with model.save("name.keras") of Keras.'
/** Descriptions of models are texts of kilobytes. */
const mostText = 32 * 1024 * 1024

export function isArchive(bytes: Uint8Array): boolean {
  const begins = (...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte)
  return begins(0x50, 0x4b, 0x03, 0x04) || begins(0x89, 0x48, 0x44, 0x46)
}

/** What `to_json` would have written, with the version of Keras. @throws FormatError */
export async function modelInArchive(name: string, bytes: Uint8Array): Promise<unknown> {
  return bytes[0] === 0x50 ? modelInZip(name, bytes) : modelInHdf5(name, bytes)
}

async function modelInZip(name: string, bytes: Uint8Array): Promise<unknown> {
  const entries = await zipEntries(bytesSource(name, bytes))
  const json = async (path: string): Promise<unknown> => {
    const entry = entries.get(path)
    if (!entry) throw new FormatError(name, null, `is a zip archive without ${path}. ${remedy}`)
    if (entry.size > mostText) throw new FormatError(name, path, `it is a text of ${entry.size} bytes. ${remedy}`)
    return parsed(new TextDecoder().decode(await entry.whole()), name, path)
  }
  const model = await json('config.json')
  const { keras_version: version } = (entries.has('metadata.json') ? await json('metadata.json') : {}) as {
    keras_version?: unknown
  }
  const adapted = adaptedIn(model, '')
  const weights = adapted.length > 0 ? entries.get('model.weights.h5') : undefined
  if (weights) await fillIn(adapted, name, await weights.whole())
  return withVersion(model, version)
}

interface Adapted {
  config: Record<string, unknown>
  /** Its group in model.weights.h5. */
  path: string
}

/** Normalizations whose numbers are with the weights. */
function adaptedIn(model: unknown, prefix: string): Adapted[] {
  const { config } = (model ?? {}) as { config?: { layers?: unknown } }
  const { layers } = config ?? {}
  const list: unknown[] = Array.isArray(layers) ? layers : []
  const stores = storesOf(list, prefix)
  return list.flatMap((layer, at): Adapted[] => {
    const { class_name: className, config: own } = (layer ?? {}) as { class_name?: unknown; config?: unknown }
    if (typeof className !== 'string' || typeof own !== 'object' || own === null) return []
    const path = stores[at]
    const settings = own as Record<string, unknown>
    const isOpen = className === 'Normalization' && (settings.mean == null || settings.variance == null)
    return isOpen ? [{ config: settings, path }] : adaptedIn(layer, `${path}/`)
  })
}

/** Writes the numbers into the settings, where a reader of settings finds them. */
async function fillIn(adapted: readonly Adapted[], name: string, bytes: Uint8Array): Promise<void> {
  const opened = await openBytes(name, bytes)
  try {
    for (const { config, path } of adapted) {
      const [mean, variance] = [0, 1].map((at) => opened.tensors.find((one) => one.name === `${path}/vars/${at}`))
      if (!mean || !variance) continue
      config.mean = Array.from(await mean.read())
      config.variance = Array.from(await variance.read())
    }
  } finally {
    opened.close()
  }
}

/**
 * The weights of these layers as parameters of a network. Null for files that are not Keras 3's.
 * @throws FormatError where one of them is missing
 */
export async function weightsInArchive(
  name: string,
  bytes: Uint8Array,
  stored: readonly StoredLayer[]
): Promise<NamedArray[] | null> {
  if (bytes[0] !== 0x50) return null
  const weights = (await zipEntries(bytesSource(name, bytes))).get('model.weights.h5')
  if (!weights) return null
  const opened = await openBytes(name, await weights.whole())
  try {
    const tensors = new Map(opened.tensors.map((tensor) => [tensor.name, tensor]))
    const arrays: NamedArray[] = []
    for (const { name: layer, className, config, store } of stored) {
      const variables = variablesOf(className, config).map(({ path, name: variable }) => {
        const tensor = tensors.get(`${store}/${path}`)
        if (!tensor)
          throw new FormatError(name, `layer "${layer}"`, `its weights ${store}/${path} are missing. ${remedy}`)
        return { tensor, name: variable, shape: tensor.shape }
      })
      for (const { index, suffix, values } of placesOf(className, variables)) {
        const all = Float32Array.from(await variables[index].tensor.read())
        const data = values ? all.slice(...values) : all
        arrays.push({ name: `${layer}.${suffix}`, shape: [data.length], data })
      }
    }
    return arrays
  } finally {
    opened.close()
  }
}

function openBytes(name: string, bytes: Uint8Array): Promise<OpenedWeights> {
  const source = bytesSource(name.endsWith('.keras') ? 'model.weights.h5' : name, bytes)
  return openedCopy(
    (path) => writeFileSync(path, bytes),
    (path) => hdf5Tensors(source, path)
  )
}

async function modelInHdf5(name: string, bytes: Uint8Array): Promise<unknown> {
  const opened = await openBytes(name, bytes)
  opened.close()
  const texts = opened.attributes ?? {}
  if (texts.model_config === undefined) {
    throw new FormatError(name, null, `holds weights without the model that they belong to. ${remedy}`)
  }
  const training = texts.training_config
  return {
    model_config: withVersion(parsed(texts.model_config, name, 'model_config'), texts.keras_version),
    ...(training === undefined ? {} : { training_config: parsed(training, name, 'training_config') })
  }
}

function withVersion(model: unknown, version: unknown): unknown {
  return typeof model === 'object' && model !== null && typeof version === 'string'
    ? { keras_version: version, ...model }
    : model
}

function parsed(text: string, name: string, part: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FormatError(name, part, `it is no JSON. ${remedy}`)
  }
}
