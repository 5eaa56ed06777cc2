/** WAV files: RIFF with 16-bit PCM, which every browser plays. */

/**
 * @param channels samples in -1..1, each channel equally long; 1 is 32767, what lies beyond is clipped, NaN is silence
 * @param sampleRate samples per second
 */
export function encodeWav(channels: readonly Float32Array[], sampleRate: number): Uint8Array {
  const frames = channels[0]?.length ?? 0
  if (channels.length === 0 || channels.some(({ length }) => length !== frames)) {
    throw new Error('A sound needs at least one channel, and all channels equally long.')
  }
  const frameBytes = channels.length * 2
  const dataBytes = frames * frameBytes
  const bytes = new Uint8Array(44 + dataBytes)
  const view = new DataView(bytes.buffer)
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i)
  }
  text(0, 'RIFF')
  view.setUint32(4, 36 + dataBytes, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels.length, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * frameBytes, true)
  view.setUint16(32, frameBytes, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, dataBytes, true)
  for (let frame = 0; frame < frames; frame++) {
    channels.forEach((samples, channel) => {
      const sample = Math.max(-1, Math.min(1, samples[frame])) || 0
      view.setInt16(44 + frame * frameBytes + channel * 2, Math.round(sample * 32767), true)
    })
  }
  return bytes
}
