/** Parquet files: the columns of numbers and words as a table. Histories of Weights & Biases, Neptune's exporter and Trackio are such. */
import { readFile, stat } from 'node:fs/promises'
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GrowingColumn, mostColumns, numericTable } from '../../formats/cells'
import { FormatError, someNames } from '../../formats/format-error'
import type { RawTable } from '../../formats/types'
import { unreadable } from '../checkpoints/open'

const mostBytes = 256 * 1024 * 1024
const mostUnpacked = 4 * 1024 ** 3
/** What a few hundred kilobytes of one repeated value may become is bounded by its rows. */
const mostCells = 50_000_000

/** @throws FormatError */
export async function readParquet(path: string, file: string): Promise<RawTable> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  if (size > mostBytes)
    throw new FormatError(file, null, `has ${Math.round(size / 2 ** 20)} MB; Parquet files up to 256 MB can be imported.`) // prettier-ignore
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  try {
    return await tableOf(buffer, file)
  } catch (error) {
    if (error instanceof FormatError) throw error
    // What the library says of a damaged file is about itself.
    throw new FormatError(
      file,
      null,
      'cannot be read as Parquet: it is damaged, or packed in a way that is not read. Write it again, for instance with snappy or zstd.'
    )
  }
}

async function tableOf(buffer: ArrayBuffer, file: string): Promise<RawTable> {
  const metadata = await parquetMetadataAsync(buffer)
  const rows = Number(metadata.num_rows)
  const unpacked = metadata.row_groups.reduce((sum, { total_byte_size: size }) => sum + Number(size), 0)
  if (unpacked > mostUnpacked)
    throw new FormatError(file, null, 'unpacks to more than 4 GB. Leave out columns or rows.')
  const paths = metadata.row_groups[0]?.columns.flatMap(({ meta_data: meta }) => meta?.path_in_schema[0] ?? []) ?? []
  const names = [...new Set(paths)]
  if (rows === 0 || names.length === 0) throw new FormatError(file, null, 'has no rows. Choose a file with recorded values.') // prettier-ignore
  if (names.length > mostColumns || rows * names.length > mostCells)
    throw new FormatError(file, null, `has ${rows} rows of ${names.length} columns, which is more than can be imported. Leave out columns.`) // prettier-ignore
  const columns = names.map((name) => new GrowingColumn(name))
  const nested = new Set<string>()
  // One column after the other: of several at once the library leaves failures that nobody can catch.
  for (const column of columns) {
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      columns: [column.name],
      onComplete: (cells) => {
        for (let row = 0; row < cells.length; row++) add(column, row, cells[row][0], nested)
      }
    })
  }
  const notes = nested.size > 0 ? [`Left out, because no numbers: ${someNames([...nested])}.`] : []
  const lines = Array.from({ length: rows }, (_, row) => row + 1)
  return numericTable(file, columns.filter(({ name }) => !nested.has(name)), lines, notes) // prettier-ignore
}

function add(column: GrowingColumn, row: number, value: unknown, nested: Set<string>): void {
  if (value === null || value === undefined) return
  if (typeof value === 'number') column.number(row, value)
  else if (typeof value === 'bigint' || typeof value === 'boolean') column.number(row, Number(value))
  else if (value instanceof Date) column.number(row, value.getTime() / 1000)
  else if (typeof value === 'string') column.word(row, row + 1, value)
  else nested.add(column.name)
}
