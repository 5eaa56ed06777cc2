import { expect, it } from 'vitest'
import { experiments } from '../training/experiments'
import { experimentSpec } from './recipe'

it.each(experiments.map((spec) => [spec.id, spec] as const))('%s is described as the contract says', (_id, spec) => {
  expect(experimentSpec.parse(spec)).toEqual(spec)
})
