/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), slicing by 16, and TensorFlow's masked form of it. */

const tables: Int32Array[] = (() => {
  const first = new Int32Array(256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    first[n] = c
  }
  const all = [first]
  for (let t = 1; t < 16; t++) all.push(all[t - 1].map((previous) => first[previous & 0xff] ^ (previous >>> 8)))
  return all
})()
const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = tables

/** @param view over the same bytes, for callers that have one */
export function crc32c(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
): number {
  let c = -1
  let i = start
  // Whole words from a DataView: half the time of sixteen single bytes.
  for (; i + 16 <= end; i += 16) {
    const w0 = view.getInt32(i, true) ^ c
    const w1 = view.getInt32(i + 4, true)
    const w2 = view.getInt32(i + 8, true)
    const w3 = view.getInt32(i + 12, true)
    c =
      t15[w0 & 0xff] ^
      t14[(w0 >>> 8) & 0xff] ^
      t13[(w0 >>> 16) & 0xff] ^
      t12[w0 >>> 24] ^
      t11[w1 & 0xff] ^
      t10[(w1 >>> 8) & 0xff] ^
      t9[(w1 >>> 16) & 0xff] ^
      t8[w1 >>> 24] ^
      t7[w2 & 0xff] ^
      t6[(w2 >>> 8) & 0xff] ^
      t5[(w2 >>> 16) & 0xff] ^
      t4[w2 >>> 24] ^
      t3[w3 & 0xff] ^
      t2[(w3 >>> 8) & 0xff] ^
      t1[(w3 >>> 16) & 0xff] ^
      t0[w3 >>> 24]
  }
  for (; i < end; i++) c = t0[(c ^ bytes[i]) & 0xff] ^ (c >>> 8)
  return ~c >>> 0
}

/** masked = rotate right by 15, plus 0xA282EAD8 (so that checksums of data that holds checksums stay good). */
export function maskedCrc32c(bytes: Uint8Array, start = 0, end = bytes.length, view?: DataView): number {
  const crc = crc32c(bytes, start, end, view)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
