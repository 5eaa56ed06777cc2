/** PR curves of the plugin `pr_curves`: counts at evenly spaced thresholds. */
import { ProtoError } from './protobuf'
import { allValues, decodeTensor } from './tensor'

/** [n] each, thresholds i / (n - 1). */
export interface PrPoints {
  thresholds: Float64Array
  truePositives: Float64Array
  falsePositives: Float64Array
  trueNegatives: Float64Array
  falseNegatives: Float64Array
  precision: Float64Array
  recall: Float64Array
}

/** @throws ProtoError when it is no tensor [6, n] */
export function prPointsOf(bytes: Uint8Array): PrPoints {
  const tensor = decodeTensor(bytes)
  const [rows, n] = tensor.shape
  if (tensor.shape.length !== 2 || rows !== 6) {
    throw new ProtoError(`a PR curve is a tensor [6, n], not [${tensor.shape.join(', ')}]`)
  }
  const values = allValues(tensor)
  const row = (r: number): Float64Array => values.slice(r * n, (r + 1) * n)
  return {
    thresholds: Float64Array.from({ length: n }, (_, i) => (n > 1 ? i / (n - 1) : 0)),
    truePositives: row(0),
    falsePositives: row(1),
    trueNegatives: row(2),
    falseNegatives: row(3),
    precision: row(4),
    recall: row(5)
  }
}
