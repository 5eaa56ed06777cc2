/** A network from a file: our own list of layers, or a model of Keras or TensorFlow.js. */
import { networkSpec } from '../contract/network'
import { FormatError } from '../formats/format-error'
import { networkFromKeras } from '../formats/keras-model'
import type { RequestResult } from '../contract/requests'

/** @throws FormatError */
export function readNetwork({ name, text }: { name: string; text: string }): RequestResult<'networks.read'> {
  const value = parsed(text)
  if (isOwn(value)) {
    const own = networkSpec.safeParse(value)
    if (own.success) return { network: own.data, notes: [] }
    const [{ path, message }] = own.error.issues
    throw new FormatError(name, null, `has no network at "${path.join('.')}": ${message}. See docs/networks.md.`)
  }
  const { network, problems: notes } = networkFromKeras(text, name)
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
