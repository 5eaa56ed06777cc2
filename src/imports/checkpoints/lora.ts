/** Low-rank adapters (LoRA): of two matrices A [rank, inputs] and B [outputs, rank], the change of the weight is B·A. */
import type { CheckpointParameter } from './modules'

const factor = /^(|.*_)lora_(?:embedding_)?([AB])$/
/** Values of a product that is made: half a gigabyte in single precision, and once more to find the median. */
const mostValues = 2 ** 27

/**
 * Adds the products, each behind its second matrix, as modules of their own: `q_proj.lora` of `q_proj.lora_A` and `q_proj.lora_B`,
 * `q_proj.lora.default` of `q_proj.lora_A.default` and `q_proj.lora_B.default`.
 */
export function withProducts(parameters: readonly CheckpointParameter[]): CheckpointParameter[] {
  const taken = new Set(parameters.map(({ module }) => module))
  const waiting = new Map<string, { parameter: CheckpointParameter; side: string }>()
  return parameters.flatMap((parameter) => {
    const place = parameter.role === 'weight' && parameter.shape.length === 2 ? placeOf(parameter.module) : null
    if (!place || taken.has(place.product)) return [parameter]
    const other = waiting.get(place.product)
    if (!other || other.side === place.side) {
      waiting.set(place.product, { parameter, side: place.side })
      return [parameter]
    }
    const [a, b] = place.side === 'A' ? [parameter, other.parameter] : [other.parameter, parameter]
    const [rank, inputs] = a.shape
    const [outputs, inner] = b.shape
    if (inner !== rank || outputs * inputs > mostValues) return [parameter]
    const product: CheckpointParameter = {
      name: place.product,
      shape: [outputs, inputs],
      module: place.product,
      role: 'weight',
      normalisation: false,
      outputsFirst: true,
      factors: [b.name, a.name]
    }
    return [parameter, product]
  })
}

/** Modules without the factors whose product is among them. */
export function withoutFactors(paths: readonly string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => {
    const place = placeOf(path)
    return place === null || !all.has(place.product)
  })
}

/** What a module is a factor of: its last part says so, or the one before the name of an adapter. */
function placeOf(module: string): { product: string; side: string } | null {
  const parts = module.split('.')
  for (const at of [parts.length - 1, parts.length - 2]) {
    const match = factor.exec(parts[at] ?? '')
    if (match) return { product: parts.with(at, `${match[1]}lora`).join('.'), side: match[2] }
  }
  return null
}
