/** The module tree of a model: what the graph draws and where hook points sit. */
import { z } from './words'

const moduleNode = z.object({
  /** Full path, unique: `blocks.0.attn.q`. */
  path: z.string(),
  /** Path of the enclosing scope, or null at the top. */
  parent: z.string().nullable(),
  /** Last part of the path as shown. */
  label: z.string(),
  kind: z.enum(['input', 'output', 'scope', 'layer', 'operation']),
  /** Short type name: `dense`, `conv 5x5`, `attention`, `relu`, `add`. */
  type: z.string(),
  /** Output shape for one example, without the batch: [3, 128]. Empty for scopes whose output is that of their last child. */
  shape: z.array(z.number()),
  /** Trainable parameters in this node and everything inside it. */
  parameters: z.number(),
  /** Whether weights or activations can be observed here. */
  hook: z.object({ weights: z.boolean(), activations: z.boolean() }).nullable()
})
export type ModuleNode = z.infer<typeof moduleNode>

const moduleEdge = z.object({
  from: z.string(),
  to: z.string(),
  /** Residual-stream edges are drawn as the spine. */
  residual: z.boolean().optional()
})
export type ModuleEdge = z.infer<typeof moduleEdge>

export const moduleGraph = z.object({
  title: z.string(),
  parameters: z.number(),
  nodes: z.array(moduleNode),
  edges: z.array(moduleEdge)
})
export type ModuleGraph = z.infer<typeof moduleGraph>
