/** Layouts from public reports of faults, where they lie beside the project; the right behaviour of each is written with it. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectFile } from './read-and-write'
import { scanSources } from './scan'
import { readTree, type ReadRun } from './testing/trees'

const cases = join(import.meta.dirname, '../../../shared/cases/import')
const isThere = existsSync(cases)
if (!isThere)
  console.log('Skipped: the reported layouts, which are not part of the project, do not lie at ../shared/cases/import.')

function folderOf(number: string, ...below: string[]): string {
  return join(
    cases,
    readdirSync(cases).find((name) => name.startsWith(`${number}-`))!,
    'in',
    ...below
  )
}
const read = async (number: string, ...below: string[]): Promise<ReadRun[]> =>
  (await readTree(folderOf(number, ...below))).runs
const stepsOf = (run: ReadRun, tag: string): number[] => run.series[tag].map(([step]) => step)
const range = (from: number, to: number, by: number): number[] =>
  Array.from({ length: (to - from) / by + 1 }, (_, i) => from + i * by)

describe.skipIf(!isThere)('a reported layout (its files are not part of the project)', () => {
  it('02: trainer_state.json of Hugging Face', async () => {
    const { runs, left } = await readTree(folderOf('02'))
    expect(runs.map(({ name, seed }) => [name, seed])).toEqual([['seed_0', 0], ['seed_1', 1]]) // prettier-ignore
    for (const run of runs) {
      expect(stepsOf(run, 'loss/train')).toEqual(range(10, 200, 10))
      expect(stepsOf(run, 'loss/val')).toEqual([50, 100, 150, 200])
      expect(Object.keys(run.series)).toEqual(expect.arrayContaining(['epoch', 'grad_norm', 'lr']))
    }
    expect(left).toHaveLength(4)
  })

  it('03: a panel of Weights & Biases', async () => {
    const runs = await read('03')
    expect(runs.map(({ name, series }) => [name, Object.keys(series), series['loss/train'].length])).toEqual([
      ['brisk-river-1', ['loss/train'], 40],
      ['quiet-moon-2', ['loss/train'], 40],
      ['tall-hill-3', ['loss/train'], 20]
    ])
  })

  it('04: monitor.csv of Stable-Baselines3', async () => {
    const runs = await read('04')
    expect(runs.map(({ seed, series }) => [seed, Object.keys(series), series.r.length])).toEqual([
      [0, ['r', 'l', 't'], 40],
      [1, ['r', 'l', 't'], 40]
    ])
  })

  it('05: progress.csv of Ray, with result.json beside it', async () => {
    const runs = await read('05')
    expect(runs.map(({ seed, files }) => [seed, files.length])).toEqual([[null, 2], [null, 2]]) // prettier-ignore
    for (const run of runs) expect(stepsOf(run, 'loss/train')).toEqual(range(1, 20, 1))
  })

  it('07: trainer_log.jsonl of LLaMA-Factory', async () => {
    const [run] = await read('07')
    expect(stepsOf(run, 'loss/train')).toEqual(range(10, 300, 10))
    expect(stepsOf(run, 'loss/val')).toEqual([100, 200, 300])
  })

  it('08: the log of MMDetection', async () => {
    const [run] = await read('08')
    expect(run.seed).toBe(7)
    expect(stepsOf(run, 'loss/train')).toEqual(range(50, 1500, 50))
    expect(stepsOf(run, 'bbox_mAP')).toEqual(range(250, 1500, 250))
  })

  it('12: the file store of MLflow', async () => {
    const runs = await read('12')
    expect(runs.map(({ name }) => name)).toEqual(['run0', 'run1'])
    for (const run of runs) expect(stepsOf(run, 'loss/val')).toEqual(range(0, 59, 1))
  })

  it('22: checkpoints with other objects beside the tensors', async () => {
    const runs = await read('22')
    expect(runs).toHaveLength(8)
    for (const { series, problems } of runs)
      expect([problems, Object.keys(series)]).toEqual([[], ['weights/fc1', 'weights/fc2']])
  })

  it.each([
    ['23', 1, [50, 100, 150, 200], /fc1$/],
    ['24', 3, [100, 200, 300], /^weights\/fc1$/],
    ['26', 1, [100, 200, 300], /fc1$/]
  ])('%s: checkpoints at their steps', async (number, count, steps, module) => {
    const runs = await read(number)
    expect(runs).toHaveLength(count)
    for (const run of runs) {
      const tag = Object.keys(run.series).find((one) => module.test(one))!
      expect(stepsOf(run, tag)).toEqual(steps)
    }
  })

  it('30: trainings told apart by their folders', async () => {
    for (const [folder, count] of [
      ['lr', 3],
      ['exp', 2],
      ['arch', 2],
      ['same', 3]
    ] as const)
      // prettier-ignore
      expect([folder, (await read('30', folder)).length]).toEqual([folder, count])
    const apart = await read('30', 'disjoint')
    expect(apart.map((run) => stepsOf(run, Object.keys(run.series)[0]))).toEqual([[50, 100], [150, 200]]) // prettier-ignore
  })

  it('31: names of checkpoints', async () => {
    const steps = async (folder: string): Promise<number[][]> =>
      (await read('31', folder)).map((run) => stepsOf(run, Object.keys(run.series)[0]))
    expect(await steps('fairseq_updates')).toEqual([[500, 1000, 1500]])
    expect(await steps('timm')).toEqual([[5, 6, 7]])
    expect(await steps('best')).toEqual([[100, 200]])
    const [stamp] = await read('31', 'stamp')
    expect(stamp.problems[0]).toMatch(/Does it\?|Which/)
  })

  it('40: a compressed event file', async () => {
    const { files } = await scanSources([folderOf('40')])
    const source = await inspectFile({ file: files[0], stepColumn: null, hooks: null })
    expect([source.problem, source.rows, source.firstStep, source.lastStep]).toEqual([null, 50, 0, 49])
  })

  it('42: numbers in names that are no seeds', async () => {
    expect((await read('42')).map(({ seed }) => seed)).toEqual(Array.from({ length: 9 }, () => null))
  })

  it('46: a log that goes back', async () => {
    const { files } = await scanSources([folderOf('46')])
    for (const file of files) {
      const { series, notes } = await inspectFile({ file, stepColumn: null, hooks: null })
      const points = file.file.includes('/same/') ? 26 : 422
      expect([file.file, series[0].points, notes.length]).toEqual([file.file, points, 1])
    }
  })

  it('49: metrics beside checkpoints', async () => {
    const detectron2 = await read('49', 'detectron2')
    expect(detectron2).toHaveLength(1)
    expect(stepsOf(detectron2[0], 'total_loss')).toEqual(range(19, 299, 20))
    const [detr] = await read('49', 'detr')
    expect(stepsOf(detr, 'loss/train')).toEqual(range(0, 29, 1))
    expect(stepsOf(detr, 'test_coco_eval_bbox/11')).toEqual(range(0, 29, 1))
  })

  it('50: rows without a step', async () => {
    const [meta] = await read('50', 'meta')
    expect(stepsOf(meta, 'loss/train')).toEqual(range(0, 490, 10))
    const [resumed] = await read('50', 'resumed')
    expect(stepsOf(resumed, 'total_loss')).toEqual(range(19, 599, 20))
    const [sheet] = await read('50', 'spreadsheet')
    expect(sheet.series['loss/train']).toHaveLength(20)
  })

  it('54: a NumPy archive of results', async () => {
    const runs = await read('54')
    expect(runs).toHaveLength(1)
    expect(runs[0].series['loss/train']).toHaveLength(20)
    expect(Object.keys(runs[0].series)).not.toContain('weights/results')
  })

  it('56: commas in names', async () => {
    const runs = await read('56')
    expect(runs.map(({ seed }) => seed)).toEqual([null, null])
    for (const { name } of runs) expect(name).toMatch(/grad_clip=\d\.0,vf_loss_coeff=0\.1_2023-11-14$/)
  })
})
