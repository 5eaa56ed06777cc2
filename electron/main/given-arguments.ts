/** The paths that a process was started with, and those that a second process hands to the first. */
import { resolve } from 'node:path'
import { z } from '../../src/domain/words'

const mostPaths = 100
const longestPath = 4096

/**
 * Everything that is no switch, and what `--project=FOLDER` names; after `--` nothing is a switch.
 * @param values `process.argv`
 * @param startsApp whether the first of them is the application itself, as in `electron FOLDER`
 * @param from the folder that they are seen from
 */
export function givenPaths(values: readonly string[], startsApp: boolean, from: string): string[] {
  const paths: string[] = []
  let onlyPaths = false
  let toSkip = startsApp ? 1 : 0
  for (const value of values.slice(1)) {
    if (onlyPaths || !value.startsWith('-')) {
      if (toSkip > 0) toSkip -= 1
      else if (value !== '') paths.push(value)
    } else if (value === '--') onlyPaths = true
    else if (value.startsWith('--project=') && value.length > 10) paths.push(value.slice(10))
  }
  return paths.slice(0, mostPaths).map((path) => resolve(from, path))
}

const handed = z.object({ paths: z.array(z.string().min(1).max(longestPath)).max(mostPaths) })

/** What another process hands over, as Electron passes it on: anything at all. */
export function handedPaths(data: unknown): string[] {
  const checked = handed.safeParse(data)
  return checked.success ? checked.data.paths : []
}
