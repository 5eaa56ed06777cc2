import { expect, it } from 'vitest'
import { withCompiled } from './compiled-params'

const specs = [
  { key: 'optimizer', default: 'adamw' },
  { key: 'learningRate', default: 0.001 },
  { key: 'epochs', default: 20 }
]
const usual = { optimizer: 'adamw', learningRate: 0.001, epochs: 20 }

it('a model sets what nobody has changed', () => {
  const own = { ...usual, learningRate: 0.3 }
  const { values, taken } = withCompiled(specs, own, {}, { optimizer: 'sgd', learningRate: 0.5, unknown: 1 })
  expect(values).toEqual({ ...own, optimizer: 'sgd' })
  expect(taken).toEqual({ optimizer: 'sgd' })
})

it('a second model trains with its own settings, and one without any with the usual ones', () => {
  const first = withCompiled(specs, usual, {}, { optimizer: 'sgd', learningRate: 0.5 })
  const second = withCompiled(specs, first.values, first.taken, { learningRate: 0.01 })
  expect(second.values).toEqual({ ...usual, learningRate: 0.01 })
  expect(withCompiled(specs, second.values, second.taken, {}).values).toEqual(usual)
})

it('what was changed after a model set it is the own choice of somebody', () => {
  const first = withCompiled(specs, usual, {}, { learningRate: 0.5 })
  const changed = { ...first.values, learningRate: 0.7 }
  expect(withCompiled(specs, changed, first.taken, { learningRate: 0.01 }).values.learningRate).toBe(0.7)
})
