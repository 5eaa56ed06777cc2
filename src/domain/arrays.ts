/** Arrays with what has to be known about them, on their way between formats, networks and files. */

export interface NamedArray {
  name: string
  shape: number[]
  data: Float32Array
}

/** A picture of 8-bit values, row-major [height, width, channels]; one channel is gray, three are red, green and blue. */
export interface Pixels {
  width: number
  height: number
  channels: 1 | 3
  data: Uint8Array
}
