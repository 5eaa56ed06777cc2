/**
 * CIFAR-10 and CIFAR-100 in the original binary format: records of one label byte (CIFAR-100: coarse, then fine) and 3,072
 * pixels, the red, the green and the blue plane of 32 x 32. https://www.cs.toronto.edu/~kriz/cifar.html
 */
import { FormatError } from './format-error'

export const cifarShape = [32, 32, 3]
const PLANE = 32 * 32

export interface CifarExamples {
  /** [count, 32, 32, 3], channels last. */
  pixels: Uint8Array
  /** Of CIFAR-100 the fine ones. */
  labels: Uint8Array
  count: number
}

/** @param classes 10 or 100. @throws FormatError */
export function readCifar(bytes: Uint8Array, name: string, classes: 10 | 100): CifarExamples {
  const labelBytes = classes === 10 ? 1 : 2
  const record = labelBytes + 3 * PLANE
  if (bytes.length === 0 || bytes.length % record !== 0) {
    const text = `has ${bytes.length} bytes, which is no multiple of ${record}: it is cut off or no CIFAR-${classes} file.`
    throw new FormatError(name, null, `${text} Unpack the archive again.`)
  }
  const count = bytes.length / record
  const pixels = new Uint8Array(count * 3 * PLANE)
  const labels = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const label = bytes[i * record + labelBytes - 1]
    if (label >= classes) {
      const text = `its label is ${label}, and CIFAR-${classes} has 0 to ${classes - 1}. Use the "binary version" of the data.`
      throw new FormatError(name, `record ${i}`, text)
    }
    labels[i] = label
    const source = i * record + labelBytes
    const target = i * 3 * PLANE
    for (let p = 0; p < PLANE; p++) {
      pixels[target + p * 3] = bytes[source + p]
      pixels[target + p * 3 + 1] = bytes[source + PLANE + p]
      pixels[target + p * 3 + 2] = bytes[source + 2 * PLANE + p]
    }
  }
  return { pixels, labels, count }
}

/** Lines of batches.meta.txt or fine_label_names.txt. */
export function cifarNames(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
