/** Every kind of hook and what observes it, in the order in which they look. */
import { hookKinds, type HookKind } from '../../domain/hook-kinds'
import { activations } from './activations'
import { gradients } from './gradients'
import type { HookObserver, ObserverOfKind } from './kind'
import { updates } from './updates'
import { weights } from './weights'

const observers: Record<HookKind, HookObserver> = { weights, activations, gradients, updates }

/** Those of a recipe. */
export function observersOf(observe: readonly HookKind[]): ObserverOfKind[] {
  return hookKinds.filter((kind) => observe.includes(kind)).map((kind) => ({ kind, ...observers[kind] }))
}
