/** What every experiment is expected to show, in numbers, and the settings with which it is asked to. */
import type { ParamValue } from '../../domain/recipe'
import { largest } from '../../numeric/statistics'

/** A recorded curve: epochs and values of the same length. */
export interface Curve {
  epochs: ArrayLike<number>
  values: ArrayLike<number>
}

/** @returns what was reached, in a few words, and whether that is what was expected */
export type Check = (curve: (tag: string) => Curve) => { reached: string; ok: boolean }

export interface VerifyCase {
  name: string
  experiment: string
  params: Record<string, ParamValue>
  expected: string
  check: Check
}

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`
const last = ({ values }: Curve): number => values[values.length - 1]
const best = ({ values }: Curve): number => largest(values)

/** The first epoch at which the curve reaches a level, or null. */
function reaches({ epochs, values }: Curve, level: number): number | null {
  const at = Array.from(values).findIndex((value) => value >= level)
  return at < 0 ? null : epochs[at]
}

/** Training is perfect long before validation follows. */
const groks: Check = (curve) => {
  const memorised = reaches(curve('accuracy/train'), 0.999)
  const generalised = reaches(curve('accuracy/val'), 0.95)
  const at = (epoch: number | null): string => (epoch === null ? 'never' : `epoch ${epoch}`)
  return {
    reached: `training 100% at ${at(memorised)}, validation 95% at ${at(generalised)}, ${percent(last(curve('accuracy/val')))} at the end`,
    ok: memorised !== null && generalised !== null && generalised >= 1.5 * memorised
  }
}

/** Chance for a while, then a jump. */
const jumps: Check = (curve) => {
  const validation = curve('accuracy/val')
  const leaves = reaches(validation, 0.6)
  const arrives = reaches(validation, 0.99)
  const plateau = leaves === null ? 'at chance to the end' : `at chance until epoch ${leaves}`
  const jump = arrives === null ? 'never 99%' : `99% at epoch ${arrives}`
  return {
    reached: `${plateau}, ${jump}, ${percent(last(validation))} at the end`,
    ok: leaves !== null && leaves > 0 && arrives !== null
  }
}

const reachesAccuracy =
  (level: number): Check =>
  (curve) => {
    const value = best(curve('accuracy/val'))
    return { reached: `validation accuracy ${percent(value)}`, ok: value >= level }
  }

const omnigrok: Check = (curve) => {
  const memorised = reaches(curve('accuracy/train'), 0.999)
  const validation = curve('accuracy/val')
  const then = memorised === null ? NaN : validation.values[Array.from(validation.epochs).indexOf(memorised)]
  const end = last(validation)
  return {
    reached: `training 100% at epoch ${memorised ?? 'never'} with validation ${percent(then)}, ${percent(end)} at the end`,
    ok: memorised !== null && end >= 0.87 && end - then > 0.05
  }
}

const captcha: Check = (curve) => {
  const whole = last(curve('accuracy/val'))
  const mean = last(curve('accuracy/val/mean'))
  const letters = [1, 2, 3, 4, 5].map((i) => percent(last(curve(`accuracy/val/letter ${i}`))))
  return {
    reached: `loss ${last(curve('loss/val')).toFixed(3)}, whole sequence ${percent(whole)}, letters ${letters.join(' ')}, mean ${percent(mean)}`,
    ok: whole > 0.7162 && mean > 0.9339
  }
}

const nodules: Check = (curve) => {
  const recall = last(curve('recall/val'))
  const f1 = last(curve('f1/val'))
  return {
    reached: `recall from ${percent(curve('recall/val').values[0])} to ${percent(recall)}, precision ${percent(last(curve('precision/val')))}, F1 ${f1.toFixed(3)}`,
    ok: f1 >= 0.8
  }
}

const grokking = 'training 100% long before validation, which reaches 95%'
const digits = { trainSamples: 2000, validationSamples: 1000, evalSamples: 1000 }
const resnet = { ...digits, model: 'resnet18', width: 8 }

export const verifyCases: readonly VerifyCase[] = [
  { name: 'a + b mod 113', experiment: 'modular-addition', params: {}, expected: grokking, check: groks },
  {
    name: 'a + b mod 113, layer norm',
    experiment: 'modular-addition',
    params: { layerNorm: true },
    expected: grokking,
    check: groks
  },
  {
    name: 'a - b mod 113',
    experiment: 'modular-addition',
    params: { operation: 'sub', epochs: 1200 },
    expected: grokking,
    check: groks
  },
  {
    name: 'a x b mod 113',
    experiment: 'modular-addition',
    params: { operation: 'mul' },
    expected: grokking,
    check: groks
  },
  {
    name: 'a / b mod 113',
    experiment: 'modular-addition',
    params: { operation: 'div', epochs: 1200 },
    expected: grokking,
    check: groks
  },
  {
    name: '3 of 40 bits, SGD',
    experiment: 'sparse-parity',
    params: {},
    expected: 'chance, then a jump to at least 99%',
    check: jumps
  },
  {
    name: '3 of 40 bits, AdamW',
    experiment: 'sparse-parity',
    params: { optimizer: 'adamw', learningRate: 1e-3, weightDecay: 1, trainSamples: 2000, epochs: 150 },
    expected: 'chance, then a jump to at least 99%',
    check: jumps
  },
  {
    name: 'MLP, large initial weights',
    experiment: 'mnist',
    params: {},
    expected: 'memorises, then climbs to 87% or more',
    check: omnigrok
  },
  {
    name: 'LeNet-5',
    experiment: 'mnist',
    params: { ...digits, model: 'lenet5' },
    expected: 'at least 94% from 2,000 digits',
    check: reachesAccuracy(0.94)
  },
  {
    name: 'ResNet-18',
    experiment: 'mnist',
    params: resnet,
    expected: 'at least 94% from 2,000 digits',
    check: reachesAccuracy(0.94)
  },
  {
    name: 'ResNet-18, no residuals',
    experiment: 'mnist',
    params: { ...resnet, residual: false },
    expected: 'at least 90%',
    check: reachesAccuracy(0.9)
  },
  {
    name: 'ResNet-18, no batch norm',
    experiment: 'mnist',
    params: { ...resnet, batchNorm: false },
    expected: 'at least 80%',
    check: reachesAccuracy(0.8)
  },
  {
    name: 'unseen typefaces',
    experiment: 'captcha',
    params: { evalSamples: 2000 },
    expected: 'more than 71.62% of sequences and 93.39% of letters',
    check: captcha
  },
  {
    name: '10% positive',
    experiment: 'nodules',
    params: {},
    expected: 'recall rises from 0, F1 at least 0.8',
    check: nodules
  }
]
