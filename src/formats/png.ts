/** PNG files of 8-bit pictures. */
import { encode } from 'fast-png'
import type { Pixels } from '../domain/arrays'

/** What an event file needs to know of the picture, and the file. */
export interface PngImage {
  width: number
  height: number
  channels: Pixels['channels']
  bytes: Uint8Array
}

/** The same pixels give the same bytes. */
export function encodePng({ width, height, channels, data }: Pixels): PngImage {
  return { width, height, channels, bytes: encode({ width, height, channels, data, depth: 8 }) }
}
