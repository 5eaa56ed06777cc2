/** Layouts of other tools, each from a small tree of our own: which runs come of it, with which steps, names and seeds. */
import { mkdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ScalarView } from '../events/series'
import { encodeSafetensors } from '../formats/safetensors'
import { RunReader } from '../project/run-reader'
import { RunWriter } from '../project/run-writer'
import { writeScalarsFile } from '../project/scalar-export'
import { temporaryFolder } from '../project/testing/folders'
import { scanSources } from './scan'
import { readTree, writeTree } from './testing/trees'

const range = (from: number, to: number, by = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by)
const lines = (records: object[]): string => records.map((record) => JSON.stringify(record)).join('\n') + '\n'
const tree = (files: Record<string, string | Uint8Array>) => readTree(writeTree(join(temporaryFolder(), 'out'), files))
const loss = (step: number): number => 2 - step / 1000
const points = (steps: number[], of = loss): [number, number][] => steps.map((step) => [step, of(step)])

describe('JSON documents', () => {
  const history = range(10, 60, 10).map((step) => ({ epoch: step / 64, loss: loss(step), learning_rate: 1e-4, step }))
  const state = (records: object[]): string =>
    JSON.stringify({ best_metric: null, global_step: 60, log_history: records }, null, 2)

  it('of the Hugging Face trainer are one run for each output folder, and copies in checkpoints are no runs', async () => {
    const all = [...history, { epoch: 0.94, step: 60, train_loss: 1.97, train_runtime: 12.5 }]
    const { runs, left } = await tree({
      'seed_3/trainer_state.json': state(all),
      'seed_3/checkpoint-30/trainer_state.json': state(history.slice(0, 3)),
      'seed_4/checkpoint-30/trainer_state.json': state(history.slice(0, 3)),
      'seed_4/checkpoint-60/trainer_state.json': state(history),
      'seed_4/checkpoint-60/config.json': '{"hidden_sizes": [64, 64, 64], "model_type": "bert"}'
    })
    expect(runs.map(({ name, seed, problems }) => [name, seed, problems])).toEqual([
      ['seed_3', 3, []],
      ['seed_4', 4, []]
    ])
    expect(runs[0].series['loss/train']).toEqual(points(range(10, 60, 10)))
    // The mean of the whole training is no series that takes the place of the loss.
    expect(runs[0].series.train_loss).toEqual([[60, 1.97]])
    expect(runs[1].series.lr).toHaveLength(6)
    expect(left.map(({ file }) => file)).toEqual([
      'out/seed_3/checkpoint-30/trainer_state.json',
      'out/seed_4/checkpoint-30/trainer_state.json',
      'out/seed_4/checkpoint-60/config.json'
    ])
  })

  it.each<[string, unknown, Record<string, [number, number][]>]>([
    ['Keras', { loss: [3, 2, 1], val_loss: [4, 3, 2] }, { 'loss/train': [[0, 3], [1, 2], [2, 1]], 'loss/val': [[0, 4], [1, 3], [2, 2]] }], // prettier-ignore
    ['XGBoost', { train: { rmse: [3, 2, 1] }, eval: { rmse: [4, 3, 2] } }, { 'train/rmse': [[0, 3], [1, 2], [2, 1]], 'eval/rmse': [[0, 4], [1, 3], [2, 2]] }], // prettier-ignore
    ['lists with their epochs', { epoch: [1, 2, 3], loss: [3, 2, 1] }, { epoch: [[1, 1], [2, 2], [3, 3]], 'loss/train': [[1, 3], [2, 2], [3, 1]] }], // prettier-ignore
    ['records', [{ step: 5, loss: 1 }, { step: 6, loss: 2 }], { 'loss/train': [[5, 1], [6, 2]] }], // prettier-ignore
    ['records deep inside', { meta: { v: 1 }, training: { history: [{ step: 5, loss: 1 }, { step: 6, loss: 2 }] } }, { 'loss/train': [[5, 1], [6, 2]] }], // prettier-ignore
    ['Sacred', { loss: { steps: [0, 10], values: [2, 1], timestamps: ['2026-01-01T00:00:00', '2026-01-01T00:00:09'] }, acc: { steps: [10], values: [0.5], timestamps: ['2026-01-01T00:00:09'] } }, { 'loss/train': [[0, 2], [10, 1]], 'accuracy/train': [[10, 0.5]] }], // prettier-ignore
    [
      'names that are steps',
      { '0': { loss: 2 }, '100': { loss: 1 } },
      {
        'loss/train': [
          [0, 2],
          [100, 1]
        ]
      }
    ],
    ['names with epochs', { epoch_1: { loss: 2 }, epoch_2: { loss: 1 } }, { epoch: [[1, 1], [2, 2]], 'loss/train': [[1, 2], [2, 1]] }], // prettier-ignore
    ['a frame by columns', { step: { '0': 10, '1': 20, '2': 30 }, loss: { '0': 3, '1': 2, '2': 1 } }, { 'loss/train': [[10, 3], [20, 2], [30, 1]] }], // prettier-ignore
    ['a frame in parts', { columns: ['step', 'loss'], index: [0, 1], data: [[10, 3], [20, 2]] }, { 'loss/train': [[10, 3], [20, 2]] }] // prettier-ignore
  ])('are read by their shape: %s', async (_, document, series) => {
    for (const space of [0, 2]) {
      const { runs } = await tree({ 'run/history.json': JSON.stringify(document, null, space) })
      expect(runs.map(({ problems }) => problems)).toEqual([[]])
      expect(runs[0].series).toEqual(series)
    }
  })

  it('may follow each other over many lines, or lack their end', async () => {
    const records = [{ step: 1, loss: 2 }, { step: 2, loss: 1 }, { step: 3, loss: 0.5 }] // prettier-ignore
    const several = records.map((record) => JSON.stringify(record, null, 2)).join('\n')
    const cut = JSON.stringify(records, null, 1).slice(0, -20)
    const { runs } = await tree({ 'a_seed1/log.json': several, 'b_seed2/log.json': cut })
    expect(runs.map(({ series }) => series['loss/train'])).toEqual([
      [[1, 2], [2, 1], [3, 0.5]], // prettier-ignore
      [[1, 2], [2, 1]] // prettier-ignore
    ])
  })

  it('that are settings are no runs', async () => {
    const { runs, left } = await tree({
      'run/config.json': '{"betas": [0.9, 0.999], "layers": [64, 64, 64], "lr": 0.1, "name": "x", "batch": 3, "wd": 0}',
      'run/all_results.json': '{"eval_loss": 1, "epoch": 3}',
      'run/notes.json': '["a", "b"]',
      'run/loss.csv': 'step,loss\n0,1\n1,2\n'
    })
    expect(runs.map(({ files }) => files)).toEqual([['out/run/loss.csv']])
    expect(left.map(({ reason }) => reason)).toEqual([
      'a JSON document without recorded series',
      'settings',
      'a JSON document without recorded series'
    ])
  })
})

describe('tables of tools', () => {
  it('of a panel of Weights & Biases: a run for each group of columns', async () => {
    const header = 'Step,a - b-1 - val/acc,a - b-1 - val/acc__MIN,a - b-1 - val/acc__MAX,c-2 - val/acc,c-2 - val/acc__MIN,c-2 - val/acc__MAX' // prettier-ignore
    const { runs } = await tree({ 'wandb.csv': `${header}\n0,1,1,1,2,1.5,2.5\n10,3,3,3,,,\n20,4,4,4,5,5,5\n` })
    expect(runs.map(({ name, group }) => [name, group])).toEqual([
      ['a - b-1', 'wandb'],
      ['c-2', 'wandb']
    ])
    expect(runs[0].series).toEqual({ 'accuracy/val': [[0, 1], [10, 3], [20, 4]] }) // prettier-ignore
    expect(runs[1].series).toEqual({
      'accuracy/val': [[0, 2], [20, 5]], // prettier-ignore
      'val/acc/min': [[0, 1.5], [20, 5]], // prettier-ignore
      'val/acc/max': [[0, 2.5], [20, 5]] // prettier-ignore
    })
  })

  it('with a point a row: series and runs are named in columns', async () => {
    const rows = ['m', 'n'].flatMap(
      (run) =>
      ['loss', 'acc'].flatMap((key) => range(0, 2).map((step) => `${run},${key},${step},${step + (key === 'acc' ? 0.5 : 0)}`)) // prettier-ignore
    )
    const { runs } = await tree({ 'runs.csv': `run_id,key,step,value\n${rows.join('\n')}\n` })
    expect(runs.map(({ name }) => name)).toEqual(['m', 'n'])
    expect(runs[1].series).toEqual({
      'loss/train': [[0, 0], [1, 1], [2, 2]], // prettier-ignore
      'accuracy/train': [[0, 0.5], [1, 1.5], [2, 2.5]] // prettier-ignore
    })
  })

  it('with several runs, one below the other or row by row, told apart by a column that says so', async () => {
    const below = [1, 2].flatMap((seed) => range(0, 3).map((step) => `${seed},${step},${step * seed}`))
    const mixed = range(0, 3).flatMap((step) => ['x', 'y'].map((run) => `${run},${step},${step}`))
    const { runs } = await tree({
      'below.csv': `seed,step,loss\n${below.join('\n')}\n`,
      'mixed.csv': `run,step,loss\n${mixed.join('\n')}\n`
    })
    expect(runs.map(({ name, seed }) => [name, seed])).toEqual([
      ['seed 1', 1],
      ['seed 2', 2],
      ['x', null],
      ['y', null]
    ])
    expect(runs[1].series['loss/train']).toEqual([[0, 0], [1, 2], [2, 4], [3, 6]]) // prettier-ignore
  })

  it('of Stable-Baselines3: steps are the sum of the episodes', async () => {
    const { runs } = await tree({
      'seed_2.monitor.csv': '#{"t_start": 1.5, "env_id": "X"}\nr,l,t\n1,10,0.1\n2,15,0.2\n'
    })
    expect(runs[0].seed).toBe(2)
    expect(runs[0].series).toEqual({ r: [[10, 1], [25, 2]], l: [[10, 10], [25, 15]], t: [[10, 0.1], [25, 0.2]] }) // prettier-ignore
  })

  it('of OpenMMLab: iterations begin anew, or validation counts epochs', async () => {
    const old = [1, 2].flatMap((epoch) => [
      ...range(50, 100, 50).map((iter) => ({ mode: 'train', epoch, iter, loss: epoch + iter / 1000 })),
      { mode: 'val', epoch, iter: 20, mAP: epoch / 10 }
    ])
    const newer = [1, 2].flatMap((epoch) => [
      ...range(50, 100, 50).map((it) => ({
        loss: 1,
        epoch,
        iter: (epoch - 1) * 100 + it,
        step: (epoch - 1) * 100 + it
      })),
      { 'coco/mAP': epoch / 10, step: epoch }
    ])
    const { runs } = await tree({
      'a/20231114_101500.log.json': lines([{ seed: 7, env_info: 'linux' }, ...old]),
      'b/20240101_000000/vis_data/scalars.json': lines(newer)
    })
    expect(runs[0].seed).toBe(7)
    expect(runs[0].series['loss/train']).toEqual([[50, 1.05], [100, 1.1], [150, 2.05], [200, 2.1]]) // prettier-ignore
    expect(runs[0].series.mAP).toEqual([[100, 0.1], [200, 0.2]]) // prettier-ignore
    expect(runs[1].series['coco/mAP']).toEqual([[100, 0.1], [200, 0.2]]) // prettier-ignore
    expect(runs[1].series['loss/train'].map(([step]) => step)).toEqual([50, 100, 150, 200])
  })

  it('of TensorBoard’s page: the downloads of one run are one run', async () => {
    const csv = (steps: number[]): string =>
      `Wall time,Step,Value\n${steps.map((step) => `1700000000,${step},${loss(step)}`).join('\n')}\n`
    const json = (steps: number[]): string => JSON.stringify(steps.map((step) => [1700000000.5, step, loss(step)]))
    const { runs } = await tree({
      'run-a-tag-loss_train.csv': csv([0, 10]),
      'run-a-tag-loss_val.json': json([0, 20]),
      'run-b-tag-loss_train.csv': csv([5])
    })
    expect(runs.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(runs[0].series).toEqual({ 'loss/train': points([0, 10]), 'loss/val': points([0, 20]) })
  })

  it('that are compressed are read as what they are', async () => {
    const { runs } = await tree({ 'seed4.csv.gz': gzipSync('step,loss\n0,1\n1,2\n') })
    expect([runs[0].seed, runs[0].series]).toEqual([4, { 'loss/train': [[0, 1], [1, 2]] }]) // prettier-ignore
  })
})

it('reads the file store of MLflow: a run for each folder, metrics with slashes too', async () => {
  const metric = (values: number[]): string =>
    values.map((value, step) => `170000000${step}000 ${value} ${step}`).join('\n')
  const { runs } = await tree({
    'mlruns/5/meta.yaml': 'name: digits\nexperiment_id: "5"\n',
    'mlruns/5/ab12/meta.yaml': 'run_id: ab12\nartifact_uri: file:///x\nrun_name: tall-hill\n',
    'mlruns/5/ab12/metrics/train/loss': metric([3, 2, 1]),
    'mlruns/5/ab12/metrics/acc': metric([0.1, 0.2]),
    'mlruns/5/ab12/params/seed': '11',
    'mlruns/5/ab12/tags/mlflow.user': 'me',
    'mlruns/5/cd34/meta.yaml': 'run_id: cd34\nartifact_uri: file:///x\n',
    'mlruns/5/cd34/metrics/acc': metric([0.3, 0.4]),
    'mlruns/5/cd34/tags/mlflow.runName': 'deep-lake'
  })
  expect(runs.map(({ name, group, seed }) => [name, group, seed])).toEqual([
    ['tall-hill', 'digits', 11],
    ['deep-lake', 'digits', null]
  ])
  expect(runs[0].series).toEqual({ 'loss/train': [[0, 3], [1, 2], [2, 1]], 'accuracy/train': [[0, 0.1], [1, 0.2]] }) // prettier-ignore
})

describe('our own export', () => {
  it.each(['csv', 'jsonl', 'json'] as const)(
    'as %s is read back: every run and series, every digit',
    async (format) => {
      const folder = writeTree(join(temporaryFolder(), 'out'), {})
      const made: Record<string, Record<string, [number, number][]>> = {
        'a/b=1': { 'loss/train': [[0, 1 / 3], [7, -0]], lr: [[3, 1e-7]] }, // prettier-ignore
        'c d': { 'loss/train': [[0, NaN], [7, Infinity]], 'weights/fc/l2': [[1, 5e-324]] } // prettier-ignore
      }
      const series = Object.entries(made).flatMap(([run, tags]) =>
        Object.entries(tags).map(([tag, all]) => ({ run, tag, view: viewOf(all) }))
      )
      mkdirSync(folder, { recursive: true })
      writeScalarsFile(series, format, join(folder, `export.${format}`))
      const { runs } = await readTree(folder)
      expect(Object.fromEntries(runs.map((run) => [run.name, run.series]))).toEqual(made)
    }
  )
})

/** Points as an event file gives them. */
function viewOf(all: readonly [number, number][]): ScalarView {
  const folder = temporaryFolder()
  const writer = new RunWriter(folder, 0)
  for (const [step, value] of all) writer.exactScalars(step, 1.7e9, [['x', value]])
  writer.close()
  const reader = new RunReader(folder)
  reader.refresh()
  return reader.log.scalars('x')!.view('latest')
}

describe('what lies in one folder', () => {
  it('is one run: tables that measure parts of the data, and the same rows in two formats', async () => {
    const { runs } = await tree({
      'a/train.csv': 'step,loss\n0,3\n1,2\n',
      'a/val.csv': 'step,loss\n0,4\n1,3\n',
      'b/progress.csv': 'step,loss\n0,3\n1,2\n',
      'b/result.json': lines([{ step: 0, loss: 3, extra: 1 }, { step: 1, loss: 2, extra: 2 }]), // prettier-ignore
      'c/one.csv': 'step,loss\n0,3\n1,2\n',
      'c/two.csv': 'step,loss\n0,4\n1,3\n'
    })
    expect(runs.map(({ name, files }) => [name, files.length])).toEqual([
      ['a', 2],
      ['b', 2],
      ['one', 1],
      ['two', 1]
    ])
    expect(runs[0].series).toEqual({ 'loss/train': [[0, 3], [1, 2]], 'loss/val': [[0, 4], [1, 3]] }) // prettier-ignore
    expect(runs[1].series).toEqual({ 'loss/train': [[0, 3], [1, 2]], extra: [[0, 1], [1, 2]] }) // prettier-ignore
  })

  it('is not joined by a guess: weights beside several logs are a run without one, and ask for it', async () => {
    const weights = encodeSafetensors([{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }])
    const csv = 'step,loss\n0,3\n10,2\n'
    const folder = writeTree(join(temporaryFolder(), 'out'), {
      'a/one.csv': csv,
      'a/two.csv': csv,
      'a/step_10.safetensors': weights,
      'b/one_seed1.csv': csv,
      'b/two_seed2.csv': csv,
      'b/model_seed2_step_10.safetensors': weights
    })
    const { files } = await scanSources([folder])
    const runs = new Map(files.map(({ file, run, mayBeOf }) => [file.slice(4), [run.slice(4), mayBeOf?.length ?? 0]]))
    expect(Object.fromEntries(runs)).toEqual({
      'a/one.csv': ['a/one.csv', 0],
      'a/two.csv': ['a/two.csv', 0],
      'a/step_10.safetensors': ['a/step_10.safetensors', 2],
      'b/one_seed1.csv': ['b/one_seed1.csv', 0],
      // The seeds tell.
      'b/two_seed2.csv': ['b/model_seed2_step_10.safetensors', 0],
      'b/model_seed2_step_10.safetensors': ['b/model_seed2_step_10.safetensors', 0]
    })
  })

  it('may be half of a run: its logs and its checkpoints in trees of their own', async () => {
    const csv = 'step,loss\n0,3\n10,2\n'
    const weights = encodeSafetensors([{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }])
    const { runs } = await tree({
      'logs/lr_0.1/metrics.csv': csv,
      'logs/lr_0.2/metrics.csv': csv,
      'checkpoints/lr_0.1/step_10.safetensors': weights,
      'checkpoints/lr_0.2/step_10.safetensors': weights,
      // Two attempts of one training, each with its own log: neither is lost.
      'mmdet/step_5.safetensors': weights,
      'mmdet/20260101_101010/vis_data/scalars.json': lines([{ step: 1, loss: 1 }, { step: 2, loss: 2 }]), // prettier-ignore
      'mmdet/20260102_101010/vis_data/scalars.json': lines([{ step: 1, loss: 3 }, { step: 2, loss: 4 }]) // prettier-ignore
    })
    expect(runs.map(({ name, series }) => [name, Object.keys(series).length]).sort()).toEqual([
      ['lr_0.1', 2],
      ['lr_0.2', 2],
      ['out/mmdet', 1],
      ['out/mmdet/20260101_101010/vis_data', 1],
      ['out/mmdet/20260102_101010/vis_data', 1]
    ])
  })

  it('is one run: event files, and the table of the same training', async () => {
    const folder = writeTree(join(temporaryFolder(), 'out'), { 'v/metrics.csv': 'step,acc\n0,3\n1,2\n' })
    const log = new RunWriter(join(folder, 'v'), 0)
    for (const step of [0, 1]) log.exactScalars(step, 1.7e9, [['loss/train', step]])
    log.close()
    const { runs } = await readTree(folder)
    expect(runs.map(({ files }) => files)).toEqual([['out/v', 'out/v/metrics.csv']])
    expect(Object.keys(runs[0].series)).toEqual(['loss/train', 'accuracy/train'])
  })

  it('gives its seed in the settings beside it', async () => {
    const csv = 'step,loss\n0,3\n1,2\n'
    const { runs } = await tree({
      'version_0/metrics.csv': csv,
      'version_0/hparams.yaml': 'lr: 0.1\nseed: 17\n',
      'trial/progress.csv': csv,
      'trial/params.json': '{"lr": 1, "env": {"seed": 5}}',
      'plain/metrics.csv': csv,
      'plain/config.json': '{"seed_ratio": 3}'
    })
    expect(runs.map(({ name, seed }) => [name, seed])).toEqual([
      ['plain', null],
      ['trial', 5],
      ['version_0', 17]
    ])
  })
})

it('tells of every file what it is', async () => {
  const { runs, left } = await tree({
    'a.gguf': 'x',
    'run-1.wandb': 'x',
    'mlflow.db': 'x',
    'ppo.zip': 'x',
    'model.ckpt-5.index': 'x',
    'weights.msgpack': 'x',
    'train.py': 'x',
    'notes.log': 'Nothing of note\nhappened today\n',
    'metadata.tsv': 'cat\ndog\n'
  })
  expect(runs).toEqual([])
  expect(left).toHaveLength(9)
  expect(Object.fromEntries(left.map(({ file, reason }) => [file.slice(4), reason.split(/[:,]/)[0]]))).toEqual({
    'a.gguf': 'weights for llama.cpp',
    'run-1.wandb': 'an offline file of Weights & Biases',
    'mlflow.db': 'a database',
    'ppo.zip': 'an archive',
    'model.ckpt-5.index': 'part of a TensorFlow checkpoint',
    'weights.msgpack': 'weights of Flax',
    'train.py': 'a program',
    'notes.log': 'a text that is no table',
    'metadata.tsv': 'labels or vectors of an embedding'
  })
})
