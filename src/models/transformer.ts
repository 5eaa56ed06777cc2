/**
 * Module tree of the one-layer transformer for modular arithmetic, after Nanda et al. 2023 ("Progress measures for
 * grokking via mechanistic interpretability"): no biases in attention, learned positions, logits at the last position.
 */
import type { Architecture, Initialiser, ParameterSpec } from './architecture'
import { GraphBuilder } from './architecture'

export interface TransformerOptions {
  p: number
  dModel: number
  heads: number
  dMlp: number
  layerNorm: boolean
  /**
   * 'last': attention queries and everything after them are computed at the last position only. The other positions
   * reach neither the logits nor any gradient in a one-layer model, so training is the same and twice as fast.
   */
  positions: 'last' | 'all'
}

export const contextLength = 3

export function transformerArchitecture(options: TransformerOptions): Architecture {
  const { p, dModel, heads, dMlp, layerNorm, positions } = options
  const vocabulary = p + 1
  const block = 'blocks.0'
  const attn = `${block}.attn`
  const mlp = `${block}.mlp`
  const ln1 = `${block}.ln1`
  const ln2 = `${block}.ln2`
  const normal: Initialiser = { kind: 'normal', std: 1 / Math.sqrt(dModel) }
  const weight = (owner: string, shape: number[], more: Partial<ParameterSpec> = {}): ParameterSpec => {
    return { name: `${owner}.W`, owner, role: 'weight', shape, initial: normal, ...more }
  }
  const bias = (owner: string, size: number, more: Partial<ParameterSpec> = {}): ParameterSpec => {
    return { name: `${owner}.b`, owner, role: 'bias', shape: [size], initial: { kind: 'zeros' }, ...more }
  }
  const norm = (owner: string): ParameterSpec[] => [
    weight(owner, [dModel], { initial: { kind: 'ones' }, normalisation: true }),
    bias(owner, dModel, { normalisation: true })
  ]
  const parameters: ParameterSpec[] = [
    weight('embed', [vocabulary, dModel]),
    weight('pos_embed', [contextLength, dModel]),
    ...(layerNorm ? norm(ln1) : []),
    weight(`${attn}.q`, [dModel, dModel], { columnBlocks: heads }),
    weight(`${attn}.k`, [dModel, dModel], { columnBlocks: heads }),
    weight(`${attn}.v`, [dModel, dModel], { columnBlocks: heads }),
    weight(`${attn}.o`, [dModel, dModel]),
    ...(layerNorm ? norm(ln2) : []),
    weight(`${mlp}.fc1`, [dModel, dMlp]),
    bias(`${mlp}.fc1`, dMlp),
    weight(`${mlp}.fc2`, [dMlp, dModel]),
    bias(`${mlp}.fc2`, dModel),
    weight('unembed', [dModel, p], { initial: { kind: 'normal', std: 1 / Math.sqrt(vocabulary) } })
  ]

  const every = (...shape: number[]): number[] => [contextLength, ...shape]
  const asked = (...shape: number[]): number[] => (positions === 'all' ? [contextLength, ...shape] : shape)
  const pattern = positions === 'all' ? [heads, contextLength, contextLength] : [heads, contextLength]
  const mid = `${block}.resid_mid`
  const post = `${block}.resid_post`
  const title = `1-layer transformer${layerNorm ? ' with layer norm' : ''}`
  const graph = new GraphBuilder(title, parameters)
    .input('tokens', 'tokens [a, b, =]', [contextLength])
    .layer('embed', 'embedding', every(dModel))
    .layer('pos_embed', 'positions', every(dModel))
    .sum('resid_pre', every(dModel))
    .scope(block, 'block')
  if (layerNorm) graph.layer(ln1, 'layer norm', every(dModel), block)
  graph
    .scope(attn, `attention, ${heads} heads`, block)
    .layer(`${attn}.q`, 'dense', asked(dModel), attn)
    .layer(`${attn}.k`, 'dense', every(dModel), attn)
    .layer(`${attn}.v`, 'dense', every(dModel), attn)
    .layer(`${attn}.pattern`, 'softmax', pattern, attn)
    .layer(`${attn}.z`, 'mix', asked(heads, dModel / heads), attn)
    .layer(`${attn}.o`, 'dense', asked(dModel), attn)
    .sum(mid, asked(dModel), block)
  if (layerNorm) graph.layer(ln2, 'layer norm', asked(dModel), block)
  graph
    .scope(mlp, 'mlp', block)
    .layer(`${mlp}.fc1`, 'dense', asked(dMlp), mlp)
    .layer(`${mlp}.relu`, 'relu', asked(dMlp), mlp)
    .layer(`${mlp}.fc2`, 'dense', asked(dModel), mlp)
    .sum(post, asked(dModel), block)
    .layer('unembed', 'dense', [p])
    .output('logits', 'logits [c]', [p])

  const attnIn = layerNorm ? ln1 : 'resid_pre'
  const mlpIn = layerNorm ? ln2 : mid
  graph.edge('tokens', 'embed').edge('embed', 'resid_pre', true).edge('pos_embed', 'resid_pre')
  if (layerNorm) graph.edge('resid_pre', ln1)
  for (const part of ['q', 'k', 'v']) graph.edge(attnIn, `${attn}.${part}`)
  graph
    .edge(`${attn}.q`, `${attn}.pattern`)
    .edge(`${attn}.k`, `${attn}.pattern`)
    .edge(`${attn}.pattern`, `${attn}.z`)
    .edge(`${attn}.v`, `${attn}.z`)
    .chain(`${attn}.z`, `${attn}.o`, mid)
    .edge('resid_pre', mid, true)
  if (layerNorm) graph.edge(mid, ln2)
  graph.chain(mlpIn, `${mlp}.fc1`, `${mlp}.relu`, `${mlp}.fc2`, post)
  graph.edge(mid, post, true).edge(post, 'unembed', true).edge('unembed', 'logits', true)
  return { title, parameters, buffers: [], heads: [p], graph: graph.build() }
}
