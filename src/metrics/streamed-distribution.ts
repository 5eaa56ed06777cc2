/**
 * Mean, variance and median of values that never are in memory together: the same numbers as `distribution` gives, from
 * several passes over the same parts. The median is found digit by digit: each pass counts the next 16 bits of the values
 * that agree with the median in all bits before (radix selection), so single precision takes two passes, double four.
 */
import type { Distribution } from './weight-metrics'

const digits = 65_536

export class StreamedDistribution {
  /** How often all parts have to be added. */
  readonly passes: number
  private pass = 0
  private count = 0
  private sum = 0
  private squares = 0
  private mean = 0
  private readonly counts = new Float64Array(digits)
  /** Upper bits of the median's key, as far as they are known. */
  private readonly prefix: number[] = []
  /** Rank of the median among the values with this prefix. */
  private rank = 0
  private readonly float: Float32Array | Float64Array
  private readonly words: Uint32Array
  private readonly key = [0, 0, 0, 0]

  /** @param double whether any part is of double precision */
  constructor(private readonly double: boolean) {
    this.passes = double ? 4 : 2
    this.float = double ? new Float64Array(1) : new Float32Array(1)
    this.words = new Uint32Array(this.float.buffer)
  }

  /** One part of the values; parts come in the same order in every pass. */
  add(values: Float32Array | Float64Array): void {
    if (this.pass === 0) {
      this.count += values.length
      for (let i = 0; i < values.length; i++) this.sum += values[i]
    } else if (this.pass === 1) {
      for (let i = 0; i < values.length; i++) this.squares += (values[i] - this.mean) ** 2
    }
    const { counts, prefix, key, pass } = this
    for (let i = 0; i < values.length; i++) {
      this.keyOf(values[i])
      let same = true
      for (let d = 0; d < pass; d++) same &&= key[d] === prefix[d]
      if (same) counts[key[pass]] += 1
    }
  }

  /** Ends a pass over all parts. */
  endPass(): void {
    if (this.pass === 0) {
      this.mean = this.sum / this.count
      this.rank = Math.ceil(this.count / 2) - 1
    }
    let digit = 0
    while (digit < digits - 1 && this.counts[digit] <= this.rank) this.rank -= this.counts[digit++]
    this.prefix.push(digit)
    this.counts.fill(0)
    this.pass += 1
  }

  /** After the last pass. NaN throughout when there is no value or any is not finite. */
  result(): Distribution {
    if (this.pass < this.passes) throw new Error(`${this.passes} passes are needed; ${this.pass} have been made.`)
    if (!Number.isFinite(this.mean)) return { mean: NaN, median: NaN, var: NaN }
    return { mean: this.mean, median: this.median(), var: this.squares / this.count }
  }

  /** Digits of a number that is greater for a greater value: the sign turned, and of negative values all bits. */
  private keyOf(value: number): void {
    this.float[0] = value
    const { words, key } = this
    const high = this.double ? words[1] : words[0]
    const flip = high >>> 31 === 1 ? 0xffffffff : 0x80000000
    const upper = (high ^ flip) >>> 0
    key[0] = upper >>> 16
    key[1] = upper & 0xffff
    if (!this.double) return
    const lower = (flip === 0xffffffff ? ~words[0] : words[0]) >>> 0
    key[2] = lower >>> 16
    key[3] = lower & 0xffff
  }

  private median(): number {
    const [a, b, c = 0, d = 0] = this.prefix
    const upper = ((a << 16) | b) >>> 0
    const negative = upper >>> 31 === 0
    const high = (upper ^ (negative ? 0xffffffff : 0x80000000)) >>> 0
    if (this.double) {
      const lower = ((c << 16) | d) >>> 0
      this.words[1] = high
      this.words[0] = negative ? ~lower : lower
    } else this.words[0] = high
    return this.float[0]
  }
}
