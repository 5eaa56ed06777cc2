/**
 * Messages with large arrays, in pieces: between a training worker and the window with the GPU every message passes through
 * the main process, which must not stand still while it copies a data set. Pure: used on both ends.
 */

/** Arrays up to this size stay in their message. */
const inlineBytes = 64 * 1024
const pieceBytes = 1024 * 1024

const kinds = { Float32Array, Float64Array, Int32Array, Uint8Array } as const
type KindName = keyof typeof kinds
type LargeArray = InstanceType<(typeof kinds)[KindName]>

/** A part of an array that belongs to the message after it, or the message itself. */
export type Piece =
  { array: number; kind: KindName; length: number; offset: number; bytes: Uint8Array } | { message: unknown }

/** Stands where an array was taken out. */
class Hole {
  static of(array: number): object {
    return { phasescopeArray: array }
  }

  static in(value: object): number | null {
    const index = (value as { phasescopeArray?: unknown }).phasescopeArray
    return typeof index === 'number' ? index : null
  }
}

/** Posts a message of plain objects and arrays of numbers; large arrays go ahead of it in parts. */
export function postInPieces(message: unknown, post: (piece: Piece) => void): void {
  const arrays: LargeArray[] = []
  const rest = replaced(message, (value) => {
    if (!isLarge(value)) return null
    arrays.push(value)
    return Hole.of(arrays.length - 1)
  })
  arrays.forEach((array, index) => {
    const kind = kindOf(array)
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
      const part = bytes.slice(offset, offset + pieceBytes)
      post({ array: index, kind, length: array.length, offset, bytes: part })
    }
  })
  post({ message: rest })
}

/** The other end: gives back whole messages. */
export class PieceReader {
  private arrays: LargeArray[] = []

  /** The message that this piece completes, else undefined. */
  accept(piece: Piece): unknown {
    if (!('message' in piece)) {
      const { array, kind, length, offset, bytes } = piece
      this.arrays[array] ??= new kinds[kind](length)
      const whole = this.arrays[array]
      new Uint8Array(whole.buffer).set(bytes, offset)
      return undefined
    }
    const { arrays } = this
    this.arrays = []
    return replaced(piece.message, (value) => {
      const index = Hole.in(value)
      return index === null ? null : arrays[index]
    })
  }
}

function isLarge(value: object): value is LargeArray {
  return ArrayBuffer.isView(value) && value.byteLength > inlineBytes && kindOf(value as LargeArray) in kinds
}

function kindOf(array: LargeArray): KindName {
  return array.constructor.name as KindName
}

/** A copy of a message in which `swap` has replaced what it gave something for. */
function replaced(value: unknown, swap: (value: object) => object | null): unknown {
  if (typeof value !== 'object' || value === null) return value
  const other = swap(value)
  if (other) return other
  if (Array.isArray(value)) return value.map((item) => replaced(item, swap))
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, swap)]))
}
