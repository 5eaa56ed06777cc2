/** Texts of files that somebody chose: how large they may be, how they are encoded, and whether they are text at all. */
import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { knownAs } from '../domain/left-files'
import { FormatError } from '../formats/format-error'
import { unreadable } from './checkpoints/open'

const mostBytes = 256 * 1024 * 1024
const beginningBytes = 65_536

/** @throws FormatError when it is too large, no text, or cannot be read */
export async function readText(path: string, file: string): Promise<string> {
  const { size } = await stat(path).catch((error: unknown) => refuse(file, error))
  if (size > mostBytes) throw tooLarge(file, size)
  // Before a large file is read whole: whether it is text at all.
  const begins = await beginning(path).catch((error: unknown) => refuse(file, error))
  if (isGzip(begins)) return decodeText(await unpacked(path, file), file)
  if (isBinary(begins)) {
    const named = knownAs(file)
    if (named !== null) throw new FormatError(file, null, `is not read: ${named}.`)
    throw new FormatError(file, null, 'is not a text file. Choose CSV, JSON lines or epochN.json files.')
  }
  return decodeText(await readFile(path).catch((error: unknown) => refuse(file, error)), file)
}

/** As much as tells what a text is, without the line that it ends in; null for what is no text. */
export async function beginningOfText(path: string): Promise<{ text: string; isWhole: boolean } | null> {
  let bytes = await beginning(path)
  let isWhole = bytes.length < beginningBytes
  if (isGzip(bytes)) {
    const unzipped = await gunzipped(path, beginningBytes).catch(() => null)
    if (unzipped === null) return null
    bytes = unzipped.bytes
    isWhole = unzipped.isWhole
  }
  if (isBinary(bytes)) return null
  const text = new TextDecoder(utf16Of(bytes) ?? 'utf-8').decode(bytes)
  if (isWhole) return { text, isWhole }
  const end = text.lastIndexOf('\n')
  return { text: end < 0 ? text : text.slice(0, end + 1), isWhole }
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** The first two bytes of a file tell whether it is compressed. */
export async function isGzipFile(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0)
    return bytesRead === 2 && isGzip(buffer)
  } finally {
    await file.close()
  }
}

async function beginning(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: beginningBytes - 1 })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function unpacked(path: string, file: string): Promise<Uint8Array> {
  const result = await gunzipped(path, mostBytes + 1).catch((error: unknown) => {
    throw new FormatError(file, null, `is compressed (gzip) and damaged: ${(error as Error).message}. Unpack it first.`)
  })
  if (result.bytes.length > mostBytes) throw tooLarge(file, result.bytes.length)
  return result.bytes
}

/** Not more than is wanted, whatever the file says of itself. */
async function gunzipped(path: string, most: number): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  const source = createReadStream(path)
  const stream = source.on('error', (error) => stream.destroy(error)).pipe(createGunzip())
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length < most) continue
    source.destroy()
    return { bytes: Buffer.concat(chunks).subarray(0, most), isWhole: false }
  }
  return { bytes: Buffer.concat(chunks), isWhole: true }
}

function tooLarge(file: string, size: number): FormatError {
  const limit = `files up to ${mostBytes / 2 ** 20} MB can be imported`
  return new FormatError(
    file,
    null,
    `has ${Math.round(size / 2 ** 20)} MB; ${limit}. Leave out columns or rows, or split it.`
  )
}

function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
}

function isBinary(bytes: Uint8Array): boolean {
  return utf16Of(bytes) === null && bytes.includes(0)
}

/** UTF-8, or UTF-16 where the file begins with its mark, as spreadsheets save "Unicode text". */
function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder(utf16Of(bytes) ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FormatError(file, `line ${firstBadLine(bytes)}`, 'this is not UTF-8 text. Save the file as UTF-8.')
  }
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start)
    const stop = end < 0 ? bytes.length : end
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, stop))
    } catch {
      return line
    }
    start = stop + 1
  }
  return line
}

function refuse(file: string, error: unknown): never {
  throw unreadable(file, error)
}
