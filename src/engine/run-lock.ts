/**
 * Which process trains a run: `runs/<id>/.owner` with the host name and process id, so that a second window or the
 * command line does not take a run that is being trained elsewhere for an interrupted one.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

export function claimRun(folder: string): void {
  writeFileSync(join(folder, '.owner'), JSON.stringify({ host: hostname(), pid: process.pid }))
}

export function releaseRun(folder: string): void {
  rmSync(join(folder, '.owner'), { force: true })
}

/** True when another living process of this machine trains the run. A claim of another machine counts for a minute. */
export function ownedElsewhere(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(folder, '.owner'), 'utf8')) as { host: string; pid: number }
    if (owner.host !== hostname() || owner.pid === process.pid) return false
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    // EPERM: the process lives but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
