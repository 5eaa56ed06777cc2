/** SummaryMetadata: which plugin a tag belongs to, and what it says about it. */
import { ProtoError, ProtoReader } from './protobuf'

export interface Metadata {
  /** Empty where the metadata names none. */
  plugin: string
  content: Uint8Array
  displayName: string
  description: string
  /** 0 unknown, 1 scalar, 2 tensor, 3 blob sequence. */
  dataClass: number
}

export const noMetadata: Metadata = {
  plugin: '',
  content: new Uint8Array(0),
  displayName: '',
  description: '',
  dataClass: 0
}

/** @throws ProtoError */
function decodeMetadata(bytes: Uint8Array, start = 0, end = bytes.length): Metadata {
  const metadata = { ...noMetadata }
  const reader = new ProtoReader(bytes, start, end)
  while (reader.next()) {
    if (reader.key === 10) {
      const plugin = reader.message()
      while (plugin.next()) {
        if (plugin.key === 10) metadata.plugin = plugin.string()
        else if (plugin.key === 18) metadata.content = plugin.lengthDelimited().slice()
      }
    } else if (reader.key === 18) metadata.displayName = reader.string()
    else if (reader.key === 26) metadata.description = reader.string()
    else if (reader.key === 32) metadata.dataClass = Number(reader.int64())
  }
  return metadata
}

/** The same where bytes that are none must not stop what they belong to. */
export function metadataOrNone(bytes: Uint8Array, start: number, end: number): Metadata | null {
  try {
    return decodeMetadata(bytes, start, end)
  } catch (error) {
    if (error instanceof ProtoError) return null
    throw error
  }
}
