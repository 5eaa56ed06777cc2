import { describe, expect, it } from 'vitest'
import { compareRuns } from './across/compare'
import { axisOf, timesOn } from './axis'
import { reportFiles } from './report/page'
import { analyse, optionsOf, runOf } from './testing/builders'

const steps = Array.from({ length: 40 }, (_, t) => 50 * t + 49)
const run = (epochs: number[]) => ({ steps: steps.slice(0, epochs.length), epochs })
const counted = (at: (t: number) => number) => run(steps.map((_, t) => at(t)))

describe('the axis of time', () => {
  it('is the epoch where it tells the points apart', () => {
    expect(axisOf([counted((t) => t), counted((t) => t / 3)])).toBe('epoch')
    // A summary beside the last point; epochs in whole numbers with one point each.
    expect(axisOf([counted((t) => Math.min(t, 38))])).toBe('epoch')
    expect(timesOn(run([1, 2]), 'epoch')).toEqual([1, 2])
  })

  it('is the step where several points share an epoch, in one run of several, too', () => {
    expect(axisOf([counted((t) => Math.floor(t / 10))])).toBe('step')
    expect(axisOf([counted((t) => t), counted((t) => Math.floor(t / 2))])).toBe('step')
    // Lightning: a row of training and one of validation in each epoch.
    expect(axisOf([{ steps: [49, 99, 100, 149, 199, 200], epochs: [0, 0, 0, 1, 1, 1] }])).toBe('step')
    expect(timesOn(run([1, 1]), 'step')).toEqual([49, 99])
  })

  it('is the step where epochs begin anew, or only some runs have them', () => {
    expect(axisOf([counted((t) => t % 20)])).toBe('step')
    expect(axisOf([counted((t) => t), { steps, epochs: steps }])).toBe('step')
  })

  it('is the step where no epochs were recorded, so far as the analysis says so', () => {
    const none = { steps, epochs: steps }
    expect(axisOf([none], { valLoss: 'val_loss' })).toBe('step')
    expect(axisOf([none], { epoch: 'epoch' })).toBe('epoch')
    expect(axisOf([none])).toBe('epoch')
  })

  it('is the epoch of few points, and of points that share a step', () => {
    expect(axisOf([])).toBe('epoch')
    expect(axisOf([run([3])])).toBe('epoch')
    expect(axisOf([{ steps: [1, 1, 2], epochs: [0.1, 0.1, 0.2] }])).toBe('epoch')
  })
})

describe('an analysis of runs with several points an epoch', () => {
  const points = Array.from({ length: 60 }, (_, t) => t)
  const runs = [0, 1, 2].map((seed) => {
    const from = 20 + seed
    return runOf(`r${seed}`, {
      epoch: points.map((t) => Math.floor(t / 10)),
      a: points.map((t) => (t < from ? 0 : 5) + Math.sin(7 * t + seed)),
      b: points.map((t) => (t < from ? 3 : 0) + Math.cos(5 * t + seed)),
      score: points.map((t) => t / 60)
    })
  })
  const analysis = analyse(runs, optionsOf({ statesMin: 2, statesMax: 2 }))
  const rule = { metric: 'score', threshold: 0.5, direction: 'above' } as const

  it('is compared in steps, or in epochs where somebody wants these', () => {
    expect(axisOf(analysis.inputs.runs)).toBe('step')
    const inSteps = compareRuns(analysis, 2, runs, rule, 'step')
    expect(inSteps.axis).toBe('step')
    // The points lie 10 steps apart; the last one stands for as long.
    expect(inSteps.runs.map(({ step, epoch }) => [step, epoch])).toEqual(runs.map(() => [310, 310]))
    expect(inSteps.runs.map(({ occupancy }) => [...occupancy].sort((x, y) => x - y))).toEqual(
      [0, 1, 2].map((seed) => [200 + 10 * seed, 400 - 10 * seed])
    )
    const inEpochs = compareRuns(analysis, 2, runs, rule, 'epoch')
    expect(inEpochs.runs.map(({ step, epoch }) => [step, epoch])).toEqual(runs.map(() => [310, 3]))
    expect(inEpochs.runs[0].occupancy.reduce((sum, time) => sum + time, 0)).toBe(5)
  })

  it('is reported in steps: path, figures, convergence', () => {
    const across = compareRuns(analysis, 2, runs, rule, 'step')
    const page = (axis?: 'epoch') =>
      reportFiles({ title: 'T', analysis, runs, across: axis ? null : across, commands: [], axis })
    const files = page()
    const text = files.get('README.md')!
    expect(text).toContain('Path, with the step of each entry')
    expect(text).toMatch(/S1 \(0\) → S2 \(200\)/)
    expect(text).toContain('| Run | Step | Fitted |')
    expect(text).not.toMatch(/epoch/i)
    for (const name of ['paths.svg', 'curves.svg']) {
      expect(files.get(name)).toContain('>step</text>')
      expect(files.get(name)).toContain('>500</text>')
    }
    const other = page('epoch')
    expect(other.get('README.md')).toMatch(/epoch of each entry[^]*S1 \(0\) → S2 \(2\)/)
    expect(other.get('paths.svg')).toContain('>epoch</text>')
  })
})
