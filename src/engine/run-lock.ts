/**
 * Which process trains a run: `runs/<id>/.owner` names machine and process, so that a second window or the command line
 * does not take a run that is being trained elsewhere for an interrupted one.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describeFileError } from '../project/files'

interface Owner {
  host: string
  pid: number
  /** When the process began, as the system counts it; process ids are used again, above all in containers. */
  begun: string | null
}

/** A run on a shared disk whose manifest another machine wrote this recently is still being trained there. */
const freshMs = 60_000

export function claimRun(folder: string): void {
  const path = join(folder, '.owner')
  const owner: Owner = { host: hostname(), pid: process.pid, begun: beginOf(process.pid) }
  try {
    writeFileSync(path, JSON.stringify(owner))
  } catch (error) {
    throw describeFileError(error, path, 'written')
  }
}

export function releaseRun(folder: string): void {
  try {
    rmSync(join(folder, '.owner'), { force: true })
  } catch {
    // The claim of a process that is gone counts for nothing anyway.
  }
}

/** True when another living process trains the run, or another machine wrote its manifest within the last minute. */
export function ownedElsewhere(folder: string): boolean {
  let owner: Owner
  try {
    owner = JSON.parse(readFileSync(join(folder, '.owner'), 'utf8')) as Owner
    if (owner.host !== hostname()) return Date.now() - statSync(join(folder, 'run.json')).mtimeMs < freshMs
  } catch {
    return false
  }
  if (owner.pid === process.pid || !lives(owner.pid)) return false
  const begun = beginOf(owner.pid)
  return owner.begun === null || begun === null || owner.begun === begun
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process lives but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Start time in clock ticks since boot (proc(5), field 22), or null where the system does not tell. */
function beginOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the fields after it do not.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
