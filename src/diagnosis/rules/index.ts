/** All rules. */
import { ruleIds, type RuleId } from '../../domain/reading'
import type { Rule } from '../rule'
import { beganLate, deadUnits, nearZero, range, saturated, validationShift } from './activations'
import { badInputs, classImbalance, constantInputs, inputScale, leak } from './data'
import { memorised, overfitting, underfitting } from './generalisation'
import { exploding, frozen, gradientSpikes, layerImbalance, updateRatio, vanishingGradients } from './gradients'
import { unlikeHealthy } from './healthy'
import { diverged, lossSpikes, stuck, weightDecay } from './loss'
import { plateau } from './plateau'
import { endedEarly, rateTooHigh, rateTooLow } from './rates'
import { unlikeSeeds } from './seeds'

const all: readonly Rule[] = [
  ...[badInputs, constantInputs, leak, inputScale, classImbalance],
  ...[deadUnits, saturated, nearZero, beganLate, range, validationShift],
  ...[vanishingGradients, exploding, frozen, updateRatio, layerImbalance, gradientSpikes],
  ...[diverged, stuck, rateTooHigh, rateTooLow, endedEarly, lossSpikes, weightDecay],
  ...[memorised, overfitting, underfitting, unlikeSeeds, unlikeHealthy, plateau]
]
const byId = new Map(all.map((one) => [one.id, one]))

export function ruleOf(id: RuleId): Rule {
  return byId.get(id)!
}

/** In the order in which they lead. */
export const rules: readonly Rule[] = ruleIds.map(ruleOf)
