/**
 * Which engine trains a run: a claim in the run's folder, so that a second window, a second host or the command line does
 * not train it, too, and does not take it for interrupted. Whoever is replaced finds out by the claim's number.
 */
import { rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import {
  beatMs,
  claimName,
  holds,
  newestClaim,
  silentMs,
  takeClaim,
  type Claim,
  type Holder
} from '../../project/claims'
import { readJson } from '../../project/files'
import { beginOf, lives, type ProcessMark } from '../../project/processes'

/** Who is in training here, as version 0.1 wrote it. */
const oldName = '.owner'

export class RunClaims {
  private readonly held = new Map<string, Claim>()
  private timer: NodeJS.Timeout | null = null

  constructor(readonly mark: ProcessMark) {}

  /**
   * @param force also from a process that trains the run now; it stops as soon as it notices
   * @throws PhasescopeError 'busy' when somebody else has it
   */
  async claim(folder: string, name: string, force = false): Promise<void> {
    if (this.held.has(folder)) return
    const old = force ? null : await oldOwner(folder)
    if (old) throw busy(name, old)
    const taken = await takeClaim(folder, claimName, this.mark, { force })
    if ('holder' in taken) throw busy(name, taken.holder)
    if (force) await rm(join(folder, oldName), { force: true }).catch(() => undefined)
    this.held.set(folder, taken.claim)
    this.timer ??= setInterval(() => this.beat(), beatMs).unref()
  }

  has(folder: string): boolean {
    return this.held.has(folder)
  }

  /** Whether the run is still this engine's, or somebody has taken it over, or its folder is gone. */
  async state(folder: string): Promise<'mine' | 'taken' | 'gone'> {
    return (
      (await this.held
        .get(folder)
        ?.state()
        .catch(() => 'mine' as const)) ?? 'gone'
    )
  }

  /** The claim's number, which goes with everything that is written for the run. */
  numberOf(folder: string): number | null {
    return this.held.get(folder)?.number ?? null
  }

  async release(folder: string): Promise<void> {
    const claim = this.held.get(folder)
    if (!claim) return
    this.held.delete(folder)
    if (this.held.size === 0 && this.timer) {
      clearInterval(this.timer)
      this.timer = null
    }
    await claim.release()
  }

  /** Who else trains the run, or null. */
  async heldElsewhere(folder: string): Promise<Pick<Holder, 'host' | 'pid'> | null> {
    if (this.held.has(folder) && (await this.state(folder)) !== 'taken') return null
    const newest = await newestClaim(folder, claimName).catch(() => null)
    if (newest && newest.id !== this.mark.id && (await holds(folder, claimName, newest))) return newest
    return oldOwner(folder)
  }

  private beat(): void {
    for (const claim of this.held.values()) void claim.beat()
  }
}

function busy(name: string, { host, pid }: Pick<Holder, 'host' | 'pid'>): PhasescopeError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host || 'an unknown machine'}`
  return new PhasescopeError(
    'busy',
    `${name} is being trained by ${where}. Stop it there, or take it over: phasescope resume --force.`
  )
}

/** The claim of a process of version 0.1 that still trains the run. */
async function oldOwner(folder: string): Promise<{ host: string; pid: number } | null> {
  const path = join(folder, oldName)
  try {
    const { host, pid, begun } = (await readJson(path)) as { host?: unknown; pid?: unknown; begun?: unknown }
    if (typeof host !== 'string' || typeof pid !== 'number') return null
    if (host === hostname()) {
      const same = typeof begun !== 'string' || (beginOf(pid) ?? begun) === begun
      return pid !== process.pid && lives(pid) && same ? { host, pid } : null
    }
    const [owner, run] = await Promise.all([stat(path), stat(join(folder, 'run.json'))])
    // Both by the file server's clock: the manifest of a run in training is never much older than what is written beside it.
    return Date.now() - Math.max(owner.mtimeMs, run.mtimeMs) < silentMs ? { host, pid } : null
  } catch {
    return null
  }
}
