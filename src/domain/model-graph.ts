/** The module tree of a model: what the graph draws and where hook points sit. */

export interface ModuleNode {
  /** Full path, unique: `blocks.0.attn.q`. */
  path: string
  /** Path of the enclosing scope, or null at the top. */
  parent: string | null
  /** Last part of the path as shown. */
  label: string
  kind: 'input' | 'output' | 'scope' | 'layer' | 'operation'
  /** Short type name: `dense`, `conv 5x5`, `attention`, `relu`, `add`. */
  type: string
  /** Output shape for one example, without the batch: [3, 128]. Empty for scopes whose output is that of their last child. */
  shape: number[]
  /** Trainable parameters in this node and everything inside it. */
  parameters: number
  /** Whether weights or activations can be observed here. */
  hook: { weights: boolean; activations: boolean } | null
}

export interface ModuleEdge {
  from: string
  to: string
  /** Residual-stream edges are drawn as the spine. */
  residual?: boolean
}

export interface ModuleGraph {
  title: string
  parameters: number
  nodes: ModuleNode[]
  edges: ModuleEdge[]
}
