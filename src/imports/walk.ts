/** Everything in a folder that was chosen, folder by folder. Hidden files are not looked at, and links are followed once. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { naturalOrder } from '../formats/file-names'
import { describeFileError } from '../project/files'

export interface WalkedFile {
  name: string
  bytes: number
  modifiedMs: number
}

export interface WalkedFolder {
  /** Absolute. */
  folder: string
  /** Below what was chosen, that name first, with `/`. */
  prefix: string
  files: WalkedFile[]
  folders: string[]
}

const mostEntries = 50_000
const deepest = 12

/** @throws PhasescopeError when the folder cannot be read or holds too much */
export async function walkFolder(root: string): Promise<WalkedFolder[]> {
  const found: WalkedFolder[] = []
  const walked = new Set<string>()
  let entries = 0
  const walk = async (folder: string, prefix: string, depth: number): Promise<void> => {
    // A link may lead back to a folder above it.
    const real = await realpath(folder)
    if (walked.has(real)) return
    walked.add(real)
    const all = await readdir(folder).catch((error: unknown) => {
      throw describeFileError(error, prefix, 'read')
    })
    const names = all.filter((name) => !name.startsWith('.')).sort(naturalOrder)
    entries += names.length
    if (entries > mostEntries) {
      const text = `${basename(root)} holds more than ${mostEntries} files. Choose the folder with the runs themselves.`
      throw new PhasescopeError('bad-request', text)
    }
    // The checkpoints of our own runs are for continuing them: their metrics are recorded already.
    const isRun = names.includes('run.json') && (await isOwnRun(join(folder, 'run.json')))
    const own: WalkedFolder = { folder, prefix, files: [], folders: [] }
    for (const name of names) {
      const info = await stat(join(folder, name)).catch(() => null)
      if (info?.isDirectory()) {
        if (!isRun || name !== 'checkpoints') own.folders.push(name)
      } else if (info?.isFile()) own.files.push({ name, bytes: info.size, modifiedMs: info.mtimeMs })
    }
    found.push(own)
    if (depth < deepest) for (const name of own.folders) await walk(join(folder, name), `${prefix}/${name}`, depth + 1)
  }
  await walk(root, basename(root), 0)
  return found
}

/** Sacred calls a file of its own run.json, too. */
async function isOwnRun(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /"schemaVersion"\s*:/.test(text)
}
