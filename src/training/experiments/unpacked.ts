import { gunzip, isGzip } from '../../formats/inflate'

/** A bundled file. Bytes without the gzip mark are passed through. */
export async function unpacked(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  return isGzip(bytes) ? gunzip(bytes, `The data file ${name}`) : bytes
}
