import { expect, it } from 'vitest'
import { architectureOf, experiments } from '../training/experiments'
import { recipeOf } from '../training/testing/tiny-runs'
import { moduleGraph } from './model-graph'

const own = experiments.filter(({ data, network }) => data !== 'required' && !network)

it.each(own.map(({ id }) => id))('the graph of %s crosses the contract unchanged', (id) => {
  const { graph } = architectureOf(recipeOf(id, {}))
  expect(moduleGraph.parse(graph)).toEqual(graph)
})
