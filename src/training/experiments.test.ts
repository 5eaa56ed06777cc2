import { describe, expect, it } from 'vitest'
import { ConfigError } from '../hooks/config-error'
import type { NetworkSpec } from '../domain/network'
import {
  architectureOf,
  checkHooks,
  checkRecipe,
  defaultHooks,
  checkRecord,
  experiments,
  findExperiment,
  runPlan,
  totalSteps
} from './experiments'
import { Pace } from './pace'
import { recipeOf } from './testing/tiny-runs'
import type { DatasetFacts } from '../domain/dataset'
import type { Recipe } from '../domain/recipe'
import { Schedule } from './plan'

const table: DatasetFacts = {
  id: 'table',
  name: 'Table',
  inputShape: [4],
  classes: 3,
  classNames: ['a', 'b', 'c'],
  targetWidth: 0,
  train: 1000,
  validation: 0
}

describe('experiments', () => {
  for (const spec of experiments) {
    it(`${spec.id}: its defaults are valid`, () => {
      const recipe = recipeOf(spec.id, {}, spec.data === 'required' ? table : null)
      expect(Object.keys(recipe.params)).toEqual(spec.params.map(({ key }) => key))
      const hooks = defaultHooks(recipe)
      expect(hooks.length).toBeGreaterThan(0)
      checkHooks(recipe, hooks)
      checkRecord(spec.defaultRecord)
      expect(runPlan(recipe, hooks, spec.defaultRecord).metricPoints).toBeGreaterThan(10)
    })

    it(`${spec.id}: every bound is tight and named in the refusal`, () => {
      for (const { key, min, max, kind } of spec.params) {
        if (kind !== 'integer' && kind !== 'number') continue
        for (const value of [min! - 1, max! + 1, NaN, Infinity]) {
          expect(() => recipeOf(spec.id, { [key]: value }), `${key} ${value}`).toThrow(
            `(${key}) is ${value}; it must be`
          )
        }
        if (kind === 'integer') expect(() => recipeOf(spec.id, { [key]: 1.5 })).toThrow('a whole number from')
      }
    })
  }

  const bad: [string, string, Record<string, number | string | boolean>, string][] = [
    [
      'unknown key',
      'mnist',
      { learnignRate: 1 },
      'MNIST digits has no parameter "learnignRate". Did you mean "learningRate"?'
    ],
    ['unknown choice', 'mnist', { model: 'vgg' }, 'Network (model) is "vgg"; it must be one of mlp, lenet5, resnet18.'],
    [
      'text for a number',
      'mnist',
      { epochs: '5' },
      'Epochs (epochs) is "5"; it must be a whole number from 1 to 1000000.'
    ],
    [
      'number for a switch',
      'modular-addition',
      { layerNorm: 1 },
      'Layer norm (layerNorm) is 1; it must be true or false.'
    ],
    [
      'heads that do not divide the width',
      'modular-addition',
      { heads: 3 },
      'Heads (heads) is 3; it must divide the width 128.'
    ],
    ['division by a number that is not prime', 'modular-addition', { operation: 'div', p: 12 }, 'a prime, such as 11.'],
    [
      'more relevant bits than bits',
      'sparse-parity',
      { bits: 2 },
      'Relevant bits (relevant) is 3, but there are 2 bits.'
    ],
    ['too many images', 'mnist', { trainSamples: 9500 }, 'are 9500 and 1000; together they must be at most 10000.'],
    ['nothing to train on', 'modular-addition', { p: 2, trainFraction: 0.1 }, 'of 4 pairs it leaves 0 to train on.']
  ]
  for (const [name, experiment, params, message] of bad) {
    it(`refuses: ${name}`, () => {
      expect(() => recipeOf(experiment, params)).toThrow(ConfigError)
      expect(() => recipeOf(experiment, params)).toThrow(message)
    })
  }

  it('refuses an unknown experiment with near names', () => {
    expect(() => findExperiment('mnits')).toThrow('There is no experiment "mnits". Did you mean "mnist"?')
  })

  it('lists all problems of a form at once and keeps the good values', () => {
    const draft = { experiment: 'mnist', params: { epochs: 0, batchSize: 7, nope: 1 }, data: null, network: null }
    const {
      recipe: { params },
      problems
    } = checkRecipe(draft)
    expect(problems.map(({ key }) => key)).toEqual([null, 'epochs'])
    expect(params).toMatchObject({ batchSize: 7, epochs: 150 })
  })

  const own = (
    network: NetworkSpec | null,
    params: Recipe['params'] = {},
    data: DatasetFacts | null = table
  ): Recipe => {
    return { experiment: 'custom', params, data, network }
  }
  const layers = (units: number): NetworkSpec['layers'] => [{ name: 'out', type: 'dense', units }]
  const unfit: [string, Recipe, string][] = [
    ['no data', own(null, {}, null), 'Choose a data set, or add one to the project.'],
    [
      'another input',
      own({ title: 'Net', input: [5], layers: layers(3) }),
      'of shape [5], but those of Table are [4].'
    ],
    [
      'too few outputs',
      own({ title: 'Net', input: [4], layers: layers(2) }),
      'has 2 outputs, but Table needs 3 classes.'
    ],
    ['hinge with three classes', own(null, { loss: 'hinge' }), 'The hinge loss needs two classes; Table has 3.'],
    ['numbers from classes', own(null, { loss: 'mean-squared-error' }), 'needs numbers to predict; Table has classes.'],
    [
      'a layer that does not fit',
      own({ title: 'Net', input: [4], layers: [{ name: 'c', type: 'conv', filters: 1, size: [3, 3], pad: 'same' }] }),
      'Layer c (conv) needs [height, width, channels], but gets [4].'
    ],
    ['pictures that are none', { experiment: 'mnist', params: {}, data: table, network: null }, 'pictures are [height'],
    ['data for an experiment with its own', { ...recipeOf('captcha'), data: table }, 'has its own data'],
    [
      'a network for one with its own',
      { ...recipeOf('mnist'), network: { title: 'N', input: [4], layers: layers(3) } },
      'has its own network'
    ]
  ]
  for (const [name, recipe, message] of unfit) {
    it(`refuses before training: ${name}`, () => {
      const { problems } = checkRecipe(recipe)
      expect(problems.map((problem) => problem.message).join(' ')).toContain(message)
    })
  }

  it('takes a small network of its own where the user has none, as wide as the data ask', () => {
    const recipe = recipeOf('custom', {}, table)
    expect(architectureOf(recipe).heads).toEqual([3])
    expect(totalSteps(recipe)).toBe(20 * Math.ceil(800 / 64))
  })

  it('refuses recording options that cannot work', () => {
    const { defaultRecord } = findExperiment('mnist')
    expect(() => checkRecord({ ...defaultRecord, metricsEvery: 0 })).toThrow(
      'The interval of metrics (metricsEvery) is 0; it must be a whole number'
    )
    expect(() => checkRecord({ ...defaultRecord, histogramMin: 9 })).toThrow('The histogram reaches from 9 to 8')
  })

  it('counts the steps, the last batch of an epoch included', () => {
    expect(totalSteps(recipeOf('modular-addition'))).toBe(15 * 800)
    expect(totalSteps(recipeOf('mnist', { trainSamples: 129, epochs: 2 }))).toBe(4)
  })
})

describe('schedule', () => {
  it('its counts agree with walking through the run', () => {
    for (const [metricsEvery, unit, checkpointEvery, perEpoch, epochs] of [
      [1, 'epoch', 1, 4, 3],
      [2, 'epoch', 2, 3, 5],
      [5, 'step', 7, 4, 3],
      [1, 'step', 2, 1, 4],
      [50, 'step', 50, 4, 2],
      [5, 'log', 3, 40, 30],
      [1, 'log', 1, 7, 1]
    ] as const) {
      const total = perEpoch * epochs
      const record = {
        ...findExperiment('mnist').defaultRecord,
        metricsEvery,
        metricsUnit: unit,
        checkpointEvery,
        activationsEvery: 3
      }
      const schedule = new Schedule(perEpoch, total, record)
      const steps = Array.from({ length: total + 1 }, (_, step) => step)
      expect(schedule.recordsAt(0) && schedule.recordsAt(total)).toBe(true)
      expect(schedule.checkpointsAt(total)).toBe(true)
      for (const step of steps) {
        const later = steps.filter((other) => other > step)
        expect(schedule.pointsAfter(step)).toBe(later.filter((other) => schedule.recordsAt(other)).length)
        expect(schedule.checkpointsAfter(step)).toBe(later.filter((other) => schedule.checkpointsAt(other)).length)
      }
      expect(schedule.columns()).toBe(steps.slice(1).filter((step) => schedule.observesBatch(step)).length)
    }
  })
})

describe('pace', () => {
  it('estimates the remaining time from the first steps on, points and checkpoints apart', () => {
    const record = {
      ...findExperiment('mnist').defaultRecord,
      metricsEvery: 1,
      checkpointEvery: 10,
      keepCheckpoints: 2,
      keepBest: false
    }
    const schedule = new Schedule(10, 1000, record)
    let now = 0
    const pace = new Pace(schedule, () => now, 10)
    const spend = (cost: 'step' | 'point' | 'checkpoint', ms: number): void => {
      now += ms
      pace.spent(cost, ms)
    }
    // The truth: 20 ms a step, 100 ms a point, 50 ms a checkpoint; the first of each is slower.
    const whole = 1000 * 20 + 101 * 100 + 10 * 50
    let checked = 0
    for (let step = 0; ; step++) {
      if (schedule.recordsAt(step)) spend('point', step === 0 ? 400 : 100)
      if (schedule.checkpointsAt(step)) spend('checkpoint', 50)
      const { elapsedSeconds, remainingSeconds, stepsPerSecond } = pace.progress(step)
      if (step >= 11) {
        expect(Math.abs(elapsedSeconds + remainingSeconds - whole / 1000)).toBeLessThan(0.05 * (whole / 1000))
        expect(stepsPerSecond).toBeCloseTo(50, 5)
        checked++
      }
      if (step === 1000) break
      spend('step', step === 0 ? 200 : 20)
    }
    expect(checked).toBeGreaterThan(900)
    expect(pace.progress(1000).remainingSeconds).toBe(0)
  })
})
