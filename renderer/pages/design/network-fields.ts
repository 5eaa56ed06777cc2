/** What each kind of layer asks for in the editor, and how what is typed becomes the layer. */
import type { Layer, NetworkSpec } from '../../../src/domain/network'
import { bias, describedForms, dilations, epsilon, functions, pad, size, strides } from './described-layer-fields'

export type LayerType = Layer['type']

export interface LayerField {
  key: string
  label: string
  /** `numbers`: any, several; `pairs`: whole numbers from 0, two by two. */
  kind: 'count' | 'number' | 'sizes' | 'numbers' | 'pairs' | 'choice' | 'flag'
  choices?: string[]
  /** What an empty field means. */
  empty?: string
}

/** A type of layer in the editor. */
export interface LayerForm {
  label: string
  fields: LayerField[]
  fresh: () => object
}

export const layerKinds: Record<LayerType, LayerForm> = {
  dense: {
    label: 'Dense',
    fields: [{ key: 'units', label: 'Units', kind: 'count' }, bias],
    fresh: () => ({ units: 64 })
  },
  conv: {
    label: 'Convolution',
    fields: [{ key: 'filters', label: 'Filters', kind: 'count' }, size, strides, dilations, pad, bias],
    fresh: () => ({ filters: 16, size: [3, 3], pad: 'same' })
  },
  maxPool: {
    label: 'Max pooling',
    fields: [size, { key: 'strides', label: 'Strides', kind: 'sizes', empty: 'as the window' }, pad],
    fresh: () => ({ size: [2, 2] })
  },
  avgPool: {
    label: 'Mean pooling',
    fields: [size, { key: 'strides', label: 'Strides', kind: 'sizes', empty: 'as the window' }, pad],
    fresh: () => ({ size: [2, 2] })
  },
  globalAvgPool: { label: 'Global mean', fields: [], fresh: () => ({}) },
  batchNorm: {
    label: 'Batch norm',
    fields: [{ key: 'momentum', label: 'Momentum', kind: 'number', empty: '0.9' }, epsilon],
    fresh: () => ({})
  },
  layerNorm: { label: 'Layer norm', fields: [epsilon], fresh: () => ({}) },
  activation: {
    label: 'Activation',
    fields: [{ key: 'fn', label: 'Function', kind: 'choice', choices: functions }],
    fresh: () => ({ fn: 'relu' })
  },
  flatten: { label: 'Flatten', fields: [], fresh: () => ({}) },
  reshape: {
    label: 'Reshape',
    fields: [{ key: 'shape', label: 'Shape', kind: 'sizes' }],
    fresh: () => ({ shape: [1] })
  },
  dropout: { label: 'Dropout', fields: [{ key: 'rate', label: 'Rate', kind: 'number' }], fresh: () => ({ rate: 0.5 }) },
  embedding: {
    label: 'Embedding',
    fields: [
      { key: 'vocabulary', label: 'Vocabulary', kind: 'count' },
      { key: 'width', label: 'Width', kind: 'count' }
    ],
    fresh: () => ({ vocabulary: 100, width: 32 })
  },
  add: { label: 'Add', fields: [], fresh: () => ({}) },
  concat: { label: 'Concatenate', fields: [], fresh: () => ({}) },
  ...describedForms
}

export function textOf(layer: Layer, { key, kind }: LayerField): string {
  const value = (layer as unknown as Record<string, unknown>)[key]
  if (value === undefined) return ''
  if (kind === 'pairs') return (value as number[][]).map((pair) => pair.join(' ')).join(', ')
  if (kind === 'numbers') return (value as number[]).join(', ')
  return kind === 'sizes' ? (value as number[]).join(' x ') : String(value as string | number)
}

/** The layer with one field as typed; null when the text cannot be read. An empty field takes its default. */
export function withField(layer: Layer, { key, kind, empty }: LayerField, text: string): Layer | null {
  const { [key]: _old, ...rest } = layer as unknown as Record<string, unknown>
  const typed = text.trim()
  if (typed === '') return empty === undefined ? null : (rest as unknown as Layer)
  const value = valueOf(kind, typed)
  return value === null ? null : ({ ...rest, [key]: value } as unknown as Layer)
}

function valueOf(kind: LayerField['kind'], typed: string): unknown {
  const whole = (number: number): boolean => Number.isInteger(number) && number > 0
  const several = typed.split(/[\s,;]+/).map(Number)
  switch (kind) {
    case 'sizes': {
      const sizes = sizesOf(typed)
      return sizes.every(whole) ? sizes : null
    }
    case 'numbers':
      return several.every((number) => Number.isFinite(number)) ? several : null
    case 'pairs': {
      if (several.length % 2 !== 0 || !several.every((number) => Number.isInteger(number) && number >= 0)) return null
      return several.flatMap((number, i) => (i % 2 === 0 ? [[number, several[i + 1]]] : []))
    }
    case 'count':
    case 'number': {
      const number = Number(typed.replace(',', '.'))
      return (kind === 'count' ? whole(number) : Number.isFinite(number)) ? number : null
    }
    default:
      return typed
  }
}

/** "3 x 3", "3,3" and "3 3" are the same. */
export function sizesOf(text: string): number[] {
  return text.split(/[\sx×,*]+/).map(Number)
}

/** A layer of this type with a name that is free. */
export function freshLayer(network: NetworkSpec, type: LayerType): Layer {
  const taken = new Set(network.layers.map(({ name }) => name))
  const stem = type === 'activation' ? 'relu' : type.toLowerCase()
  let number = 1
  while (taken.has(`${stem}${number}`)) number++
  return { name: `${stem}${number}`, type, ...layerKinds[type].fresh() } as Layer
}

/** Renames a layer and everything that refers to it. */
export function renamed(network: NetworkSpec, at: number, name: string): NetworkSpec {
  const old = network.layers[at].name
  const swap = (names: string[] | undefined): string[] | undefined => names?.map((one) => (one === old ? name : one))
  const layers = network.layers.map((layer, i): Layer => {
    const inputs = swap(layer.inputs)
    const weights = layer.weightsOf === old ? { weightsOf: name } : {}
    return { ...layer, ...(inputs ? { inputs } : {}), ...weights, ...(i === at ? { name } : {}) }
  })
  const outputs = swap(network.outputs)
  return { ...network, layers, ...(outputs ? { outputs } : {}) }
}
