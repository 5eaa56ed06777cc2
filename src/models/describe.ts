/** The architecture that an experiment's parameters ask for. No tensors: cheap enough for every edit of a form. */
import type { ParamValue } from '../training/types'
import type { Architecture } from './architecture'
import { lenetArchitecture, mlpArchitecture } from './image-models'
import { transformerArchitecture, type TransformerOptions } from './transformer'
import type { ModuleGraph } from './types'

/** `params` must be complete and valid (see `resolveParams`). */
export function architectureFor(experiment: string, params: Record<string, ParamValue>): Architecture {
  switch (experiment) {
    case 'mnist': {
      const initScale = params.initScale as number
      if (params.model === 'lenet5') return lenetArchitecture({ initScale })
      return mlpArchitecture({ hidden1: params.hidden1 as number, hidden2: params.hidden2 as number, initScale })
    }
    case 'modular-addition':
      return transformerArchitecture(transformerOptions(params))
    default:
      throw new Error(`There is no model for experiment "${experiment}".`)
  }
}

export function transformerOptions(params: Record<string, ParamValue>): TransformerOptions {
  return {
    p: params.p as number,
    dModel: params.dModel as number,
    heads: params.heads as number,
    dMlp: params.dMlp as number,
    layerNorm: params.layerNorm as boolean,
    positions: params.positions as 'last' | 'all'
  }
}

export function describeModel(experiment: string, params: Record<string, ParamValue>): ModuleGraph {
  return architectureFor(experiment, params).graph
}
