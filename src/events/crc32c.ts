/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), slicing by 8, and TensorFlow's masked form of it. */

const tables: Uint32Array[] = (() => {
  const first = new Uint32Array(256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    first[n] = c >>> 0
  }
  const all = [first]
  for (let t = 1; t < 8; t++) {
    const previous = all[t - 1]
    const table = new Uint32Array(256)
    for (let n = 0; n < 256; n++) table[n] = (first[previous[n] & 0xff] ^ (previous[n] >>> 8)) >>> 0
    all.push(table)
  }
  return all
})()
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables

export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let c = 0xffffffff
  let i = start
  for (; i + 8 <= end; i += 8) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    c =
      t7[c & 0xff] ^
      t6[(c >>> 8) & 0xff] ^
      t5[(c >>> 16) & 0xff] ^
      t4[c >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]]
  }
  for (; i < end; i++) c = t0[(c ^ bytes[i]) & 0xff] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

/** masked = rotate right by 15, plus 0xA282EAD8 (so that checksums of data that holds checksums stay good). */
export function maskedCrc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const crc = crc32c(bytes, start, end)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
