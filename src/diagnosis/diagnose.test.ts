/** Rules on courses made by hand: each at its threshold, by consequence, and quiet where there is nothing to say. */
import { describe, expect, it } from 'vitest'
import type { DataFacts } from '../domain/data-facts'
import type { RuleId, ThresholdChanges } from '../domain/reading'
import { diagnose } from './diagnose'
import type { Course, ObservedRun, OutcomeName } from './observed'
import { outcomeOf } from './outcome'
import { roundRate, value } from './words'

const facts: DataFacts = {
  baselineLoss: 2.3,
  baselineAccuracy: 0.1,
  rarest: { name: '3', share: 0.1 },
  commonest: { name: '0', share: 0.1 },
  classes: 10,
  shared: 0,
  inputs: { constant: 0.1, mean: 0.1, std: 0.3 },
  nonFinite: { inputs: 0, targets: 0, validation: 0 }
}
const every = 10
const courseFrom = (values: readonly number[], from = 0): Course => ({
  steps: values.map((_, i) => from + i * every),
  values
})
const line = (from: number, to: number, count = 21): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
/** Down by the same factor each time. */
const falling = (from: number, to: number, count = 21): number[] =>
  line(Math.log(from), Math.log(to), count).map(Math.exp)

interface Made {
  /** Step of the first point. */
  from?: number
  limits?: ObservedRun['limits']
  loss?: number[]
  val?: number[]
  accuracy?: number[]
  valAccuracy?: number[]
  series?: Record<string, number[]>
  facts?: Partial<DataFacts> | null
  params?: ObservedRun['params']
  hooks?: ObservedRun['hooks']
  ended?: boolean
  totalSteps?: number
  outside?: number
  apart?: number
  watched?: { values: number[]; minChange?: number; better?: 'lower' | 'higher' }
  seeds?: Partial<Record<OutcomeName, number[]>>[]
}

function made(given: Made): ObservedRun {
  const { loss = falling(2.3, 0.05), val, accuracy, valAccuracy, series = {}, ended = true } = given
  const course = (values: readonly number[]): Course => courseFrom(values, given.from)
  const all: Record<string, number[]> = { 'loss/train': loss, ...series }
  const told = { trainLoss: loss, valLoss: val, trainAccuracy: accuracy, valAccuracy }
  return {
    ended,
    totalSteps: given.totalSteps ?? (loss.length - 1) * every,
    limits: given.limits,
    params: given.params === undefined ? { learningRate: 0.01, weightDecay: 0.1, clipNorm: 0 } : given.params,
    hooks: given.hooks ?? [
      { path: 'fc1', type: 'dense' },
      { path: 'relu1', type: 'relu' },
      { path: 'fc2', type: 'dense' }
    ],
    facts: given.facts === null ? null : { ...facts, ...given.facts },
    outcomes: Object.fromEntries(
      (Object.entries(told) as [OutcomeName, number[] | undefined][]).flatMap(([name, values]) =>
        values ? [[name, { tag: name === 'trainLoss' ? 'loss/train' : name, course: course(values) }]] : []
      )
    ),
    series: (tag) => (all[tag] ? course(all[tag]) : null),
    ...(given.watched && {
      watched: {
        tag: 'watched',
        better: given.watched.better ?? 'lower',
        minChange: given.watched.minChange ?? 0,
        course: course(given.watched.values)
      }
    }),
    ...(given.seeds && {
      otherSeeds: () =>
        given.seeds!.map((seed) =>
          Object.fromEntries(
            Object.entries(seed).map(([name, values]) => [name, { tag: name, course: course(values) }])
          )
        )
    }),
    ...(given.outside === undefined ? {} : { outside: () => course([given.outside!, given.outside!]) }),
    ...(given.apart === undefined ? {} : { apart: () => course([given.apart!]) })
  }
}

const said = (given: Made, changes?: ThresholdChanges): string[] =>
  diagnose(made(given), changes).map(({ rule, severity }) => `${severity} ${rule}`)
const alarms = (given: Made): string[] => said(given).filter((one) => !one.startsWith('note'))
const of = (rule: RuleId, given: Made) => diagnose(made(given)).find((one) => one.rule === rule)

const stuck = line(2.31, 2.3)
const partly = falling(2.3, 1.2)
const dead = (share: number, from = 0): Record<string, number[]> => ({
  'activations/relu1/dead': Array.from({ length: 21 }, (_, i) => (i >= from ? share : 0))
})

it('says nothing of a run that learns', () => {
  expect(said({})).toEqual([])
  expect(said({ facts: null, params: null, hooks: [] })).toEqual([])
})

it('says nothing of a run that has just begun, whatever it looks like', () => {
  expect(said({ loss: [2.3, 2.31, 2.3], ended: false, totalSteps: 1000 })).toEqual([])
  expect(said({ loss: stuck, ended: false, totalSteps: 10_000 })).toEqual([])
  expect(said({ loss: [], ended: false, totalSteps: 10_000 })).toEqual([])
})

describe('what has come of a run', () => {
  it.each([
    ['learned', falling(2.3, 0.6)],
    ['partly', falling(2.3, 1)],
    ['stuck', stuck],
    ['diverged', falling(2.3, 4)],
    ['diverged', [2.3, 2, NaN]],
    // Ten times the usual weights: where chance is, is better than where it began.
    ['stuck', falling(50, 2.3)]
  ])('%s', (kind, loss) => expect(outcomeOf(made({ loss })).kind).toBe(kind))

  it('is told by the first loss where nobody knows what chance is', () => {
    expect(outcomeOf(made({ loss: falling(50, 2.3), facts: null })).kind).toBe('learned')
  })

  it('leaves out what penalties add', () => {
    const penalty = line(10, 12)
    const loss = falling(2.3, 0.1).map((one, i) => one + penalty[i])
    expect(outcomeOf(made({ loss, series: { 'loss/penalty': penalty } })).kind).toBe('learned')
    expect(outcomeOf(made({ loss })).kind).not.toBe('learned')
  })

  it('is learned where the answers are right, whatever the loss', () => {
    expect(outcomeOf(made({ loss: partly, accuracy: line(0.1, 0.9) })).kind).toBe('learned')
  })
})

describe('severity is that of the consequence', () => {
  it.each([
    ['note', falling(2.3, 0.1)],
    ['warning', partly],
    ['problem', stuck]
  ])('%s', (severity, loss) => expect(of('dead-units', { loss, series: dead(0.6) })?.severity).toBe(severity))

  it('but where hardly anything passes, it is a warning at least', () => {
    expect(of('dead-units', { series: dead(0.95) })?.severity).toBe('warning')
  })
})

describe('a cause is told without what it explains', () => {
  it('dead units without vanishing gradients, small updates and chance', () => {
    const series: Record<string, number[]> = {
      ...dead(1),
      'gradients/fc1/mean': line(0, 0),
      'gradients/fc1/std': line(0, 0),
      'gradients/fc2/mean': line(0, 0),
      'gradients/fc2/std': line(0.1, 0.1),
      'updates/fc1/ratio': line(1e-9, 1e-9)
    }
    expect(alarms({ loss: stuck, series })).toEqual(['problem dead-units'])
    const { ['activations/relu1/dead']: _dead, ...rest } = series
    expect(alarms({ loss: stuck, series: rest })).toEqual(['problem vanishing-gradients'])
  })

  it('inputs that never change without everything that follows', () => {
    const inputs = { constant: 1, mean: 0, std: 0 }
    expect(alarms({ loss: stuck, facts: { inputs } })).toEqual(['problem constant-inputs'])
  })

  it('a note explains nothing away', () => {
    expect(
      said({ loss: falling(2.3, 0.1), series: { ...dead(0.6), 'activations/fc1/near_zero': line(0.99, 0.99) } })
    ).toEqual(['note dead-units', 'note near-zero'])
  })
})

describe('where it began', () => {
  it('is the first step from which it holds to the end', () => {
    const late = of('dead-units', { loss: stuck, series: dead(0.8, 12) })
    expect(late).toMatchObject({ since: 120, change: { learningRate: 0.001 } })
    expect(late?.remedy).toContain('died in training')
    expect(of('dead-units', { loss: stuck, series: dead(0.8) })).toMatchObject({ since: 0, change: null })
  })

  it('nothing is said of what has passed', () => {
    const healed = { 'activations/relu1/dead': [...line(0.9, 0.9, 15), ...line(0.1, 0.1, 6)] }
    expect(of('dead-units', { loss: stuck, series: healed })).toBeUndefined()
  })
})

describe('rates', () => {
  it('a loss that is no number names the step, how high it was, the gradient, and another rate', () => {
    const norm = { 'gradients/l2': [1, 5, 3e6, NaN] }
    const found = of('diverged', { loss: [2.3, 40, 1e13, NaN], series: norm })
    expect(found?.text).toBe('The loss reached 1e13 at step 20 and is NaN from step 30 on; gradient norm up to 3e6.')
    expect(found).toMatchObject({
      remedy: 'Lower the learning rate from 0.01; try 0.001.',
      change: { learningRate: 0.001 }
    })
  })

  it('too high: it comes down and jumps up again', () => {
    const loss = [...falling(2.3, 0.5, 12), 1.9, 0.8, 1.8, 0.9, 1.7, 1, 1.6, 1.2, 1.7]
    expect(alarms({ loss })).toContain('warning rate-too-high')
  })

  it('too high: it stays where it is while every update goes far', () => {
    const series = { 'updates/fc1/ratio': line(0.2, 0.2), 'updates/fc2/ratio': line(0.1, 0.1) }
    expect(alarms({ loss: stuck, series })).toEqual(['problem rate-too-high'])
  })

  it('too low: updates are tiny', () => {
    const series = { 'updates/fc1/ratio': line(2e-6, 2e-6), 'updates/fc2/ratio': line(3e-6, 3e-6) }
    const found = of('rate-too-low', { loss: line(2.31, 2.305), series })
    expect(found).toMatchObject({ severity: 'problem', change: { learningRate: 1 } })
    expect(alarms({ loss: line(2.31, 2.305), series })).toEqual(['problem rate-too-low'])
  })

  it('neither: it has only ended too early', () => {
    expect(alarms({ loss: line(2.3, 1.5), series: { 'updates/fc1/ratio': line(2e-3, 2e-3) } })).toEqual([
      'warning ended-early'
    ])
  })

  it('tried numbers are round', () => {
    expect([0.00037, 10, 0.05, 2.2e-5].map((rate) => roundRate(rate * 0.1))).toEqual([3e-5, 1, 3e-3, 3e-6])
  })
})

describe('where nobody knows what chance is', () => {
  const alone = { facts: null }

  it('a run that does not come down may have begun with a network that had learned: a note', () => {
    expect(said({ ...alone, loss: line(0.5, 0.49) })).toEqual(['note stuck'])
    expect(said({ ...alone, loss: line(0.5, 0.49), ended: false })).toEqual([])
  })

  it('a loss that grows is a warning, and one that is no number a problem', () => {
    expect(alarms({ ...alone, loss: line(0.5, 2) })).toContain('warning diverged')
    expect(alarms({ ...alone, loss: [0.5, 0.4, NaN, NaN] })).toEqual(['problem diverged'])
  })

  it('a loss below zero has no shares: nothing is said of it', () => {
    expect(said({ ...alone, loss: line(-1, -5) })).toEqual([])
    expect(said({ ...alone, loss: line(-1, 0.5) })).toEqual([])
  })

  it('a single value that is no number, in the middle, ends nothing', () => {
    const loss = falling(2.3, 0.1)
    loss[7] = NaN
    expect(said({ loss })).toEqual([])
  })
})

it('a run that goes on from learned weights is not stuck', () => {
  expect(outcomeOf(made({ loss: line(1.2, 1.19) })).kind).toBe('partly')
})

it('the first point of a run of others, or of a fork, is its start', () => {
  const found = of('dead-units', { from: 5000, loss: stuck, series: dead(1) })
  expect(found).toMatchObject({ since: 5000, change: null })
  expect(found?.text).toContain('from the start')
})

it('no rate is advised that the experiment does not take', () => {
  const series = { 'updates/fc1/ratio': line(2e-6, 2e-6) }
  const limits = (): { max: number } => ({ max: 10 })
  const advised = (learningRate: number) =>
    of('rate-too-low', { loss: line(2.31, 2.305), series, limits, params: { learningRate } })
  expect(advised(1)).toMatchObject({ change: { learningRate: 10 } })
  expect(advised(10)).toMatchObject({ change: null, remedy: 'The rate is 10, as high as it can be here.' })
})

it('two hundred thousand points are read in no time, and none is too many', () => {
  const many = (values: (i: number) => number): number[] => Array.from({ length: 200_000 }, (_, i) => values(i))
  const loss = many((i) => 2.3 * 0.9 ** (i / 10_000))
  const series = {
    'loss/penalty': many(() => 0.1),
    'gradients/l2': many((i) => (i > 150_000 ? 1000 : 1)),
    'activations/fc1/mean': many((i) => i),
    'activations/fc1/std': many(() => 1)
  }
  expect(() => said({ loss, val: loss, valAccuracy: loss, series })).not.toThrow()
})

describe('training and validation', () => {
  it('memorised: a note while it trains, a warning at the end', () => {
    const given = { accuracy: [...line(0.1, 1, 6), ...line(1, 1, 15)], valAccuracy: line(0.1, 0.3) }
    expect(of('memorised', given)?.severity).toBe('warning')
    expect(of('memorised', { ...given, ended: false })?.severity).toBe('note')
    // It generalised in the end.
    expect(of('memorised', { ...given, valAccuracy: [...line(0.2, 0.2, 15), ...line(0.9, 0.95, 6)] })).toBeUndefined()
  })

  it('where one answer is nearly always right, that is no memory', () => {
    const given = { facts: { baselineAccuracy: 0.98 }, accuracy: line(0.98, 0.98), valAccuracy: line(0.98, 0.97) }
    expect(of('memorised', given)).toBeUndefined()
  })

  it('overfitting costs something where the validation accuracy falls', () => {
    const val = [...falling(2.3, 0.5, 8), ...line(0.55, 1.1, 13)]
    const given = { val, loss: falling(2.3, 0.01) }
    expect(of('overfitting', { ...given, valAccuracy: [...line(0.1, 0.9, 8), ...line(0.9, 0.8, 13)] })?.severity).toBe(
      'warning'
    )
    expect(of('overfitting', { ...given, valAccuracy: line(0.1, 0.9) })?.severity).toBe('note')
    expect(of('overfitting', given)).toMatchObject({ severity: 'warning', since: 70 })
    expect(of('overfitting', { ...given, val: falling(2.3, 0.5) })).toBeUndefined()
  })

  it('underfitting has settled high, and validation with it', () => {
    const loss = [...falling(2.3, 1.4, 10), ...line(1.39, 1.38, 11)]
    expect(of('underfitting', { loss, val: loss })?.severity).toBe('warning')
    expect(of('underfitting', { loss, val: loss, facts: null })).toBeUndefined()
  })

  it('validation that looks different is a problem where it costs something', () => {
    const far = { apart: 0.6, accuracy: line(0.1, 1), valAccuracy: line(0.1, 0.2) }
    expect(of('validation-shift', far)?.severity).toBe('problem')
    expect(of('validation-shift', { ...far, apart: 0.1 })).toBeUndefined()
  })
})

describe('data', () => {
  it('doubles, holes, and a class that is left behind', () => {
    expect(alarms({ facts: { shared: 0.05 } })).toEqual(['warning leak'])
    expect(alarms({ facts: { shared: 0.5 } })).toEqual(['problem leak'])
    const nonFinite = { inputs: 0, targets: 0, validation: 0 }
    expect(alarms({ loss: [2.3, NaN], facts: { nonFinite: { ...nonFinite, inputs: 1 } } })).toEqual([
      'problem bad-inputs'
    ])
    expect(alarms({ loss: [2.3, NaN], facts: { nonFinite: { ...nonFinite, targets: 1 } } })).toEqual([
      'problem bad-inputs'
    ])
    expect(alarms({ facts: { nonFinite: { ...nonFinite, validation: 1 } } })).toEqual(['warning bad-inputs'])
    const rare = { rarest: { name: '3', share: 0.01 } }
    expect(said({ facts: rare, valAccuracy: line(0.1, 0.9) })).toEqual(['note class-imbalance'])
    const behind = { facts: rare, valAccuracy: line(0.1, 0.9), series: { 'accuracy/val/3': line(0, 0.1) } }
    expect(of('class-imbalance', { ...behind, params: { classWeights: 'none' } })).toMatchObject({
      severity: 'problem',
      change: { classWeights: 'balanced' }
    })
  })

  it('large inputs matter where nothing is learned', () => {
    const inputs = { constant: 0, mean: 100, std: 80 }
    expect(said({ facts: { inputs } })).toEqual(['note input-scale'])
    expect(alarms({ loss: stuck, facts: { inputs } })).toEqual(['problem input-scale'])
  })
})

it('a layer that is meant to be frozen is told as that', () => {
  const series = { 'updates/fc1/ratio': line(0, 0), 'updates/fc2/ratio': line(1e-3, 1e-3) }
  expect(of('frozen', { loss: partly, series })?.text).toBe('fc1 has not changed by any update.')
  const hooks = [
    { path: 'fc1', type: 'dense', frozen: true },
    { path: 'fc2', type: 'dense' }
  ]
  expect(of('frozen', { loss: partly, series, hooks })?.text).toContain('the network says that it is not trained')
})

it('layers at very different paces, activations that grow from layer to layer, and a late beginning are seen', () => {
  const paces = { 'updates/fc1/ratio': line(1e-6, 1e-6), 'updates/fc2/ratio': line(1e-2, 1e-2) }
  expect(of('layer-imbalance', { loss: partly, series: paces })).toMatchObject({
    severity: 'warning',
    hooks: ['fc1', 'fc2']
  })
  expect(of('update-ratio', { loss: partly, series: paces })?.hooks).toEqual(['fc1'])
  const growing = { 'activations/fc1/std': line(1, 1), 'activations/fc2/std': line(5000, 1) }
  expect(of('exploding', { loss: stuck, series: growing })?.severity).toBe('problem')
  const moves = (from: number): number[] => line(0, 20).map((i) => (i < from ? 1 : 1 + (i - from) / 5))
  const late = Object.fromEntries(
    [
      ['fc1', 1],
      ['relu1', 1],
      ['fc2', 14]
    ].flatMap(([hook, from]) => [
      [`activations/${hook}/mean`, moves(from as number)],
      [`activations/${hook}/std`, line(1, 1)]
    ])
  )
  expect(of('began-late', { series: late })).toMatchObject({ severity: 'note', hooks: ['fc2'] })
})

it('weights that shrink away, and spikes, are seen', () => {
  const shrunk = { 'weights/l2': falling(10, 0.1) }
  expect(of('weight-decay', { loss: stuck, series: shrunk })).toMatchObject({ change: { weightDecay: 0.01 } })
  expect(of('weight-decay', { series: shrunk })).toBeUndefined()
  const spikes = line(1, 1, 21).map((one, i) => (i === 9 || i === 15 ? 100 : one))
  expect(of('gradient-spikes', { loss: partly, series: { 'gradients/l2': spikes } })).toMatchObject({
    severity: 'warning',
    since: 90
  })
})

it('out of range is a note about the histogram, and no explosion', () => {
  expect(said({ outside: 0.3 })).toEqual(['note range'])
  expect(said({ outside: 0.01 })).toEqual([])
})

describe('a plateau', () => {
  const flat = [...falling(2.3, 1.2, 12), ...line(1.21, 1.21, 9)]
  const under = { loss: partly, ended: false, totalSteps: 300 }

  it('is told while a run trains that has come part of the way, and a note where it has learned', () => {
    expect(of('plateau', { ...under, watched: { values: flat } })).toMatchObject({
      severity: 'warning',
      since: 110,
      text: 'watched was best at step 110 (1.2) and has not been better for 90 steps, 30% of the run; it is 1.21.',
      evidence: [{ tag: 'watched', limit: 1.2 }]
    })
    expect(of('plateau', { ...under, loss: falling(2.3, 0.3), watched: { values: flat } })?.severity).toBe('note')
    expect(alarms({ ...under, loss: stuck, watched: { values: flat } })).not.toContain('warning plateau')
  })

  it('is none of a run that is over, of one that still gets better, or after a short wait', () => {
    expect(of('plateau', { ...under, ended: true, watched: { values: flat } })).toBeUndefined()
    expect(of('plateau', { ...under, watched: { values: partly } })).toBeUndefined()
    expect(of('plateau', { ...under, totalSteps: 1000, watched: { values: flat } })).toBeUndefined()
    expect(of('plateau', { ...under, totalSteps: 30, watched: { values: flat.slice(0, 16) } })).toBeUndefined()
    expect(of('plateau', { ...under, watched: { values: [] } })).toBeUndefined()
    expect(of('plateau', { ...under, watched: { values: line(NaN, NaN) } })).toBeUndefined()
  })

  it('counts what is better by more than the smallest gain, in the direction that is better', () => {
    const creeping = [...falling(2.3, 1.2, 12), ...line(1.19, 1.15, 9)]
    expect(of('plateau', { ...under, watched: { values: creeping } })).toBeUndefined()
    expect(of('plateau', { ...under, watched: { values: creeping, minChange: 0.1 } })?.since).toBe(110)
    const rising = [...line(0, 0.6, 12), ...line(0.5, 0.5, 9)]
    expect(of('plateau', { ...under, watched: { values: rising, better: 'higher' } })?.since).toBe(110)
    expect(of('plateau', { ...under, watched: { values: rising.map((one) => -one) } })?.since).toBe(110)
  })
})

describe('among the other seeds', () => {
  const valLoss = falling(2.3, 0.5)
  const seeds = [0.97, 0.99, 1, 1.01, 1.02, 1.03].map((own) => ({ valLoss: valLoss.map((one) => one * own) }))
  const late = valLoss.map((one, i) => (i < 14 ? one : valLoss[13]))

  it('one that stays behind is told, with its distance and where it began', () => {
    const found = of('unlike-seeds', { val: late, seeds })
    expect(found).toMatchObject({ severity: 'warning', since: 160, evidence: [{ tag: 'valLoss' }] })
    expect(found?.text).toMatch(
      /^valLoss is 0.853 at step 200, .* spreads above the 6 other seeds of its group, whose median/
    )
    const better = valLoss.map((one, i) => (i < 14 ? one : one / 2))
    expect(of('unlike-seeds', { val: better, seeds })?.severity).toBe('note')
  })

  it('needs five others that have come so far, three points, and a distance that lasts', () => {
    expect(of('unlike-seeds', { val: late, seeds: seeds.slice(0, 4) })).toBeUndefined()
    const short = seeds.map(({ valLoss: values }, i) => ({ valLoss: i < 2 ? values.slice(0, 10) : values }))
    expect(of('unlike-seeds', { val: late, seeds: short })).toBeUndefined()
    const back = late.map((one, i) => (i === 20 ? valLoss[20] : one))
    expect(of('unlike-seeds', { val: back, seeds })).toBeUndefined()
    const few = valLoss.map((one, i) => (i < 19 ? one : one + 1))
    expect(of('unlike-seeds', { val: few, seeds })).toBeUndefined()
    expect(said({ val: late, seeds }, { 'unlike-seeds': { sigmas: 90 } })).not.toContain('warning unlike-seeds')
  })

  it('those that are much the same make no alarm of a small difference', () => {
    const same = seeds.map(() => ({ valLoss }))
    expect(of('unlike-seeds', { val: valLoss.map((one) => one + 0.05), seeds: same })).toBeUndefined()
    expect(of('unlike-seeds', { val: valLoss, seeds: [...seeds, { valLoss: line(NaN, NaN) }] })).toBeUndefined()
  })
})

it('thresholds that somebody has changed count', () => {
  const given = { loss: partly, series: dead(0.6) }
  expect(said(given, { 'dead-units': { share: 0.7 } })).not.toContain('warning dead-units')
  expect(said(given, { 'dead-units': { share: 0.6 } })).toContain('warning dead-units')
})

it('numbers are said as people write them', () => {
  expect([0, 1e-4, 3.14159, 123456, 1e13, NaN, Infinity].map(value)).toEqual([
    '0',
    '1e-4',
    '3.14',
    '1.2e5',
    '1e13',
    'NaN',
    'infinite'
  ])
})
