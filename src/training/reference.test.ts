import { describe, expect, it } from 'vitest'
import { goldenText } from '../testing/golden'
import { findExperiment } from './experiments'
import { runTiny, tinySpec } from './testing/tiny-runs'

type Row = Record<string, number>

function goldenRows(step: number): Row[] {
  return Array.from({ length: 10 }, (_, seed) => {
    const [head, ...lines] = goldenText(`runs/modular_noln/seed${seed}.csv`).trim().split('\n')
    const keys = head.split(',')
    const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [keys[i], Number(cell)])))
    return rows.find((row) => row.step === step)!
  })
}

describe('modular addition as in the recorded runs of the reference package (10 seeds)', () => {
  it('weight metrics and loss after 15 and 135 steps lie among its seeds', async () => {
    const { defaultRecord } = findExperiment('modular-addition')
    const record = { ...defaultRecord, metricsEvery: 15, metricsUnit: 'step' as const, activationsEvery: 1000 }
    // Its AdamW had PyTorch's default betas.
    const params = { epochs: 9, beta2: 0.999, evalSamples: 3830 }
    const { port } = await runTiny(tinySpec('modular-addition', params, { hooks: ['blocks.0'], record }))
    for (const step of [15, 135]) {
      const { values } = port.of('scalars').find((row) => row.step === step)!
      const golden = goldenRows(step)
      const expectAmong = (value: number, key: string, margin: number): void => {
        const all = golden.map((row) => row[key])
        const [low, high] = [Math.min(...all), Math.max(...all)]
        expect(value, `${key} at ${step}`).toBeGreaterThan(low - margin * Math.abs(low))
        expect(value, `${key} at ${step}`).toBeLessThan(high + margin * Math.abs(high))
      }
      for (const key of ['l1', 'l2', 'spectral', 'code_sparsity', 'mean_lambda', 'variance_lambda', 'var_w']) {
        expectAmong(values[`weights/blocks.0/${key}`], key, key === 'variance_lambda' ? 0.05 : 0.01)
      }
      expectAmong(values['loss/val'], 'eval_loss', 0.01)
    }
  })
})
