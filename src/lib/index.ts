/**
 * Phasescope as a library, for Node and without Electron: hidden Markov models, weight metrics, TensorBoard event files,
 * project folders, and the analysis that turns recorded runs into a training map. Everything can be imported by its own
 * name, or by area: `import { weightMetrics, hmm } from 'phasescope'`.
 */
export * from '../hmm'
export * from '../analysis'
export * from '../events'
export * from './metrics'
export * from './project'
export * from './writer'
export * as hmm from '../hmm'
export * as analysis from '../analysis'
export * as events from '../events'
export * as metrics from './metrics'
export * as project from './project'
export * as writer from './writer'
