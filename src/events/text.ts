/** Texts of the plugin `text`: Markdown, alone or as a table. */
import { dataType, allStrings, decodeTensor } from './tensor'
import { ProtoError } from './protobuf'

export interface Text {
  /** One cell for a single text, a column for a list, a table for rank 2. */
  rows: string[][]
  /** Why part of it is not here, in words. */
  note: string | null
}

const mostCells = 10_000

/** @throws ProtoError when the bytes are no tensor of strings */
export function textOf(bytes: Uint8Array): Text {
  const tensor = decodeTensor(bytes)
  if (tensor.type !== dataType.string) throw new ProtoError('a text is a tensor of strings')
  const { shape } = tensor
  const columns = shape.length >= 2 ? shape[shape.length - 1] : 1
  const rows = shape.length === 0 ? 1 : shape.length === 1 ? shape[0] : shape[shape.length - 2]
  // Of more dimensions the first slice is shown, as TensorBoard does.
  const note = shape.length > 2 ? `This text has ${shape.length} dimensions; only its first table is shown.` : null
  if (rows * columns > mostCells) throw new ProtoError(`a table of ${rows} rows is too large to show`)
  const strings = allStrings(tensor)
  const utf8 = new TextDecoder()
  const cell = (i: number): string => (strings[i] ? utf8.decode(strings[i]) : '')
  return {
    rows: Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => cell(r * columns + c))),
    note
  }
}
