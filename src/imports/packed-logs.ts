/** Event files that were compressed (gzip): they are unpacked to be looked at, and imported as they were before. */
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FormatError, plural } from '../formats/format-error'
import { describeFileError } from '../project/files'
import { unreadable } from './checkpoints/open'
import type { LogHolding } from './sources'
import { isGzipFile } from './text'

/** What a small file may become at most. */
const mostBytes = 4 * 1024 ** 3

/** Lets `work` read a log's files where they lie; where some are compressed, copies that are not, for as long as it takes. */
export async function withUnpacked<T>(
  file: string,
  { folder, files }: LogHolding,
  work: (folder: string, files: readonly string[], notes: string[]) => T
): Promise<T> {
  const packed = await packedAmong(file, folder, files)
  if (packed.length === 0) return work(folder, files, [])
  const unpacked = await mkdtemp(join(tmpdir(), 'phasescope-unpacked-'))
  try {
    await copyLog({ folder, files }, unpacked)
    const names = files.map((name) => plainName(name, packed))
    return work(unpacked, names, [`${plural(packed.length, 'compressed event file')} unpacked.`])
  } finally {
    await rm(unpacked, { recursive: true, force: true })
  }
}

/** Copies a log's files into a folder, unpacked. @throws PhasescopeError when the disk refuses, FormatError for a damaged file */
export async function copyLog({ folder, files }: Pick<LogHolding, 'folder' | 'files'>, to: string): Promise<void> {
  const packed = await packedAmong(folder, folder, files)
  for (const name of files) {
    const target = join(to, plainName(name, packed))
    if (packed.includes(name)) await unpack(join(folder, name), target, name)
    else
      await copyFile(join(folder, name), target, constants.COPYFILE_FICLONE).catch((error: unknown) => {
        throw describeFileError(error, target, 'written')
      })
  }
}

async function packedAmong(file: string, folder: string, files: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const name of files) {
    const isPacked = await isGzipFile(join(folder, name)).catch((error: unknown) => {
      throw unreadable(`${file}/${name}`, error)
    })
    if (isPacked) found.push(name)
  }
  return found
}

function plainName(name: string, packed: readonly string[]): string {
  return packed.includes(name) ? name.replace(/\.gz$/i, '') : name
}

/** A file that ends too early keeps what came before: event files are read as far as they go. */
async function unpack(from: string, to: string, name: string): Promise<void> {
  let length = 0
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      length += chunk.length
      done(length > mostBytes ? new FormatError(name, null, 'is larger than 4 GB when it is unpacked.') : null, chunk)
    }
  })
  try {
    await pipeline(createReadStream(from), createGunzip(), limited, createWriteStream(to))
  } catch (error) {
    if (error instanceof FormatError) throw error
    if (length === 0) throw new FormatError(name, null, `is compressed (gzip) and damaged: ${(error as Error).message}. Unpack it first.`) // prettier-ignore
  }
}
