/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018), seeded through splitmix32.
 * All randomness in the core enters through an explicit Rng, so a run can be repeated bit for bit and its
 * generator saved in a checkpoint.
 */
export class Rng {
  private s0 = 0
  private s1 = 0
  private s2 = 0
  private s3 = 0
  /** Second deviate of the last polar-method pair, or NaN when none is held. */
  private spare = Number.NaN

  /** @param seed any safe integer; its low and high 32 bits both count. */
  constructor(seed: number) {
    let x = ((seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9)) >>> 0
    const next = (): number => {
      x = (x + 0x9e3779b9) >>> 0
      return mix(x)
    }
    this.s0 = next()
    this.s1 = next()
    this.s2 = next()
    this.s3 = next()
  }

  /**
   * An independent generator for a named purpose, so that adding a consumer never shifts the others' numbers. Seed and
   * purpose are mixed in each of the four words by splitmix's nonlinear finaliser: the generator itself is linear over
   * bits, so a purpose that only differed from another in some bits of the state would stay correlated with it.
   */
  static forPurpose(seed: number, purpose: string): Rng {
    const rng = new Rng(seed)
    const h = hash(purpose)
    rng.s0 = mix(rng.s0 ^ mix(h + 0x9e3779b9))
    rng.s1 = mix(rng.s1 ^ mix(h + 0x3c6ef372))
    rng.s2 = mix(rng.s2 ^ mix(h + 0xdaa66d2b))
    rng.s3 = mix(rng.s3 ^ mix(h + 0x78dde6e4))
    return rng
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    const result = Math.imul(rotl(Math.imul(this.s1, 5), 7), 9) >>> 0
    const t = this.s1 << 9
    this.s2 ^= this.s0
    this.s3 ^= this.s1
    this.s1 ^= this.s2
    this.s0 ^= this.s3
    this.s2 ^= t
    this.s3 = rotl(this.s3, 11)
    return result
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992
  }

  /** Uniform integer in [0, n), without modulo bias. */
  integer(n: number): number {
    const limit = Math.floor(4294967296 / n) * n
    let x = this.uint32()
    while (x >= limit) x = this.uint32()
    return x % n
  }

  /** Standard normal deviate (Marsaglia polar method). */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const z = this.spare
      this.spare = Number.NaN
      return z
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const s = u * u + v * v
      if (s > 0 && s < 1) {
        const f = Math.sqrt((-2 * Math.log(s)) / s)
        this.spare = v * f
        return u * f
      }
    }
  }

  /** Fisher-Yates shuffle in place. */
  shuffle<T extends { length: number; [i: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = items[i]
      items[i] = items[j]
      items[j] = held
    }
    return items
  }

  /** Plain JSON state; `restore` continues exactly here. */
  state(): number[] {
    return [
      this.s0 >>> 0,
      this.s1 >>> 0,
      this.s2 >>> 0,
      this.s3 >>> 0,
      Number.isNaN(this.spare) ? 0 : 1,
      Number.isNaN(this.spare) ? 0 : this.spare
    ]
  }

  restore(state: readonly number[]): void {
    ;[this.s0, this.s1, this.s2, this.s3] = [state[0] | 0, state[1] | 0, state[2] | 0, state[3] | 0]
    this.spare = state[4] === 1 ? state[5] : Number.NaN
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** The finaliser of splitmix32: every bit of the result depends on every bit of the word. */
function mix(word: number): number {
  let z = word >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** FNV-1a of a text, 32 bits. */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
