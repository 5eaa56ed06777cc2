/** What is observed at hook points: parameters, forward outputs, gradients of both, and what updates do to the parameters. */
export const hookKinds = ['weights', 'activations', 'gradients', 'updates'] as const
export type HookKind = (typeof hookKinds)[number]
