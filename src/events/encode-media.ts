/** Images, sounds and text as TensorBoard's dashboards read them. */
import { dataClasses, encodeValue, writeMetadata, writeStrings, type TagMetadata } from './encode-value'
import { ProtoWriter } from './protobuf'

/** A compressed picture; `bytes` is a whole PNG, JPEG or GIF file. */
export interface EncodedImage {
  width: number
  height: number
  /** 1 gray, 2 gray and opacity, 3 red green blue, 4 the same with opacity. */
  channels: 1 | 2 | 3 | 4
  bytes: Uint8Array
}

const utf8 = new TextEncoder()
/** Encoding of the audio plugin: WAV. */
const wav = 11

/**
 * One image in the field `image` of the first format. Every reader knows it: the dashboards upgrade it on reading, and
 * scripts find it in `EventAccumulator.Images()`, which has no images in tensors. Readers of the field look at
 * no plugin, but scripts are warned of metadata without one.
 */
export function encodeImage(
  wallTime: number,
  step: number | bigint,
  tag: string,
  image: EncodedImage,
  metadata: TagMetadata | null = {}
): Uint8Array {
  return encodeValue(wallTime, step, tag, (value) => {
    if (metadata) writeMetadata(value, { name: 'images', dataClass: dataClasses.blobSequence }, metadata)
    value.message(4, (proto) =>
      proto.int64(1, image.height).int64(2, image.width).int64(3, image.channels).lengthDelimited(4, image.bytes)
    )
  })
}

/**
 * Several images of one size at one step: a string tensor [2 + images] of width, height (ASCII) and the files, plugin
 * `images`. The form of TensorFlow 2; the field of the first format holds one image only.
 */
export function encodeImages(
  wallTime: number,
  step: number | bigint,
  tag: string,
  images: readonly EncodedImage[],
  metadata: TagMetadata | null = {}
): Uint8Array {
  const { width, height } = images[0] ?? { width: 0, height: 0 }
  if (images.some((image) => image.width !== width || image.height !== height)) {
    throw new Error(`The images of "${tag}" at step ${step} differ in size; one tag holds images of one size.`)
  }
  const elements = [utf8.encode(String(width)), utf8.encode(String(height)), ...images.map(({ bytes }) => bytes)]
  return encodeValue(wallTime, step, tag, (value) => {
    if (metadata) writeMetadata(value, { name: 'images', dataClass: dataClasses.blobSequence }, metadata)
    writeStrings(value, [elements.length], elements)
  })
}

/** Sounds at one step, each a whole WAV file: a string tensor [clips], plugin `audio`. */
export function encodeAudio(
  wallTime: number,
  step: number | bigint,
  tag: string,
  clips: readonly Uint8Array[],
  metadata: TagMetadata | null = {}
): Uint8Array {
  const content = new ProtoWriter().int64(2, wav).finish()
  return encodeValue(wallTime, step, tag, (value) => {
    if (metadata) writeMetadata(value, { name: 'audio', content, dataClass: dataClasses.blobSequence }, metadata)
    writeStrings(value, [clips.length], clips)
  })
}

/**
 * Markdown: one text (a tensor of rank 0), or a table of texts [rows][columns] (rank 2), whose rows are equally long.
 */
export function encodeText(
  wallTime: number,
  step: number | bigint,
  tag: string,
  text: string | readonly (readonly string[])[],
  metadata: TagMetadata | null = {}
): Uint8Array {
  const columns = typeof text === 'string' ? 0 : (text[0]?.length ?? 0)
  if (typeof text !== 'string' && text.some((row) => row.length !== columns)) {
    throw new Error(`The rows of the table "${tag}" at step ${step} are not equally long.`)
  }
  const shape = typeof text === 'string' ? [] : [text.length, columns]
  const elements = typeof text === 'string' ? [text] : text.flat()
  return encodeValue(wallTime, step, tag, (value) => {
    if (metadata) writeMetadata(value, { name: 'text', dataClass: dataClasses.tensor }, metadata)
    writeStrings(
      value,
      shape,
      elements.map((element) => utf8.encode(element))
    )
  })
}
