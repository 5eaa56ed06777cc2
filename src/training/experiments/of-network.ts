/** The part of an experiment that follows from its network. */
import type { InitialiserName, NetworkSpec } from '../../domain/network'
import { networkArchitecture, type InitOptions } from '../../models/network-architecture'
import { networkForward } from '../../models/network-forward'
import type { Recipe } from '../../domain/recipe'
import type { Experiment } from './types'

export function ofNetwork(network: (recipe: Recipe) => NetworkSpec): Pick<Experiment, 'architecture' | 'blueprint'> {
  const architecture: Experiment['architecture'] = (recipe) => networkArchitecture(network(recipe), initOf(recipe))
  return {
    architecture,
    blueprint: (recipe) => ({ architecture: architecture(recipe), forward: networkForward(network(recipe)) })
  }
}

function initOf({ params }: Recipe): InitOptions {
  return { initialiser: params.initialiser as InitialiserName, scale: params.initScale as number }
}
