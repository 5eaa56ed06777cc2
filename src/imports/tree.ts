/** The files that were chosen, and what has become of each: one is taken by a format, or left with a reason. */
import type { LeftFile } from './sources'
import type { WalkedFile, WalkedFolder } from './walk'

export class FileTree {
  readonly left: LeftFile[] = []
  private readonly taken = new Set<string>()

  /** @param isLoose its folder is no place of the user's own, so that its name means nothing */
  constructor(
    readonly folders: readonly WalkedFolder[],
    readonly isLoose = false
  ) {}

  /** Files of a folder that nobody has taken. */
  free({ prefix, files }: WalkedFolder): WalkedFile[] {
    return files.filter(({ name }) => !this.taken.has(`${prefix}/${name}`))
  }

  /** Files in a folder and everywhere below it, by their paths in it. */
  below(prefix: string): WalkedFile[] {
    return this.folders.flatMap((one) => {
      if (one.prefix !== prefix && !one.prefix.startsWith(`${prefix}/`)) return []
      const inner = one.prefix.slice(prefix.length + 1)
      return one.files.map((file) => ({ ...file, name: inner === '' ? file.name : `${inner}/${file.name}` }))
    })
  }

  /** @param path below what was chosen, that name first */
  take(path: string): void {
    this.taken.add(path)
  }

  leave(path: string, reason: string): void {
    this.taken.add(path)
    this.left.push({ file: path, reason })
  }
}
