/** Zip archives of tensors: the directory first, then one entry at a time, stored ones by parts. */
import { configure, Reader, Writer, ZipReader } from '@zip.js/zip.js'
import type { FileEntry } from '@zip.js/zip.js'
import { type ByteSource, checkRange } from './byte-source'
import { FormatError } from './format-error'
import { megabytes, mostDeflated, unpackedLimit } from './inflate'

// The caller runs in a worker already, and a worker of a worker would only copy.
configure({ useWebWorkers: false })

export interface ZipEntry {
  path: string
  /** Bytes when unpacked. */
  size: number
  /** Whether its bytes lie in the file as they are. */
  stored: boolean
  /** `length` bytes from `at` on. Of a compressed entry everything before them is unpacked, too. @throws FormatError */
  read(at: number, length: number): Promise<Uint8Array>
  /** All of it, against its checksum. @throws FormatError */
  whole(): Promise<Uint8Array>
}

/** Files in an archive: a model of a million tensors is in one or two. */
const mostEntries = 200_000

/** The files in an archive by path. @throws FormatError when it is no archive or has been cut off */
export async function zipEntries(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const reader = new ZipReader(new SourceReader(source))
  let found: Awaited<ReturnType<typeof reader.getEntries>>
  try {
    found = await reader.getEntries()
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError(source.name, null, `is no whole zip archive (${said(error)}). Save or copy it again.`)
  }
  if (found.length > mostEntries) {
    throw new FormatError(
      source.name,
      null,
      `holds ${found.length} files; at most ${mostEntries} are read. Use part of it.`
    )
  }
  const entries = new Map<string, ZipEntry>()
  for (const entry of found) if (!entry.directory) entries.set(entry.filename, entryOf(source, entry as FileEntry))
  return entries
}

function entryOf(source: ByteSource, entry: FileEntry): ZipEntry {
  const { filename: path, uncompressedSize: size, compressedSize, compressionMethod: method } = entry
  const stored = method === 0
  const refuse = (text: string): FormatError => new FormatError(source.name, path, text)
  let start: number | null = null
  const readStored = (at: number, length: number): Uint8Array => {
    if (start === null) {
      // Names and extra fields of the directory and of the entry itself need not be of one length.
      const local = source.read(entry.offset, 30)
      const view = new DataView(local.buffer, local.byteOffset)
      if (view.getUint32(0, true) !== 0x04034b50) throw refuse('it does not begin where the archive says.')
      start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
    }
    return source.read(start + at, length)
  }
  const checked = (at: number, length: number): void => {
    if (entry.encrypted) throw refuse('it is encrypted. Save it without a password.')
    if (method !== 0 && method !== 8)
      throw refuse(`its compression (method ${method}) is not read. Save it with another.`)
    if (stored ? compressedSize !== size : size > compressedSize * mostDeflated + 1024) {
      throw refuse(`it claims ${size} bytes, which ${compressedSize} cannot hold. Save or copy it again.`)
    }
    if (!stored && size > unpackedLimit(compressedSize)) {
      throw refuse(
        `it would unpack to ${megabytes(size)}, from ${megabytes(compressedSize)}; at most ${megabytes(unpackedLimit(compressedSize))} are plausible. If it is right, save it without compression.`
      )
    }
    checkRange(`${source.name}, ${path}`, size, at, length)
  }
  const unpack = async (at: number, length: number): Promise<Uint8Array> => {
    const part = new PartWriter(at, length)
    try {
      await entry.getData(part, { checkSignature: at + length === size })
    } catch (error) {
      if (!part.full) throw refuse(`it cannot be unpacked (${said(error)}). Save or copy it again.`)
    }
    if (part.missing > 0) throw refuse(`it ends ${part.missing} bytes too early. Save or copy it again.`)
    return part.bytes
  }
  return {
    path,
    size,
    stored,
    read: async (at, length) => {
      checked(at, length)
      return stored ? readStored(at, length) : unpack(at, length)
    },
    whole: async () => {
      checked(0, size)
      return unpack(0, size)
    }
  }
}

/** What the library says of an archive; what the machine says of the library is none of it. */
function said(error: unknown): string {
  const { message, constructor } = error as Error
  if (constructor !== Error || message.includes('undefined')) return 'its directory is damaged'
  return message === 'Entry data out of bounds' ? 'it lies outside of the file' : message
}

class SourceReader extends Reader<ByteSource> {
  constructor(private readonly source: ByteSource) {
    super(source)
    this.size = source.size
  }

  override readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    // The search for the directory may look beyond either end.
    const from = Math.max(0, offset)
    return Promise.resolve(this.source.read(from, Math.max(0, Math.min(length, this.size - from))))
  }
}

/** Keeps a part of what is unpacked, and ends the unpacking once more than that has come. */
class PartWriter extends Writer<Uint8Array> {
  readonly bytes: Uint8Array
  private seen = 0

  constructor(
    private readonly at: number,
    length: number
  ) {
    super()
    this.bytes = new Uint8Array(length)
  }

  get missing(): number {
    return Math.max(0, this.at + this.bytes.length - this.seen)
  }

  get full(): boolean {
    return this.seen > this.at + this.bytes.length
  }

  override writeUint8Array(chunk: Uint8Array): Promise<void> {
    const from = Math.max(0, this.at - this.seen)
    const to = Math.min(chunk.length, this.at + this.bytes.length - this.seen)
    if (to > from) this.bytes.set(chunk.subarray(from, to), this.seen + from - this.at)
    this.seen += chunk.length
    if (this.full) return Promise.reject(new Error('enough'))
    return Promise.resolve()
  }

  override getData(): Promise<Uint8Array> {
    return Promise.resolve(this.bytes)
  }
}
