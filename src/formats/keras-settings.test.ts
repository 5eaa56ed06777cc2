/** Every setting that Keras writes for a layer is read, refused, told of, or known to change nothing. */
import { describe, expect, it } from 'vitest'
import { goldenJson } from '../testing/golden'
import { isHarmless } from './keras-layers'
import { networkFromKeras } from './keras-model'

type Json = Record<string, unknown>
interface Case {
  name: string
  model: Json
}

const files = ['keras-layers', 'keras-graphs', 'keras-architectures']
const cases = files.flatMap((file) => goldenJson<{ cases: Case[] }>(`networks/${file}.json`).cases)

/** All layers in a model, also those in layers and in models. */
function layersIn(value: unknown): { class_name: string; config: Json }[] {
  if (Array.isArray(value)) return value.flatMap((one) => layersIn(one))
  if (typeof value !== 'object' || value === null) return []
  const { class_name: className, config, module } = value as Json
  const own = typeof className === 'string' && typeof config === 'object' && config !== null
  const isLayer = own && (module === 'keras.layers' || String(module).startsWith('keras.src.ops'))
  const inside = Object.values(value).flatMap((one) => layersIn(one))
  return isLayer && className !== 'InputLayer' ? [value as { class_name: string; config: Json }, ...inside] : inside
}

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value + 1 : value / 2 + 0.03
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string' || value === null) return 'something_else'
  if (Array.isArray(value)) return value.length > 0 ? [other(value[0]), ...(value.slice(1) as unknown[])] : [1]
  return { ...(value as Json), class_name: 'SomethingElse' }
}

/** What is made of a model, or what it is refused with. */
function answer(model: Json): string {
  try {
    return JSON.stringify(networkFromKeras(model, 'm.json'))
  } catch (error) {
    return (error as Error).message
  }
}

describe('settings of layers of Keras', () => {
  /** Those that have a meaning only beside others, which are refused. */
  const idle = new Set(['Resizing.fill_mode', 'Resizing.fill_value'])
  const tried = new Map<string, string>()
  for (const { model } of cases) {
    const before = answer(model)
    const count = layersIn(model).length
    for (let at = 0; at < count; at++) {
      for (const key of Object.keys(layersIn(model)[at].config)) {
        const changed = structuredClone(model)
        const layer = layersIn(changed)[at]
        const id = `${layer.class_name}.${key}`
        if (isHarmless(key) || tried.get(id) === 'seen') continue
        layer.config[key] = other(layer.config[key])
        tried.set(id, answer(changed) === before ? 'not seen' : 'seen')
      }
    }
  }

  it('are tried for every class that is read', () => {
    const classes = new Set([...tried.keys()].map((id) => id.split('.')[0]))
    expect(classes.size).toBeGreaterThan(55)
    expect(tried.size).toBeGreaterThan(200)
  })

  it('change the network or are refused', () => {
    expect([...tried].filter(([id, what]) => what !== 'seen' && !idle.has(id)).map(([id]) => id)).toEqual([])
  })
})
