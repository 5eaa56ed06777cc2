/** Networks that do not hear each other. */
import { Network } from 'vis-network/esnext'

/**
 * vis-network mixes component-emitter into its prototype, and version 2 of that keeps the listeners in a map on what it is mixed into:
 * one map for all networks. Two on a page would draw their states into each other, and the first to go would take the listeners
 * of the other with it. A class for each network has a prototype, and so a map, of its own.
 */
export function networkOfItsOwn(...made: ConstructorParameters<typeof Network>): Network {
  class Own extends Network {}
  Object.assign(Own.prototype, { _callbacks: new Map() })
  return new Own(...made)
}
