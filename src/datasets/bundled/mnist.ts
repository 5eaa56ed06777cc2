/** Handwritten digits from a pair of IDX files. */
import { readIdx } from '../../formats/idx'
import type { Rng } from '../../numeric/rng'
import type { Dataset, Split } from '../../domain/dataset'

/**
 * @param images bytes of an IDX file [N, 28, 28], unpacked
 * @param labels bytes of an IDX file [N], unpacked
 * Draws `train` + `validation` different images by `rng`; pixels become 0..1, inputs are [n, 28, 28, 1].
 */
export function mnistDataset(
  images: Uint8Array,
  labels: Uint8Array,
  sizes: { train: number; validation: number },
  rng: Rng
): Dataset {
  const pictures = readIdx(images, 'The MNIST image file')
  const digits = readIdx(labels, 'The MNIST label file')
  const [count, height, width] = pictures.shape
  if (pictures.shape.length !== 3 || height !== 28 || width !== 28) {
    throw new Error(`The MNIST image file is [${pictures.shape.join(', ')}], not [N, 28, 28].`)
  }
  if (digits.shape.length !== 1 || digits.shape[0] !== count) {
    throw new Error(`There are ${count} images, but labels of shape [${digits.shape.join(', ')}].`)
  }
  const wrong = digits.data.findIndex((digit) => digit > 9)
  if (wrong >= 0) throw new Error(`Label ${wrong} is ${digits.data[wrong]}; digits are 0 to 9.`)
  const wanted = sizes.train + sizes.validation
  if (wanted > count) throw new Error(`${wanted} images were asked for, but there are ${count}.`)
  const order = rng.shuffle(Uint32Array.from({ length: count }, (_, i) => i))
  const split = (from: number, to: number): Split => {
    const pixels = height * width
    const inputs = new Float32Array((to - from) * pixels)
    const chosen = new Int32Array(to - from)
    for (let i = from; i < to; i++) {
      const source = order[i] * pixels
      const target = (i - from) * pixels
      for (let j = 0; j < pixels; j++) inputs[target + j] = pictures.data[source + j] / 255
      chosen[i - from] = digits.data[order[i]]
    }
    return { inputs, labels: chosen, count: to - from }
  }
  return { inputShape: [28, 28, 1], classes: 10, train: split(0, sizes.train), validation: split(sizes.train, wanted) }
}
