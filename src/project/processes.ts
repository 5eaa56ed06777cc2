/** Which process did something, and whether it still lives: as far as that can be known from here. */
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessMark {
  /** Name of the machine. */
  host: string
  /** What is alike only between processes that see each other's ids: the start of the system and its process namespace. */
  realm: string
  pid: number
  /** When the process began, as the system counts it; process ids are used again, above all in containers. */
  begun: string | null
  /** Told apart within a process, too: two engines in one are two. */
  id: string
}

/** @param id of what acts: an engine, a command */
export function markOf(id: string = randomBytes(8).toString('hex')): ProcessMark {
  return { host: hostname(), realm: realmHere(), pid: process.pid, begun: beginOf(process.pid), id }
}

/**
 * Whether the process of the mark lives. `unknown` where it cannot be seen from here: on another machine, or in another
 * container of this one.
 */
export function fateOf(mark: ProcessMark): 'alive' | 'dead' | 'unknown' {
  if (mark.host !== hostname()) return 'unknown'
  const [bootThere, spaceThere] = mark.realm.split('/')
  const [bootHere, spaceHere] = realmHere().split('/')
  // The same machine, started again since.
  if (bootThere !== bootHere) return 'dead'
  if (spaceThere !== spaceHere) return 'unknown'
  if (!lives(mark.pid)) return 'dead'
  const begun = beginOf(mark.pid)
  return mark.begun === null || begun === null || mark.begun === begun ? 'alive' : 'dead'
}

/** Whether a process of this id lives. */
export function lives(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process lives but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

let realm: string | null = null

function realmHere(): string {
  return (realm ??= `${trimmed(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))}/${trimmed(() =>
    readlinkSync('/proc/self/ns/pid')
  )}`)
}

function trimmed(read: () => string): string {
  try {
    return read().trim().replaceAll('/', '-')
  } catch {
    // Other systems tell neither; there, the machine's name has to do.
    return ''
  }
}

/** Start time in clock ticks since boot (proc(5), field 22), or null where the system does not tell. */
export function beginOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the fields after it do not.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
