/** Arrays of numbers as files hold them, before anybody knows what they mean. */

export type NumericValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

export interface NumericArray {
  /** Name inside of its file, or the file's own. */
  name: string
  shape: number[]
  /** As the file says it: `uint8`, `int64`, `float32`. Where values have no array type of their own they became wider. */
  dtype: string
  /** Row-major. */
  values: NumericValues
}

/** An array of texts, such as the names of classes. */
export interface WordArray {
  name: string
  shape: number[]
  /** Row-major. */
  words: string[]
}

/** `[60000, 28, 28]` */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
