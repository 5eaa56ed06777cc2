/**
 * Claims that one process at a time can hold, on any file system that creates files exclusively (local disks, NFS 3 and
 * later, SMB): files `<name>-<number>` in a folder, of which the one with the highest number counts. Taking a claim is
 * creating the next number, which only one process can; a claim is given up by saying so in the file, and lost when its
 * process is gone. The number only grows and is the claim's fencing number: whoever finds a higher one has been replaced.
 * No clocks are compared: of processes that cannot be seen from here (another machine), the age of their sign of life is
 * taken from the file server's own clock, by writing a file beside it.
 *
 * Where this does not hold: file systems whose clients keep folders or new files to themselves (some cloud drives), and
 * systems that do not create exclusively. There, two machines must not train one run.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PhasescopeError } from '../domain/errors'
import { describeFileError } from './files'
import { guard } from './places'
import { fateOf, type ProcessMark } from './processes'

/** The claim of the engine that trains a run, in the run's folder. */
export const claimName = '.claim'

/** How long a process that cannot be seen may give no sign of life. */
export const silentMs = 60_000
/** How often a holder gives one. */
export const beatMs = 10_000
/** Claims that are over are kept for those who look a little late. */
const keptNumbers = 64
/** Nobody comes so far by counting. */
const mostNumber = 1e12

export interface Holder extends ProcessMark {
  number: number
  /** Whether it has been given up. */
  released: boolean
  /** What the holder has done, for those who look afterwards. */
  said: string[]
}

export interface Claim {
  readonly number: number
  /** Whether somebody has taken it over, or the folder is gone with all claims in it. */
  state(): Promise<'mine' | 'taken' | 'gone'>
  /** A sign of life, for machines that cannot see this process. */
  beat(): Promise<void>
  release(said?: string[]): Promise<void>
}

/** The newest claim in a folder, given up or not; null where there has never been one. */
export async function newestClaim(folder: string, name: string): Promise<Holder | null> {
  const number = highest(await numbersIn(folder, name))
  return number === 0 ? null : readClaim(folder, name, number)
}

/** Claims that were given up after `since`, oldest first; null when some of them are no longer kept. */
export async function claimsAfter(folder: string, name: string, since: number): Promise<Holder[] | null> {
  const numbers = (await numbersIn(folder, name)).filter((number) => number > since).sort((a, b) => a - b)
  if (numbers.length > 0 && numbers[0] > since + 1) return null
  const found: Holder[] = []
  for (const number of numbers) {
    const claim = await readClaim(folder, name, number)
    if (!claim) return null
    // What is still held has not been said.
    if (!claim.released && (await holds(folder, name, claim))) break
    found.push(claim)
  }
  return found
}

/** Whether somebody holds the claim: it has not been given up, and its process lives as far as can be known. */
export async function holds(folder: string, name: string, holder: Holder): Promise<boolean> {
  if (holder.released) return false
  const fate = fateOf(holder)
  if (fate !== 'unknown') return fate === 'alive'
  return (await silenceOf(folder, join(folder, `${name}-${holder.number}`))) < silentMs
}

/**
 * Takes the claim, or says who holds it.
 * @param force also from a holder that lives; it finds out by the number
 * @throws PhasescopeError when the folder does not exist or refuses files
 */
export async function takeClaim(
  folder: string,
  name: string,
  mark: ProcessMark,
  { force = false } = {}
): Promise<{ claim: Claim } | { holder: Holder }> {
  for (;;) {
    const newest = await newestClaim(folder, name)
    if (newest && !force && (await holds(folder, name, newest))) return { holder: newest }
    const number = (newest?.number ?? 0) + 1
    if (number > mostNumber) {
      throw new PhasescopeError('damaged', `${join(folder, `${name}-${number - 1}`)} is no claim of ours. Remove it.`)
    }
    if (!(await createClaim(folder, name, { ...mark, number, released: false, said: [] }))) continue
    const numbers = await numbersIn(folder, name)
    // Somebody who looked at an older list was slower, and others have gone on meanwhile.
    if (highest(numbers) > number) {
      await writeClaim(folder, name, { ...mark, number, released: true, said: [] })
      continue
    }
    for (const old of numbers) {
      if (old <= number - keptNumbers) await rm(join(folder, `${name}-${old}`), { force: true }).catch(() => undefined)
    }
    return { claim: claimOf(folder, name, { ...mark, number, released: false, said: [] }) }
  }
}

function claimOf(folder: string, name: string, holder: Holder): Claim {
  const { number } = holder
  return {
    number,
    state: async () => {
      const newest = highest(await numbersIn(folder, name))
      return newest === number ? 'mine' : newest > number ? 'taken' : 'gone'
    },
    // A space more at the end: writing is what makes the file server stamp it.
    beat: () => touch(join(folder, `${name}-${number}`)),
    // Not where the folder is gone: a claim must not bring it back.
    release: (said = []) => writeClaim(folder, name, { ...holder, released: true, said })
  }
}

/** Appends a space to a file that is there; where that fails, the holder only looks older than it is. */
async function touch(path: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND).catch(() => null)
  await handle?.write(' ').catch(() => undefined)
  await handle?.close()
}

/** 0 where there is none; a folder may hold any number of names. */
function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0)
}

async function numbersIn(folder: string, name: string): Promise<number[]> {
  await guard(folder)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw describeFileError(error, folder, 'read')
  })
  return names.flatMap((entry) => {
    const digits = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : ''
    return /^[1-9]\d{0,12}$/.test(digits) ? [Number(digits)] : []
  })
}

/** Null when it is gone meanwhile. One that cannot be read is held: somebody may just be writing it. */
async function readClaim(folder: string, name: string, number: number): Promise<Holder | null> {
  const path = join(folder, `${name}-${number}`)
  let value: Partial<Holder> | null = null
  try {
    const info = await stat(path)
    await guard(path)
    // A pipe under this name would keep the reader waiting for ever.
    if (info.isFile() && info.size < 1_000_000) {
      const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      try {
        value = JSON.parse((await handle.readFile()).toString('utf8')) as Partial<Holder>
      } finally {
        await handle.close()
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
  }
  const { host, realm, pid, begun, id, released, said } = value ?? {}
  return {
    host: typeof host === 'string' ? host : '',
    realm: typeof realm === 'string' ? realm : '',
    pid: typeof pid === 'number' ? pid : 0,
    begun: typeof begun === 'string' ? begun : null,
    id: typeof id === 'string' ? id : '',
    number,
    released: released === true,
    said: Array.isArray(said) ? said.filter((text) => typeof text === 'string') : []
  }
}

/** Whole or not at all, and only where there is none of this number. @returns whether it was created */
async function createClaim(folder: string, name: string, holder: Holder): Promise<boolean> {
  const path = join(folder, `${name}-${holder.number}`)
  const temporary = join(folder, `.${name}-${holder.number}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await guard(path)
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(JSON.stringify(holder))
      // After a power cut an empty claim would look like one that somebody is just writing. Changes are over too soon to matter.
      if (name !== changeName) await handle.sync()
    } finally {
      await handle.close()
    }
    await link(temporary, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without hard links: the file is there before what it says, and counts as held for a minute then.
    if (code && ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EINVAL'].includes(code)) {
      return writeFile(path, JSON.stringify(holder), { flag: 'wx' }).then(
        () => true,
        (again: NodeJS.ErrnoException) => {
          if (again.code === 'EEXIST') return false
          throw describeFileError(again, path, 'written')
        }
      )
    }
    throw describeFileError(error, path, 'written')
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

async function writeClaim(folder: string, name: string, holder: Holder): Promise<void> {
  const path = join(folder, `${name}-${holder.number}`)
  const temporary = join(folder, `.${name}-${holder.number}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await guard(path)
    await writeFile(temporary, JSON.stringify(holder), { flag: 'wx' })
    await rename(temporary, path)
  } catch {
    // Gone with its folder, or a full disk: the claim ends with its process then.
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** How long ago the file was written, in milliseconds of the clock that stamps the files there. */
async function silenceOf(folder: string, path: string): Promise<number> {
  const now = join(folder, `.clock.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeFile(now, '', { flag: 'wx' })
    const [there, here] = await Promise.all([stat(path), stat(now)])
    return here.mtimeMs - there.mtimeMs
  } catch {
    // Where nothing can be written, nothing can be taken over either.
    return 0
  } finally {
    await rm(now, { force: true }).catch(() => undefined)
  }
}

/** In one process, changes of one folder wait for each other in line, which costs no look at the disk. */
const lines = new Map<string, Promise<unknown>>()
const waitMs = 15_000

/**
 * Changes something in a folder while nobody else does, in this process or in another. `work` reads what is there, changes
 * it and writes it; `tell` leaves a line for those who follow the folder.
 * @throws PhasescopeError 'busy' when somebody has kept the folder for a quarter of a minute
 */
export async function whileAlone<T>(
  folder: string,
  mark: ProcessMark,
  work: (tell: (line: string) => void) => Promise<T>
): Promise<T> {
  const before = lines.get(folder) ?? Promise.resolve()
  const turn = before.catch(() => undefined).then(() => alone(folder, mark, work))
  const settled = turn.catch(() => undefined)
  lines.set(folder, settled)
  try {
    return await turn
  } finally {
    if (lines.get(folder) === settled) lines.delete(folder)
  }
}

export const locksFolder = '.locks'
export const changeName = 'change'

async function alone<T>(
  folder: string,
  mark: ProcessMark,
  work: (tell: (line: string) => void) => Promise<T>
): Promise<T> {
  const locks = join(folder, locksFolder)
  const said: string[] = []
  const claim = await takeInTime(locks, mark)
  try {
    return await work((line) => said.push(line))
  } finally {
    await claim?.release(said)
  }
}

/** Null where nothing can be written at all: what `work` wants to write will then be refused in its own words. */
async function takeInTime(locks: string, mark: ProcessMark): Promise<Claim | null> {
  const until = performance.now() + waitMs
  for (let wait = 4; ; wait = Math.min(100, wait * 1.5)) {
    try {
      await guard(locks)
      await mkdir(locks).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      const taken = await takeClaim(locks, changeName, mark)
      if ('claim' in taken) return taken.claim
      if (performance.now() > until) throw stuck(dirname(locks), taken.holder)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code && ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'read-only', 'not-found'].includes(code)) {
        return null
      }
      throw error
    }
    await pause(wait * (0.5 + Math.random()))
  }
}

function stuck(folder: string, { host, pid }: Holder): PhasescopeError {
  return new PhasescopeError(
    'busy',
    `${folder} could not be changed: process ${pid} on ${host || 'an unknown machine'} has kept it for ` +
      `${waitMs / 1000} s. End that process and try again.`
  )
}
