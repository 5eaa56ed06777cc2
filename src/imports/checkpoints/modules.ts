/** Parameters of checkpoints, grouped into modules by their names: `h.0.attn.c_attn.weight` is the weight of `h.0.attn.c_attn`. */
import { compileGlob, PatternError, type Matcher } from '../../text/pattern'
import { withJoinedHeads } from './attention'
import { withoutFactors, withProducts } from './lora'
import { isFloatType } from '../../formats/tensor-values'

export interface CheckpointParameter {
  /** As the file names it. */
  name: string
  /** As it is measured: of attention, the heads are joined. */
  shape: number[]
  /** Dotted path of the module that it belongs to. */
  module: string
  role: 'weight' | 'bias'
  /** Gains and offsets of normalisations and other vectors that are in no metric. */
  normalisation: boolean
  /** Filters are [out, in, ...kernel], as in PyTorch, and not [...kernel, in, out]. */
  outputsFirst: boolean
  /** Of a product that is in no file: the names of the two matrices, the left one first. */
  factors?: [left: string, right: string]
}

export interface CheckpointParameters {
  parameters: CheckpointParameter[]
  /** Names of what is no parameter: running statistics, counters, masks, states of optimizers. */
  buffers: string[]
}

export interface CheckpointModule {
  path: string
  /** Matrices and filters of its own. */
  matrices: number
  /** Values of all weights and biases in it and inside it. */
  values: number
}

/** What a tensor is, without its values. */
export interface NamedShape {
  name: string
  shape: number[]
  dtype: string
}

/** More hook points than this are not chosen unasked: every one of them is 14 curves. */
export const mostDefaultHooks = 30

const weightName = /^(weights?|kernel|w|embeddings?|.*_(weight|kernel|embeddings?)|(weight|kernel)_.+|W_.+)$/i
const biasName = /^(bias|b|.*_bias|bias_.+|b_.+)$/i
const gainName = /^(gamma|beta|scale|g)$/i
const bufferName =
  /^(running_(mean|var)|moving_(mean|variance)|num_batches_tracked|position_ids|inv_freq|masked_bias)$/i
const optimizerName = /^(optimizer|optim|opt_state|optimizer_weights|optimizer_state_dict)(\.|$)/i
const normName = /(^|[._])(\w*norm\d*|ln(_\w+)?\d*|bn\d*)$/i

/** Ends of names that are looked at: the expression above begins anew at every underscore of a name. */
const longestEnd = 200
const mostKernels = 1000

/**
 * @param outputsFirst whether filters of this format begin with their outputs; names decide first: `weight` is PyTorch's
 * and `kernel` is Keras's and Flax's
 */
export function parametersOf(tensors: readonly NamedShape[], outputsFirst: boolean): CheckpointParameters {
  const dotted = withoutCommonWrapper(tensors.map(({ name }) => dottedName(name)))
  const modules = new Map<string, { at: number; last: string }[]>()
  const buffers: string[] = []
  tensors.forEach((tensor, at) => {
    const { module, last } = splitName(dotted[at])
    const isBuffer =
      !isFloatType(tensor.dtype) || bufferName.test(last) || optimizerName.test(dotted[at]) || isMask(tensor, last)
    if (isBuffer) buffers.push(tensor.name)
    else if (modules.has(module)) modules.get(module)!.push({ at, last })
    else modules.set(module, [{ at, last }])
  })
  const parameters: (CheckpointParameter & { at: number })[] = []
  for (const [module, members] of modules) {
    // Keras numbers the variables of a layer: the kernels come first, then the bias.
    const numbered = members.every(({ last }) => /^\d+$/.test(last))
    // Each member is held against each of them, and no module has thousands.
    const kernels = members
      .filter(({ at, last }) => tensors[at].shape.length > 1 && !biasName.test(last))
      .slice(0, mostKernels)
    for (const { at, last } of members) {
      const { name, shape } = tensors[at]
      // That of an attention head's projection [d, heads, k] is itself a matrix [heads, k].
      const follows = kernels.some(({ at: kernel }) => {
        const { shape: larger } = tensors[kernel]
        return kernel < at && shape.length < larger.length && (shape.length < 2 || endsWith(larger, shape))
      })
      const isBias = biasName.test(last) || (numbered && follows)
      const isVector = shape.length < 2 && !isBias
      parameters.push({
        at,
        name,
        shape: [...shape],
        module,
        role: isBias ? 'bias' : 'weight',
        normalisation:
          isVector ||
          gainName.test(last) ||
          kernels.length === 0 ||
          (shape.length < 2 && normName.test(module.slice(-longestEnd))),
        outputsFirst: /kernel/i.test(last) ? false : /weight/i.test(last) ? true : outputsFirst
      })
    }
  }
  parameters.sort((a, b) => a.at - b.at)
  const stored = parameters.map(({ at: _at, ...parameter }) => parameter)
  return { parameters: withProducts(withJoinedHeads(stored)), buffers }
}

/** All modules with weights in or inside them, in the order of the file, each before what is inside it. */
export function modulesOf(parameters: readonly CheckpointParameter[]): CheckpointModule[] {
  const modules = new Map<string, CheckpointModule>()
  for (const { module, shape, role, normalisation, factors } of parameters) {
    if (normalisation) continue
    const parts = module.split('.')
    // The values of a product are those of its factors once more: what is around it has none of them.
    for (let length = factors ? parts.length : 1; length <= parts.length; length++) {
      const path = parts.slice(0, length).join('.')
      const entry = modules.get(path) ?? { path, matrices: 0, values: 0 }
      entry.values += shape.reduce((product, size) => product * size, 1)
      if (length === parts.length && role === 'weight') entry.matrices += 1
      modules.set(path, entry)
    }
  }
  return [...modules.values()]
}

/**
 * The deepest modules that own a matrix; of many, as many as are not too many, evenly from first to last, and of adapters their
 * products alone.
 */
export function defaultHooks(modules: readonly CheckpointModule[], most = mostDefaultHooks): string[] {
  const all = modules.filter(({ matrices }) => matrices > 0).map(({ path }) => path)
  const owners = all.length <= most ? all : withoutFactors(all)
  if (owners.length <= most) return owners
  return Array.from({ length: most }, (_, i) => owners[Math.round((i * (owners.length - 1)) / (most - 1))])
}

/**
 * The modules that patterns ask for: a path, `all` for every module that owns a matrix, or with `*` for any letters of one
 * part of a path and `**` for any parts.
 * @returns `unknown`: patterns that no module with weights fits
 */
export function chosenHooks(
  modules: readonly CheckpointModule[],
  patterns: readonly string[]
): { hooks: string[]; unknown: string[] } {
  const chosen = new Set<string>()
  const unknown: string[] = []
  for (const pattern of patterns) {
    const glob = globOf(pattern)
    const fits = modules.filter((module) =>
      modules.some(({ path }) => path === pattern)
        ? module.path === pattern
        : pattern === 'all'
          ? module.matrices > 0
          : glob !== null && glob.test(module.path)
    )
    if (fits.length === 0) unknown.push(pattern)
    for (const { path } of fits) chosen.add(path)
  }
  return { hooks: modules.map(({ path }) => path).filter((path) => chosen.has(path)), unknown }
}

/** Null for one that is longer than any path: it fits nothing. */
function globOf(pattern: string): Matcher | null {
  try {
    return compileGlob(pattern, { star: '[^.]*', stars: '.*' })
  } catch (error) {
    if (error instanceof PatternError) return null
    throw error
  }
}

/** Keras's paths have `/`, `:0` for the first output of a variable, and groups of its own around names. */
function dottedName(name: string): string {
  if (!name.includes('/')) return name.replace(/:\d+$/, '')
  const parts = name.replace(/:\d+$/, '').split('/')
  const kept = parts.filter((part, i) => {
    if (part === '' || (i === 0 && (part === 'model_weights' || part === '_layer_checkpoint_dependencies')))
      return false
    if (part === 'layers' || (part === 'vars' && i === parts.length - 2)) return false
    // A layer of Keras 2 is a group, in which its variables have the layer's name once more.
    return part !== parts[i - 1]
  })
  return kept.join('.')
}

/** DataParallel and torch.compile put a name of their own before all others. */
function withoutCommonWrapper(names: string[]): string[] {
  const wrapper = ['module.', '_orig_mod.'].find((prefix) => names.every((name) => name.startsWith(prefix)))
  return wrapper && names.length > 0 ? withoutCommonWrapper(names.map((name) => name.slice(wrapper.length))) : names
}

function splitName(name: string): { module: string; last: string } {
  const dot = name.lastIndexOf('.')
  const last = name.slice(dot + 1)
  const known = [weightName, biasName, gainName, bufferName, /^\d+$/].some((pattern) => pattern.test(last))
  // A name that is no role is the name of something with one tensor, such as `pos_embed` or `layers.0`.
  if (!known || (/^\d+$/.test(last) && dot < 0)) return { module: name, last: 'value' }
  return { module: dot < 0 ? 'model' : name.slice(0, dot), last }
}

/** GPT-2 keeps its causal mask as `attn.bias` [1, 1, n, n]. */
function isMask({ shape }: NamedShape, last: string): boolean {
  return biasName.test(last) && shape.length === 4 && shape[0] === 1 && shape[1] === 1 && shape[2] === shape[3]
}

function endsWith(shape: readonly number[], end: readonly number[]): boolean {
  return end.every((size, i) => shape[shape.length - end.length + i] === size)
}
