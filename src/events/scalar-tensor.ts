/** Tensors with exactly one real number, which is how v2 writes scalars: by far the most common tensors in a log. */
import { ProtoError } from './protobuf'
import { decodeTensor, singleNumber } from './tensor'

/** DT_FLOAT, an empty shape, one packed float_val: what TensorFlow 2 and TensorBoard's own writer put before it. */
const float = [0x08, 0x01, 0x12, 0x00, 0x2a, 0x04]
/** DT_DOUBLE, an empty shape, one packed double_val: what we write for imported runs. */
const double = [0x08, 0x02, 0x12, 0x00, 0x32, 0x08]

export class ScalarTensor {
  value = 0

  /** Whether bytes[start, end) are such a tensor; `value` is its number then. */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (end - start === 10 && begins(bytes, start, float)) {
      this.value = view.getFloat32(start + 6, true)
      return true
    }
    if (end - start === 14 && begins(bytes, start, double)) {
      this.value = view.getFloat64(start + 6, true)
      return true
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

function begins(bytes: Uint8Array, start: number, head: readonly number[]): boolean {
  for (let i = 0; i < head.length; i++) if (bytes[start + i] !== head[i]) return false
  return true
}
