/** What a path stands for that somebody has given: on the command line, by the system, or by dropping it on the window. */
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { PhasescopeError, toWireError } from '../../domain/errors'
import { describeFileError } from '../../project/files'
import { readProjectManifest } from '../../project/manifests'
import type { PathGrants } from '../grants'
import { chosenFiles, type Chosen } from '../requests/chosen-files'

/** A project to be opened, or anything else: to be imported. */
export type PathMeaning = { kind: 'project'; folder: string } | { kind: 'import'; path: string }
/** The same as pages are told, who name files by grants. */
export type GivenPath = ({ kind: 'project' | 'import' } & Chosen) | { kind: 'problem'; message: string }

/** So far above a file of a project lies its folder: `runs/<id>/checkpoints/<step>/<file>`, and a little more. */
const mostLevels = 8
/** Nobody opens more at once; what nobody takes need not be kept for ever. */
const mostWaiting = 100

/** @throws PhasescopeError naming the path, where there is nothing that could be opened */
export async function meaningOf(given: string): Promise<PathMeaning> {
  const path = resolve(given)
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new PhasescopeError('not-found', `There is no file or folder ${path}. Check the path.`)
    }
    throw describeFileError(error, path, 'opened')
  })
  if (!info.isFile() && !info.isDirectory()) {
    throw new PhasescopeError('bad-request', `${path} is neither a file nor a folder, so it cannot be opened.`)
  }
  let folder = info.isDirectory() ? path : dirname(path)
  for (let level = 0; level < mostLevels; level++) {
    if (await isProject(folder)) return { kind: 'project', folder }
    if (dirname(folder) === folder) break
    folder = dirname(folder)
  }
  return { kind: 'import', path }
}

/** Other programs have files of this name, too: without runs beside it, only a sound one is ours. */
async function isProject(folder: string): Promise<boolean> {
  try {
    await readProjectManifest(join(folder, 'project.json'))
    return true
  } catch (error) {
    const { code } = toWireError(error)
    if (code === 'newer-version') return true
    // A damaged project is opened all the same, and says itself what is wrong.
    return code === 'damaged' && (await isFolder(join(folder, 'runs')))
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false
  )
}

/** What was given and waits for a page to take it. */
export class GivenPaths {
  private waiting: GivenPath[] = []
  /** The project that was given last, until the page has opened it or failed to. */
  private promised: { grant: string; folder: string } | null = null

  constructor(
    private readonly grants: PathGrants,
    private readonly come: () => void
  ) {}

  async add(paths: readonly string[]): Promise<void> {
    const given = await this.describe(paths)
    if (given.length === 0) return
    for (const one of given) {
      if (one.kind === 'project') this.promised = { grant: one.grant, folder: this.grants.resolve(one.grant) }
    }
    this.waiting = [...this.waiting, ...given].slice(-mostWaiting)
    this.come()
  }

  /** Why something could not be opened, for whoever looks at this page. */
  tell(message: string): void {
    this.waiting = [...this.waiting, { kind: 'problem' as const, message }].slice(-mostWaiting)
    this.come()
  }

  /** Each is taken once. */
  take(): GivenPath[] {
    const taken = this.waiting
    this.waiting = []
    // A page that was loaded anew meanwhile has lost what the one before it had taken.
    if (!taken.some(({ kind }) => kind === 'project')) this.promised = null
    return taken
  }

  /** Where the project lies that the page has been given and has not opened yet: its window is not free for another one. */
  get expected(): string | null {
    return this.promised?.folder ?? null
  }

  /** The page has opened what it was given, or could not. */
  settled(grant: string): void {
    if (this.promised?.grant === grant) this.promised = null
  }

  /** A window shows one project; all that is to be imported is one import. */
  async describe(paths: readonly string[]): Promise<GivenPath[]> {
    const found: GivenPath[] = []
    const imports: string[] = []
    const folders = new Set<string>()
    for (const path of paths) {
      try {
        const meaning = await meaningOf(path)
        if (meaning.kind === 'import') imports.push(meaning.path)
        else folders.add(meaning.folder)
      } catch (error) {
        found.push({ kind: 'problem', message: toWireError(error).message })
      }
    }
    const [project, ...others] = folders
    if (project !== undefined) found.push({ kind: 'project', ...chosenFiles(this.grants, [project]) })
    for (const other of others) {
      found.push({ kind: 'problem', message: `${other} was not opened: a window shows one project at a time.` })
    }
    if (imports.length > 0) found.push({ kind: 'import', ...chosenFiles(this.grants, imports) })
    return found
  }
}
