/**
 * Who may use the browser host. Three things are asked of every request: the name it was sent to (against DNS
 * rebinding), the page it comes from, and, for more than the built pages, a secret: the token that is in the address the
 * host prints, or the cookie that a page has got for it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** A secret of fewer characters could be guessed in time. */
export const shortestToken = 20
/** More pages than anybody opens; the one that was not used for longest has to sign in again. */
const mostSessions = 64
const sessionIdleMs = 24 * 60 * 60_000

export interface AccessOptions {
  token: string
  port: number
  /** Names besides those of loopback by which the host may be addressed, in lower case. */
  names: string[]
  secure: boolean
}

export class Access {
  readonly cookieName: string
  private readonly sessions = new Map<string, { usedMs: number; ended: Set<() => void> }>()

  constructor(
    private readonly options: AccessOptions,
    private readonly now: () => number = Date.now
  ) {
    // Cookies do not separate ports, so the name does.
    this.cookieName = `phasescope-${options.port}`
  }

  /** Against DNS rebinding: a page of another name that resolves to this machine sends that other name here. */
  isOurName(request: IncomingMessage): boolean {
    // Two Host headers are two opinions; the parser would keep the first.
    if (request.rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'host').length !== 1) return false
    const host = request.headers.host ?? ''
    if (/^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/.test(host)) return true
    return this.options.names.includes(host.replace(/:\d{1,5}$/, '').toLowerCase())
  }

  /** Whether it comes from a page of ours, or from no page at all. */
  isOurOrigin(request: IncomingMessage): boolean {
    const { origin, host } = request.headers
    if (origin !== undefined) return origin === `${this.options.secure ? 'https' : 'http'}://${host}`
    // Without it, what the browser itself says about the sender; a page cannot set it, and programs do not.
    const site = request.headers['sec-fetch-site']
    return site === undefined || site === 'same-origin' || site === 'none'
  }

  /** 'none': it shows no secret at all. */
  mayEnter(request: IncomingMessage): 'yes' | 'no' | 'none' {
    const bearer = this.bears(request)
    if (bearer !== 'none') return bearer
    const cookie = this.cookieOf(request)
    if (cookie === null) return 'none'
    return this.sessionOf(cookie) ? 'yes' : 'no'
  }

  /** The same for the token alone, which is what a session is given for. */
  bears(request: IncomingMessage): 'yes' | 'no' | 'none' {
    const { authorization } = request.headers
    if (authorization === undefined) return 'none'
    const given = /^Bearer (.+)$/i.exec(authorization)?.[1]
    return given !== undefined && sameSecret(given, this.options.token) ? 'yes' : 'no'
  }

  /** A new session, as the cookie that stands for it. */
  begin(): string {
    const id = randomBytes(24).toString('base64url')
    this.sessions.set(id, { usedMs: this.now(), ended: new Set() })
    for (const oldest of this.sessions.keys()) {
      if (this.sessions.size <= mostSessions) break
      this.endSession(oldest)
    }
    return `${this.cookieName}=${id}; ${this.attributes()}`
  }

  /** Ends the session of a request and all that is open in it. Returns the cookie that takes the old one away. */
  end(request: IncomingMessage): string {
    const cookie = this.cookieOf(request)
    if (cookie !== null) this.endSession(cookie)
    return `${this.cookieName}=; Max-Age=0; ${this.attributes()}`
  }

  /**
   * Keeps the session of a request in use while something is open in it.
   * @param ended called when the session ends first
   * @returns to be called when what was open is closed
   */
  hold(request: IncomingMessage, ended: () => void): () => void {
    const cookie = this.bears(request) === 'none' ? this.cookieOf(request) : null
    const session = cookie === null ? undefined : this.sessionOf(cookie)
    if (!session) return () => undefined
    session.ended.add(ended)
    return () => {
      session.ended.delete(ended)
      session.usedMs = this.now()
    }
  }

  private endSession(id: string): void {
    const session = this.sessions.get(id)
    this.sessions.delete(id)
    for (const ended of session?.ended ?? []) ended()
  }

  private sessionOf(id: string): { usedMs: number; ended: Set<() => void> } | undefined {
    const session = this.sessions.get(id)
    if (!session) return undefined
    if (session.ended.size === 0 && this.now() - session.usedMs > sessionIdleMs) {
      this.endSession(id)
      return undefined
    }
    session.usedMs = this.now()
    // The order of the map is that of the last use.
    this.sessions.delete(id)
    this.sessions.set(id, session)
    return session
  }

  private cookieOf(request: IncomingMessage): string | null {
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const at = pair.indexOf('=')
      if (at > 0 && pair.slice(0, at).trim() === this.cookieName) return pair.slice(at + 1).trim()
    }
    return null
  }

  private attributes(): string {
    return `Path=/; HttpOnly; SameSite=Strict${this.options.secure ? '; Secure' : ''}`
  }
}

/** Of digests, which are of one length, so that the time tells nothing, not even how long the secret is. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
