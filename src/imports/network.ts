/** A network from a file: our own list of layers, or a model of Keras or TensorFlow.js. */
import { createHash } from 'node:crypto'
import { networkSpec } from '../domain/network'
import { FormatError } from '../formats/format-error'
import { networkFromKeras } from '../formats/keras-model'
import { encodeSafetensors } from '../formats/safetensors'
import { isArchive, modelInArchive, weightsInArchive } from './keras-archive'
import type { RequestResult } from '../contract/requests'

type Answer = RequestResult<'networks.read'>

/** @param file its text, or its bytes. @throws FormatError */
export async function readNetwork({ name, file }: { name: string; file: string | Uint8Array }): Promise<Answer> {
  if (typeof file !== 'string' && isArchive(file)) return inArchive(name, file)
  const text = typeof file === 'string' ? file : new TextDecoder().decode(file)
  const value = parsed(text)
  if (!isOwn(value)) return ofKeras(text, name)
  const own = networkSpec.safeParse(value)
  if (own.success) return { network: own.data, params: {}, notes: [], weights: null }
  const [{ path, message }] = own.error.issues
  throw new FormatError(name, null, `has no network at "${path.join('.')}": ${message}. See docs/networks.md.`)
}

function ofKeras(json: unknown, name: string): Answer {
  const { network, params, problems: notes } = networkFromKeras(json, name)
  return { network, params, notes, weights: null }
}

async function inArchive(name: string, file: Uint8Array): Promise<Answer> {
  const { network, params, problems: notes, stored } = networkFromKeras(await modelInArchive(name, file), name)
  const arrays = await weightsInArchive(name, file, stored)
  if (arrays && arrays.length > 0) {
    const bytes = encodeSafetensors(arrays)
    return {
      network,
      params,
      notes,
      weights: { sha256: createHash('sha256').update(bytes).digest('hex'), file: bytes }
    }
  }
  const note =
    'The weights in the file are not read: the first ones are drawn by the seed. Save it as .keras with Keras 3.'
  return { network, params, notes: arrays ? notes : [...notes, note], weights: null }
}

/** undefined where it is no JSON, which the reader of Keras models says better. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keras has `class_name` where we have `layers` at the top. */
function isOwn(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'layers' in value && 'input' in value
}
