/** Tags of what is recorded: made here, and read here. A hook point may have slashes in it, as module paths of other programs do. */

/** Names of classes, heads and functions as parts of tags: no separators. */
export function tagPart(name: string): string {
  return name.replaceAll('/', '_')
}

/** Tags of scalars, and of histograms at hook points. */
export const tagOf = {
  loss: <S extends string>(split: S) => `loss/${split}` as const,
  accuracy: <S extends string>(split: S) => `accuracy/${split}` as const,
  /** Of a class or a head of the network. */
  lossOf: (split: string, name: string) => `loss/${split}/${name}`,
  accuracyOf: (split: string, name: string) => `accuracy/${split}/${name}`,
  penalty: 'loss/penalty',
  weights: (hook: string, metric: string) => `weights/${hook}/${metric}`,
  /** Over all hook points. */
  meanWeights: (metric: string) => `weights/${metric}`,
  activations: (hook: string, statistic: string) => `activations/${hook}/${statistic}`,
  gradients: (hook: string, statistic: string) => `gradients/${hook}/${statistic}`,
  /** Over all parameters of the model. */
  gradientNorm: 'gradients/l2',
  updateRatio: (hook: string) => `updates/${hook}/ratio`,
  user: (name: string) => `user/${name}`,
  stepTime: 'time/step_ms',
  prCurve: (name: string) => `pr/${name}`,
  /** Of all its metrics together, before checkpoints have been measured. */
  weightsOf: (hook: string) => `weights/${hook}`,
  activationHistogram: (hook: string) => `activations/${hook}`,
  validationHistogram: (hook: string) => `activations/${hook}/validation`,
  classHistogram: (hook: string, name: string) => `activations/${hook}/class/${name}`,
  gradientHistogram: (hook: string) => `gradients/${hook}`,
  activationGradientHistogram: (hook: string) => `activation_gradients/${hook}`,
  predictionHistogram: (name: string) => `predictions/${name}`
} as const

export type Tag =
  /** `of`: a class or a head, null where it is of all. */
  | { kind: 'loss' | 'accuracy'; split: string; of: string | null }
  /** `hook`: null over the whole model; `metric`: null where it is a histogram. */
  | { kind: 'weights' | 'gradients' | 'updates'; hook: string | null; metric: string | null }
  /** Histograms have no metric; `of`: examples of validation or of one class, null: of training batches. */
  | { kind: 'activations'; hook: string; metric: string | null; of: 'validation' | { class: string } | null }
  | { kind: 'activation_gradients'; hook: string }
  | { kind: 'predictions' | 'pr' | 'user' | 'time'; name: string }
  /** Not of a kind that runs of ours record. */
  | { kind: null }

const named = ['predictions', 'pr', 'user', 'time'] as const

/** What a tag says; for tags of other programs, what it would say of one of ours. */
export function readTag(tag: string): Tag {
  const slash = tag.indexOf('/')
  if (slash < 0) return { kind: null }
  const [kind, rest] = [tag.slice(0, slash), tag.slice(slash + 1)]
  if (kind === 'loss' || kind === 'accuracy') {
    const [split, of] = cutAt(rest, rest.indexOf('/'))
    return { kind, split, of }
  }
  if (kind === 'weights' || kind === 'gradients' || kind === 'updates') {
    const [hook, metric] = cutAt(rest, rest.lastIndexOf('/'))
    if (metric !== null) return { kind, hook, metric }
    const isHook = kind === 'gradients' && tag !== tagOf.gradientNorm
    return isHook ? { kind, hook: rest, metric: null } : { kind, hook: null, metric: rest }
  }
  if (kind === 'activations') return activationTag(rest)
  if (kind === 'activation_gradients') return { kind, hook: rest }
  const known = named.find((one) => one === kind)
  return known ? { kind: known, name: rest } : { kind: null }
}

function activationTag(rest: string): Tag {
  const ofClass = /^(.+?)\/class\/(.+)$/.exec(rest)
  if (ofClass) return { kind: 'activations', hook: ofClass[1], metric: null, of: { class: ofClass[2] } }
  const [hook, metric] = cutAt(rest, rest.lastIndexOf('/'))
  if (metric === 'validation') return { kind: 'activations', hook, metric: null, of: 'validation' }
  return { kind: 'activations', hook, metric, of: null }
}

/** What stands before and after a place; all of it and null where the place is not there. */
function cutAt(text: string, at: number): [string, string | null] {
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}
