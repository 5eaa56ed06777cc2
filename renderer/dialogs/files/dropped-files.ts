/** What was dropped on the window: files, and folders with all that lies in them. */
import { isImportable } from '../../../src/domain/import-formats'

export interface DroppedFile {
  /** Path below what was dropped, with `/`. */
  name: string
  file: File
}

export interface Dropped {
  files: DroppedFile[]
  /** Files of other kinds in dropped folders, which are not sent. */
  left: string[]
}

const mostFiles = 20_000
const mostBytes = 1024 ** 3

/** Must be called while the drop event is handled: afterwards the browser forgets what was dropped. */
export function takeDropped(transfer: DataTransfer): { entries: FileSystemEntry[]; loose: File[] } {
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  const entries: FileSystemEntry[] = []
  const loose: File[] = []
  for (const item of items) {
    const entry = item.webkitGetAsEntry()
    const file = entry ? null : item.getAsFile()
    if (entry) entries.push(entry)
    else if (file) loose.push(file)
  }
  return { entries, loose }
}

/** @param isReadable whether a file in a folder is sent. @throws Error in words when it is too much */
export async function readDropped(
  { entries, loose }: ReturnType<typeof takeDropped>,
  isReadable: (path: string) => boolean = isImportable
): Promise<Dropped> {
  const found: Dropped = { files: [], left: [] }
  let bytes = 0
  const add = (name: string, file: File): void => {
    found.files.push({ name, file })
    bytes += file.size
    if (bytes > mostBytes || found.files.length > mostFiles) {
      throw new Error(
        `More than 1 GB or ${mostFiles} files were dropped. Choose the folder in the dialog instead, which has no such limit.`
      )
    }
  }
  const walk = async (entry: FileSystemEntry, prefix: string): Promise<void> => {
    if (entry.name.startsWith('.')) return
    const name = prefix + entry.name
    if (entry.isFile) {
      // What was dropped by itself is sent whatever its name, so that its refusal can be told.
      if (prefix === '' || isReadable(name)) add(name, await fileOf(entry as FileSystemFileEntry))
      else found.left.push(name)
      return
    }
    const children = await childrenOf(entry as FileSystemDirectoryEntry)
    for (const child of children) await walk(child, `${name}/`)
  }
  for (const entry of entries) await walk(entry, '')
  for (const file of loose) add(file.name, file)
  return found
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(entry, error))))
}

/** A reader gives a hundred entries at a time. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(unreadable(entry, error)))
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

function unreadable(entry: FileSystemEntry, error: DOMException): Error {
  return new Error(`${entry.name} could not be read (${error.message}). Check its permissions and drop it again.`)
}
