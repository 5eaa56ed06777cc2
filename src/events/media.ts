/** Images and sounds: the encoded bytes as they lie in the file, and what the record says about them. */
import { form } from './event-scan'
import { ProtoError, ProtoReader } from './protobuf'
import { allStrings, decodeShape, decodeTensor } from './tensor'

export interface Medium {
  data: Uint8Array
  /** By the bytes themselves; null when they are of no known type. */
  mime: string | null
  /** Pixels as recorded; 0 for sounds. */
  width: number
  height: number
  /** Markdown beside a sound. */
  label: string
}

/** Images or sounds in a v2 tensor, told by its shape alone; 1 when that cannot be. */
export function sampleCount(kind: string, bytes: Uint8Array, start: number, end: number): number {
  try {
    const reader = new ProtoReader(bytes, start, end)
    while (reader.next()) {
      if (reader.key !== 18) continue
      const [size = 1] = decodeShape(reader.message())
      return Math.max(0, kind === 'images' ? size - 2 : size)
    }
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error
  }
  return 1
}

/** @throws ProtoError when it is none, or has no such sample */
export function imageOf(bytes: Uint8Array, valueForm: number, sample: number): Medium {
  if (valueForm === form.image) {
    const medium: Medium = { data: new Uint8Array(0), mime: null, width: 0, height: 0, label: '' }
    const reader = new ProtoReader(bytes)
    while (reader.next()) {
      if (reader.key === 8) medium.height = Number(reader.int64())
      else if (reader.key === 16) medium.width = Number(reader.int64())
      else if (reader.key === 34) medium.data = reader.lengthDelimited()
    }
    return { ...medium, mime: mimeOf(medium.data) }
  }
  const strings = allStrings(decodeTensor(bytes))
  const data = strings[sample + 2]
  if (!data) throw new ProtoError(`there is no image ${sample + 1} of ${Math.max(0, strings.length - 2)}`)
  const size = (part: Uint8Array): number => Number(latin.decode(part)) || 0
  return { data, mime: mimeOf(data), width: size(strings[0]), height: size(strings[1]), label: '' }
}

/** @throws ProtoError when it is none, or has no such sample */
export function audioOf(bytes: Uint8Array, valueForm: number, sample: number): Medium {
  if (valueForm === form.audio) {
    const reader = new ProtoReader(bytes)
    let data: Uint8Array = new Uint8Array(0)
    let type = ''
    while (reader.next()) {
      if (reader.key === 34) data = reader.lengthDelimited()
      else if (reader.key === 42) type = reader.string()
    }
    const said = /^audio\/[\w.+-]+$/.test(type) ? type : null
    return { data, mime: mimeOf(data) ?? said, width: 0, height: 0, label: '' }
  }
  const tensor = decodeTensor(bytes)
  const strings = allStrings(tensor)
  const columns = tensor.shape.length === 2 ? tensor.shape[1] : 1
  const data = strings[sample * columns]
  if (!data) throw new ProtoError(`there is no sound ${sample + 1}`)
  const label = columns > 1 ? new TextDecoder().decode(strings[sample * columns + 1]) : ''
  return { data, mime: mimeOf(data), width: 0, height: 0, label }
}

const latin = new TextDecoder('latin1')

/** First bytes of the types that browsers show; the type that the writer claims is often missing or wrong. */
const signatures: [mime: string, at: number, bytes: string][] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/bmp', 0, 'BM'],
  ['image/webp', 8, 'WEBP'],
  ['audio/wav', 8, 'WAVE'],
  ['audio/flac', 0, 'fLaC'],
  ['audio/ogg', 0, 'OggS'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/mpeg', 0, '\xff\xfb']
]

function mimeOf(data: Uint8Array): string | null {
  const matches = (at: number, text: string): boolean => {
    for (let i = 0; i < text.length; i++) if (data[at + i] !== text.charCodeAt(i)) return false
    return true
  }
  return signatures.find(([, at, text]) => matches(at, text))?.[0] ?? null
}
