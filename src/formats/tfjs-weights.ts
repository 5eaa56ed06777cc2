/**
 * Weights of TensorFlow.js models: `model.json` with a `weightsManifest` - groups of weights, each the concatenation of its
 * shard files. Quantized weights are `stored value * scale + min`.
 * https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts (WeightsManifestConfig)
 */
import { type ByteSource } from './byte-source'
import { FormatError, someNames } from './format-error'
import { bytesPerValue, countOf, decodeValues, type StoredTensor } from './tensor-values'

interface Quantization {
  dtype: string
  scale?: number
  min?: number
}

/** @param shard opens a file beside `model.json`; null when it is not there. @throws FormatError */
export function tfjsTensors(model: ByteSource, shard: (path: string) => ByteSource | null): StoredTensor[] {
  const remedy = 'Save the model with model.save(...) of TensorFlow.js, and keep its files together.'
  const manifest = manifestOf(model, remedy)
  const tensors: StoredTensor[] = []
  for (const group of manifest) {
    const { paths, weights } = group as { paths?: unknown; weights?: unknown }
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string') || !Array.isArray(weights)) {
      throw new FormatError(model.name, 'weightsManifest', `a group has no paths and weights. ${remedy}`)
    }
    const shards = (paths as string[]).map((path) => {
      // A checkpoint names files of its own folder and no others.
      const found = /(^|[\\/])\.\.([\\/]|$)|^[\\/]|:/.test(path) ? null : shard(path)
      if (found) return found
      throw new FormatError(model.name, null, `needs the file "${path}", which is not beside it. ${remedy}`)
    })
    const total = shards.reduce((sum, { size }) => sum + size, 0)
    let at = 0
    for (const weight of weights) {
      const { name, shape, dtype, quantization } = weightOf(weight, model.name, remedy)
      const width = bytesPerValue(quantization?.dtype ?? dtype)
      if (width === null) {
        throw new FormatError(
          model.name,
          name,
          `values of type ${quantization?.dtype ?? dtype} are not read. Save numbers, such as float32.`
        )
      }
      const begin = at
      const length = countOf(shape, model.name, name) * width
      at += length
      if (at > total) {
        const files = someNames(paths as string[], 3)
        throw new FormatError(model.name, name, `it ends at byte ${at} of ${files}, which have ${total}. ${remedy}`)
      }
      tensors.push({
        name,
        shape,
        dtype,
        read: () => {
          const bytes = readAcross(shards, begin, length)
          const values = decodeValues(bytes, quantization?.dtype ?? dtype, model.name)
          const { scale, min } = quantization ?? {}
          if (scale !== undefined) for (let i = 0; i < values.length; i++) values[i] = values[i] * scale + (min ?? 0)
          return Promise.resolve(values)
        }
      })
    }
  }
  if (tensors.length === 0) throw new FormatError(model.name, null, `names no weights. ${remedy}`)
  return tensors
}

function manifestOf(model: ByteSource, remedy: string): unknown[] {
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(model.read(0, model.size)))
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError(model.name, null, `is not valid JSON. ${remedy}`)
  }
  const manifest = (content as { weightsManifest?: unknown } | null)?.weightsManifest
  if (!Array.isArray(manifest)) throw new FormatError(model.name, null, `has no "weightsManifest". ${remedy}`)
  return manifest
}

function weightOf(
  value: unknown,
  file: string,
  remedy: string
): { name: string; shape: number[]; dtype: string; quantization?: Quantization } {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<string, unknown>
  const sizes = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  if (typeof name !== 'string' || typeof dtype !== 'string' || !sizes) {
    throw new FormatError(file, 'weightsManifest', `a weight has no name, type or shape. ${remedy}`)
  }
  return { name, shape: shape as number[], dtype, quantization: quantization as Quantization | undefined }
}

/** `length` bytes from `begin` on of the files one after the other. */
function readAcross(shards: readonly ByteSource[], begin: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let start = 0
  for (const shard of shards) {
    const from = Math.max(begin, start)
    const to = Math.min(begin + length, start + shard.size)
    if (to > from) bytes.set(shard.read(from - start, to - from), from - begin)
    start += shard.size
  }
  return bytes
}
