/** Files of the user's own data: finding them in what was chosen. Names are relative to the choice. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { describeFileError } from '../../project/files'

/** Name below the choice, with `/`. */
export interface FoundFile {
  name: string
  bytes: number
  read(): Promise<Uint8Array>
}

const mostFiles = 500_000
const deepest = 6
/** A larger one fits neither into a buffer nor into memory beside what is made of it. */
const mostBytes = 4 * 1024 ** 3

/** All files in the chosen files and folders; hidden ones are not looked at. @throws PhasescopeError */
export async function findDataFiles(paths: readonly string[]): Promise<{ label: string; files: FoundFile[] }> {
  const files: FoundFile[] = []
  const walked = new Set<string>()
  const add = (path: string, name: string, bytes: number): void => {
    files.push({ name, bytes, read: () => readWhole(path, name, bytes) })
    if (files.length > mostFiles) {
      throw new PhasescopeError(
        'bad-request',
        `There are more than ${mostFiles} files. Choose the folder with the data itself.`
      )
    }
  }
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    // A link may lead back to a folder above it.
    const real = await realpath(folder)
    if (walked.has(real) || depth > deepest) return
    walked.add(real)
    const names = await readdir(folder).catch((error: unknown) => {
      throw describeFileError(error, folder, 'read')
    })
    for (const name of names.sort()) {
      if (name.startsWith('.')) continue
      const path = join(folder, name)
      const info = await stat(path).catch(() => null)
      if (info?.isDirectory()) await walk(path, `${prefix}${name}/`, depth + 1)
      else if (info?.isFile()) add(path, `${prefix}${name}`, info.size)
    }
  }
  const chosen = [...new Set(paths.map((path) => resolve(path)))]
  for (const path of chosen) {
    const info = await stat(path).catch(() => null)
    if (!info) throw new PhasescopeError('not-found', `${path} does not exist. Check the path.`)
    if (info.isFile()) add(path, basename(path), info.size)
    // What was dropped lies together in one folder; of several choices each keeps its name.
    else await walk(path, chosen.length === 1 ? '' : `${basename(path)}/`, 0)
  }
  const [first] = chosen
  return { label: chosen.length === 1 ? basename(first) : `${basename(first)} and ${chosen.length - 1} more`, files }
}

async function readWhole(path: string, name: string, bytes: number): Promise<Uint8Array> {
  if (bytes > mostBytes) {
    throw new PhasescopeError(
      'bad-request',
      `${name} has ${Math.round(bytes / 1e9)} GB; at most 4 GB can be read. Use part of it.`
    )
  }
  const content = await readFile(path).catch((error: unknown) => {
    throw describeFileError(error, path, 'read')
  })
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
}
