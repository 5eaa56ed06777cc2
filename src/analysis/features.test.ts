import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { defaultFeatures, sampledTags } from './features'
import type { FeatureSample } from './features'
import { rolesOf } from './roles'

type Curve = (t: number, run: number) => number
const steps = Float64Array.from({ length: 40 }, (_, i) => i * 10)

function noise(seed: number): Curve {
  const values = [0, 1, 2].map((run) => {
    const rng = new Rng(seed * 10 + run)
    return Array.from(steps, () => rng.normal())
  })
  return (t, run) => values[run][t]
}

function samplesOf(curves: Record<string, Curve>, runs = 2): FeatureSample[] {
  return Array.from({ length: runs }, (_, run) =>
    Object.entries(curves).map(([tag, curve]) => ({
      runId: `r${run}`,
      tag,
      steps,
      values: Float64Array.from(steps, (_, t) => curve(t, run))
    }))
  ).flat()
}

function choose(curves: Record<string, Curve>, runs = 2) {
  const tags = Object.keys(curves)
  const { chosen, left, outcomes } = defaultFeatures(tags, samplesOf(curves, runs), rolesOf(tags))
  for (const { tag, reason } of left) if (reason.startsWith('an outcome')) expect(outcomes).toContain(tag)
  return { chosen, left: Object.fromEntries(left.map(({ tag, reason }) => [tag, reason])) }
}

describe('the default features', () => {
  it('are the averages of weights that change, whatever else there is', () => {
    const a = noise(1)
    expect(
      choose({
        'weights/l1': a,
        'weights/l2': (t, run) => 2 * a(t, run) + 1,
        'weights/still': () => 3,
        'weights/blocks.0/l2': noise(2),
        'activations/blocks.0/zeros': noise(3),
        'gradients/blocks.0/norm': noise(4),
        'loss/train': noise(5),
        lr: (t) => t,
        'user/const': () => 1
      })
    ).toEqual({
      chosen: ['weights/l1', 'weights/l2'],
      left: {
        'weights/still': 'never changes',
        'loss/train': 'an outcome: phases are to explain it',
        lr: 'a schedule: it is set, not learnt',
        'user/const': 'never changes'
      }
    })
  })

  it('of other logs are what is no schedule, counter, clock, constant, copy or outcome', () => {
    const norm = noise(1)
    const { chosen, left } = choose({
      'train/loss': noise(2),
      'eval/accuracy': noise(3),
      'train/box_loss': noise(4),
      'val/f1': noise(5),
      'train/grad_norm': norm,
      'train/grad_norm_squared': (t, run) => norm(t, run) * 3 - 1 + 1e-3 * noise(9)(t, run),
      sharpness: noise(6),
      half: (t, run) => norm(t, run) + 0.2 * noise(7)(t, run),
      'train/learning_rate': (t) => t * t,
      'optimizer/momentum': (t) => Math.sin(t),
      momentum_norm: noise(8),
      'lr-AdamW/pg1': (t) => t,
      kl_anneal: (t) => Math.min(1, t / 7),
      tokens: (t) => 512 * (t + 1),
      'train/epoch': (t) => t / 4,
      'mystery/counter': (t, run) => 7 + (3 + run) * t,
      'x/lr0': (t) => 1 / (t + 1),
      'metrics/mAP50(B)': noise(15),
      'train/total_flos': noise(16),
      'train/samples_per_second': noise(10),
      'time/step_ms': noise(11),
      'gpu.0/memory': noise(12),
      'it/s': noise(13),
      eta: noise(14),
      'scale/constant': () => 4,
      'all/nan': () => Number.NaN
    })
    expect(chosen).toEqual(['train/grad_norm', 'sharpness', 'half', 'momentum_norm'])
    const outcome = 'an outcome: phases are to explain it'
    const clock = 'a clock or a load: it measures the machine'
    const counter = 'a counter: it says only how far the run is'
    const schedule = 'a schedule: it is set, not learnt'
    expect(left).toEqual({
      'train/loss': outcome,
      'eval/accuracy': outcome,
      'train/box_loss': outcome,
      'val/f1': outcome,
      'metrics/mAP50(B)': outcome,
      'train/grad_norm_squared': 'nearly a copy of train/grad_norm',
      'train/learning_rate': schedule,
      'optimizer/momentum': schedule,
      'lr-AdamW/pg1': schedule,
      'x/lr0': schedule,
      kl_anneal: 'the same in every run: a schedule',
      tokens: counter,
      'train/epoch': counter,
      'mystery/counter': counter,
      'train/samples_per_second': clock,
      'time/step_ms': clock,
      'gpu.0/memory': clock,
      'it/s': clock,
      eta: clock,
      'train/total_flos': clock,
      'scale/constant': 'never changes',
      'all/nan': 'holds no finite numbers'
    })
  })

  it('are losses and accuracies where there is nothing else', () => {
    const loss = noise(1)
    expect(choose({ accuracy: noise(2), loss, lr: (t) => t, val_loss: noise(3), loss_copy: loss })).toEqual({
      chosen: ['accuracy', 'loss', 'val_loss'],
      left: { lr: 'a schedule: it is set, not learnt', loss_copy: 'nearly a copy of loss' }
    })
    expect(choose({ train_loss_step: noise(1), train_loss_epoch: noise(2) })).toEqual({
      chosen: ['train_loss_epoch'],
      left: { train_loss_step: 'train_loss_epoch says the same once an epoch' }
    })
  })

  it('of one run know no schedule by its values, and copies of a run have none', () => {
    const anneal: Curve = (t) => Math.min(1, t / 7)
    expect(choose({ anneal, norm: noise(1) }, 1).chosen).toEqual(['anneal', 'norm'])
    const same = (t: number): number => noise(1)(t, 0)
    expect(choose({ anneal, norm: same }, 2).chosen).toEqual(['anneal', 'norm'])
    expect(choose({ anneal, norm: noise(1) }, 2).chosen).toEqual(['norm'])
  })

  it('are recorded by every run, unless none is', () => {
    const curves = { a: noise(1), b: noise(2) }
    const samples = samplesOf(curves).filter(({ runId, tag }) => runId === 'r0' || tag === 'a')
    expect(defaultFeatures(['a', 'b'], samples, {})).toEqual({
      outcomes: [],
      chosen: ['a'],
      left: [{ tag: 'b', reason: 'not recorded by every run: those without it would be left out' }]
    })
    const apart = samplesOf(curves).filter(({ runId, tag }) => (runId === 'r0') === (tag === 'a'))
    expect(defaultFeatures(['a', 'b'], apart, {}).chosen).toEqual(['a', 'b'])
  })

  it('are copies only where they are so in every run, at common steps', () => {
    const a = noise(1)
    const other = noise(2)
    expect(choose({ a, b: (t, run) => (run === 0 ? a(t, run) : other(t, run)) }).chosen).toEqual(['a', 'b'])
    expect(choose({ a, b: (t, run) => -2 * a(t, run) }).chosen).toEqual(['a'])
    // Recorded half as often.
    const samples = samplesOf({ a, b: a }).map((sample) =>
      sample.tag === 'a'
        ? sample
        : {
            ...sample,
            steps: sample.steps.filter((_, i) => i % 2 === 0),
            values: sample.values.filter((_, i) => i % 2 === 0)
          }
    )
    expect(defaultFeatures(['a', 'b'], samples, {}).left).toEqual([{ tag: 'b', reason: 'nearly a copy of a' }])
  })

  it('of runs that recorded hook points only are those', () => {
    expect(choose({ 'weights/fc/l2': noise(1), 'weights/fc/l1': noise(2), loss: noise(3) }).chosen).toEqual([
      'weights/fc/l2',
      'weights/fc/l1'
    ])
    expect(sampledTags(['weights/l2', 'weights/fc/l2', 'lr'], {})).toEqual(['weights/l2'])
    expect(sampledTags(['weights/fc/l2', 'loss'], {})).toEqual(['loss', 'weights/fc/l2'])
  })

  it('of nothing are none', () => {
    expect(defaultFeatures([], [], {})).toEqual({ chosen: [], left: [], outcomes: [] })
    expect(choose({ lr: () => 0.1 }).chosen).toEqual([])
  })
})
