/** Tensors with exactly one real number, which is how v2 writes scalars: by far the most common tensors in a log. */
import { ProtoError } from './protobuf'
import { decodeTensor, singleNumber } from './tensor'

/** DT_FLOAT, an empty shape, one packed float_val: what TensorFlow 2 and TensorBoard's own writer put before it. */
const usual = [0x08, 0x01, 0x12, 0x00, 0x2a, 0x04]

export class ScalarTensor {
  value = 0

  /** Whether bytes[start, end) are such a tensor; `value` is its number then. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (end - start === 10) {
      let i = 0
      while (i < 6 && bytes[start + i] === usual[i]) i += 1
      if (i === 6) {
        this.value = view.getFloat32(start + 6, true)
        return true
      }
    }
    // Larger than any way to write one number with a few dimensions of size 1.
    if (end - start > 512) return false
    try {
      const number = singleNumber(decodeTensor(bytes, start, end))
      if (number === null) return false
      this.value = number
      return true
    } catch (error) {
      if (error instanceof ProtoError) return false
      throw error
    }
  }
}
