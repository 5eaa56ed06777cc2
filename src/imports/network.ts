/** A network from a file: our own list of layers, or a model of Keras or TensorFlow.js. */
import { networkSpec } from '../contract/network'
import { FormatError } from '../formats/format-error'
import { networkFromKeras } from '../formats/keras-model'
import { isArchive, modelInArchive } from './keras-archive'
import type { RequestResult } from '../contract/requests'

type Answer = RequestResult<'networks.read'>

/** @param file its text, or its bytes. @throws FormatError */
export async function readNetwork({ name, file }: { name: string; file: string | Uint8Array }): Promise<Answer> {
  if (typeof file !== 'string' && isArchive(file)) {
    const { network, notes } = ofKeras(await modelInArchive(name, file), name)
    return { network, notes: [...notes, 'The weights in the file are not used: the first ones are drawn by the seed.'] }
  }
  const text = typeof file === 'string' ? file : new TextDecoder().decode(file)
  const value = parsed(text)
  if (!isOwn(value)) return ofKeras(text, name)
  const own = networkSpec.safeParse(value)
  if (own.success) return { network: own.data, notes: [] }
  const [{ path, message }] = own.error.issues
  throw new FormatError(name, null, `has no network at "${path.join('.')}": ${message}. See docs/networks.md.`)
}

function ofKeras(json: unknown, name: string): Answer {
  const { network, problems: notes } = networkFromKeras(json, name)
  return { network, notes }
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
