/** What a model is made of, without any tensor: parameter list and module tree. No runtime dependency on TensorFlow.js. */
import type { Constraint, Penalty } from '../domain/layer-settings'
import type { ModuleEdge, ModuleGraph, ModuleNode } from '../domain/model-graph'

export type Initialiser =
  | { kind: 'zeros' }
  | { kind: 'ones' }
  | { kind: 'constant'; value: number }
  | { kind: 'normal'; mean?: number; std: number }
  /** Normal, drawn again beyond two standard deviations. */
  | { kind: 'truncated'; mean: number; std: number }
  /** Uniform in [-limit, limit). */
  | { kind: 'uniform'; limit: number }
  /** Uniform in [min, max). */
  | { kind: 'between'; min: number; max: number }
  | { kind: 'orthogonal'; gain: number }
  | { kind: 'identity'; gain: number }
  /** Of four gates side by side: 1 for the second, `value` for the others. */
  | { kind: 'forgetOne'; value: number }

export interface ParameterSpec {
  /** `<owner path>.<W|b|...>`, unique. */
  name: string
  /** Path of the module that it belongs to. */
  owner: string
  role: 'weight' | 'bias'
  /** Dense weights are [inputs, outputs], convolution filters [kh, kw, in, out]. */
  shape: number[]
  initial: Initialiser
  /** The matrix holds this many matrices side by side (attention heads); metrics are taken of each. Default 1. */
  columnBlocks?: number
  /** Gains and biases of normalisations are no weights in the sense of the weight statistics. */
  normalisation?: boolean
  /** It keeps its values. */
  frozen?: true
  penalty?: Penalty
  constraint?: Constraint
}

/** Values that training changes, but no gradient: the running statistics of batch normalisation. */
export interface BufferSpec {
  /** `<owner path>.<mean|variance>`, unique. */
  name: string
  owner: string
  shape: number[]
  initial: 'zeros' | 'ones'
}

export interface Architecture {
  title: string
  parameters: ParameterSpec[]
  buffers: BufferSpec[]
  /** Width of each head's output: the classes it chooses among, or the numbers it predicts. */
  heads: number[]
  graph: ModuleGraph
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** True for the path itself and everything inside it. */
export function isInside(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}.`)
}

/** The first filter [height, width, in, out], or null. */
export function firstConvolution<P extends ParameterSpec>({ parameters }: { parameters: readonly P[] }): P | null {
  return parameters.find(({ role, shape }) => role === 'weight' && shape.length === 4) ?? null
}

/** Collects nodes in reading order; parameter counts follow from the parameter list. */
export class GraphBuilder {
  private readonly nodes: ModuleNode[] = []
  private readonly edges: ModuleEdge[] = []

  constructor(
    private readonly title: string,
    private readonly parameters: readonly ParameterSpec[]
  ) {}

  input(path: string, label: string, shape: number[]): this {
    return this.add(path, null, 'input', 'input', shape, false, label)
  }

  output(path: string, label: string, shape: number[]): this {
    return this.add(path, null, 'output', 'output', shape, false, label)
  }

  scope(path: string, type: string, parent: string | null = null): this {
    return this.add(path, parent, 'scope', type, [], true, path)
  }

  layer(path: string, type: string, shape: number[], parent: string | null = null): this {
    return this.add(path, parent, 'layer', type, shape, true, parent ? path.slice(parent.length + 1) : path)
  }

  /** The `+` of a residual stream. */
  sum(path: string, shape: number[], parent: string | null = null): this {
    return this.add(path, parent, 'operation', 'add', shape, false, '+')
  }

  edge(from: string, to: string, residual = false): this {
    this.edges.push(residual ? { from, to, residual } : { from, to })
    return this
  }

  /** Edges from each to the next. */
  chain(...paths: string[]): this {
    for (let i = 1; i < paths.length; i++) this.edge(paths[i - 1], paths[i])
    return this
  }

  build(): ModuleGraph {
    const total = this.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    return { title: this.title, parameters: total, nodes: this.nodes, edges: this.edges }
  }

  private add(
    path: string,
    parent: string | null,
    kind: ModuleNode['kind'],
    type: string,
    shape: number[],
    hookable: boolean,
    label: string
  ): this {
    const inside = kind === 'operation' ? [] : this.parameters.filter(({ owner }) => isInside(owner, path))
    const count = inside.reduce((sum, { shape: size }) => sum + sizeOf(size), 0)
    // Gains of normalisations are left out of the weight metrics, see `weightScalars`.
    const weights = inside.some(({ role, normalisation }) => role === 'weight' && !normalisation)
    const hook = hookable ? { weights, activations: true } : null
    this.nodes.push({ path, parent, label, kind, type, shape, parameters: count, hook })
    return this
  }
}
