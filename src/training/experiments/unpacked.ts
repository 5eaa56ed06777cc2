/** The web's own decompression, which browsers and Node share. Bytes without the gzip mark are passed through. */
export async function unpacked(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
  } catch (error) {
    throw new Error(`The data file ${name} is damaged: it cannot be unpacked.`, { cause: error })
  }
}
