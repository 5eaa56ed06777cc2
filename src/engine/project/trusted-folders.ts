/**
 * Folders whose authors the user trusts on this computer: a list in the user's own folder, never in the project, which would
 * then trust itself. What was made here is trusted; everything else may come from a stranger.
 */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { whileAlone } from '../../project/claims'
import { makeFolder, readJson, writeJson } from '../../project/files'
import { markOf } from '../../project/processes'

const version = 1

export class TrustedFolders {
  /** For this process, also where the user's folder cannot be written. */
  private readonly here = new Map<string, boolean>()

  constructor(private readonly userData: string) {}

  async has(folder: string): Promise<boolean> {
    const place = await real(folder)
    return this.here.get(place) ?? (await this.read()).includes(place)
  }

  async set(folder: string, trusted: boolean): Promise<void> {
    const place = await real(folder)
    this.here.set(place, trusted)
    try {
      await makeFolder(this.userData)
      await whileAlone(this.userData, markOf(), async () => {
        const others = (await this.read()).filter((one) => one !== place)
        const folders = trusted ? [...others, place] : others
        await writeJson(this.path, { schemaVersion: version, folders })
      })
    } catch {
      // It counts until this program ends.
    }
  }

  /** A list that cannot be read trusts nothing. */
  private async read(): Promise<string[]> {
    const value = (await readJson(this.path).catch(() => null)) as { schemaVersion?: unknown; folders?: unknown } | null
    const folders = value?.schemaVersion === version ? value.folders : []
    return Array.isArray(folders) ? folders.filter((one) => typeof one === 'string') : []
  }

  private get path(): string {
    return join(this.userData, 'trusted-folders.json')
  }
}

/** The place itself, whatever links lead to it. */
async function real(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder)
}
