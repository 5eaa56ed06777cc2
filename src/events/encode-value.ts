/**
 * What the encoders of the richer kinds share: an event with one value, the metadata of a tag, and tensors.
 *
 * Metadata: readers take what a tag is from the first value that they meet and keep it, so it is written with the first
 * value of a tag in a file (`metadata` given) and left out of the others (null). TensorFlow 2 repeats it in every event,
 * which is legal too and longer.
 */
import { ProtoWriter } from './protobuf'

/** What a reader shows beside a tag. `description` is Markdown. */
export interface TagMetadata {
  displayName?: string
  description?: string
}

/** Whether the elements of a tag are numbers, tensors, or bytes to be fetched one by one (images, sounds, graphs). */
export const dataClasses = { scalar: 1, tensor: 2, blobSequence: 3 } as const

export const dataTypes = { float: 1, double: 2, string: 7 } as const

/** An event with one summary value. `write` adds what follows the tag. */
export function encodeValue(
  wallTime: number,
  step: number | bigint,
  tag: string,
  write: (value: ProtoWriter) => void
): Uint8Array {
  return new ProtoWriter()
    .double(1, wallTime)
    .int64(2, step)
    .message(5, (summary) =>
      summary.message(1, (value) => {
        value.string(1, tag)
        write(value)
      })
    )
    .finish()
}

/** @param content the plugin's own message; of all plugins here the version is 0, which is written as nothing */
export function writeMetadata(
  value: ProtoWriter,
  plugin: { name: string; content?: Uint8Array; dataClass: number },
  metadata: TagMetadata
): void {
  value.message(9, (proto) => {
    proto.message(1, (data) => {
      data.string(1, plugin.name)
      if (plugin.content && plugin.content.length > 0) data.lengthDelimited(2, plugin.content)
    })
    if (metadata.displayName) proto.string(2, metadata.displayName)
    if (metadata.description) proto.string(3, metadata.description)
    proto.int64(4, plugin.dataClass)
  })
}

export function writeStrings(value: ProtoWriter, shape: readonly number[], elements: readonly Uint8Array[]): void {
  value.message(8, (tensor) => {
    tensor.int64(1, dataTypes.string).message(2, shapeOf(shape))
    for (const element of elements) tensor.lengthDelimited(8, element)
  })
}

/** Raw little-endian float32, row-major, as all writers do for more than one element. */
export function writeFloats(value: ProtoWriter, shape: readonly number[], elements: Float32Array): void {
  const content = new Uint8Array(elements.length * 4)
  const view = new DataView(content.buffer)
  elements.forEach((element, i) => view.setFloat32(i * 4, element, true))
  value.message(8, (tensor) => {
    tensor.int64(1, dataTypes.float).message(2, shapeOf(shape))
    if (content.length > 0) tensor.lengthDelimited(4, content)
  })
}

/** A TensorShapeProto; no dimensions is a single element. */
export function shapeOf(shape: readonly number[]): (proto: ProtoWriter) => void {
  return (proto) => {
    for (const size of shape) proto.message(2, (dimension) => dimension.int64(1, size))
  }
}
