/** Where projects come into being: a new one in a folder that the user chose, and the user's copy of the sample. */
import { existsSync } from 'node:fs'
import { cp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { whileAlone } from '../../project/claims'
import { makeFolder } from '../../project/files'
import { markOf } from '../../project/processes'
import { isWritable } from '../../project/project-folder'
import type { Places } from '../ports'

/** A folder of the project's name that does not exist yet. @throws PhasescopeError 'read-only' */
export async function freeFolder(location: string, name: string): Promise<string> {
  await makeFolder(location)
  if (!(await isWritable(location))) {
    throw new PhasescopeError(
      'read-only',
      `${location} is read-only: no project can be made there. Choose another folder.`
    )
  }
  // Dots at the beginning would hide the folder, or name the one above.
  const words = name.replace(/[^\p{L}\p{N}._ -]/gu, '').replace(/^[. ]+|[. ]+$/g, '')
  const stem = words.replace(/\s+/g, '-').toLowerCase() || 'project'
  // Some file systems do not tell capital letters apart.
  const taken = new Set((await readdir(location)).map((entry) => entry.toLowerCase()))
  let folder = stem
  for (let n = 2; taken.has(folder); n++) folder = `${stem}-${n}`
  return join(location, folder)
}

/** The user's own copy of the sample project, made at the first time: what is installed stays as it is. */
export async function sampleCopy(places: Places): Promise<string> {
  const source = join(places.resources, 'sample')
  if (!existsSync(join(source, 'project.json'))) {
    throw new PhasescopeError('not-found', 'The sample project is not part of this installation.')
  }
  const target = join(places.userData, 'sample')
  if (existsSync(join(target, 'project.json'))) return target
  await makeFolder(places.userData)
  // Two windows may ask for it at once.
  await whileAlone(places.userData, markOf(), async () => {
    if (existsSync(join(target, 'project.json'))) return
    const copying = `${target}.copying`
    await rm(copying, { recursive: true, force: true })
    await cp(source, copying, { recursive: true })
    await rm(target, { recursive: true, force: true })
    await rename(copying, target)
  })
  return target
}
