/**
 * Folders composed at random of what tools leave: every file is accounted for, no two trainings become one run, no value is lost.
 * What was written is the oracle.
 */
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { temporaryFolder } from '../project/testing/folders'
import { readTree, writeTree } from './testing/trees'

type Points = Record<string, [number, number][]>
interface Training {
  /** Folder below the tree, or a file's name without its ending. */
  place: string
  files: Record<string, string | Uint8Array>
  /** Tag to what must come of it. */
  series: Points
  seed?: number
}

const trees = 500
const metrics = [
  ['loss', 'loss/train'],
  ['val_loss', 'loss/val'],
  ['acc', 'accuracy/train'],
  ['grad_norm', 'grad_norm'],
  ['reward', 'reward']
] as const

/** Columns of random names, with gaps, at ascending steps. */
function recorded(rng: Rng): { steps: number[]; rows: (number | null)[][]; names: string[]; series: Points } {
  const count = 1 + rng.integer(3)
  const first = rng.integer(metrics.length - count + 1)
  const chosen = metrics.slice(first, first + count)
  const stride = 1 + rng.integer(50)
  const steps = Array.from({ length: 3 + rng.integer(20) }, (_, i) => i * stride)
  const rows = steps.map((_, i) => chosen.map(() => (i > 1 && rng.uniform() < 0.2 ? null : Math.round((rng.uniform() - 0.3) * 1e6) / 1e6))) // prettier-ignore
  const series = Object.fromEntries(
    chosen.map(([, tag], c) => [tag, steps.flatMap((step, i): [number, number][] => (rows[i][c] === null ? [] : [[step, rows[i][c]]]))]) // prettier-ignore
  )
  return { steps, rows, names: chosen.map(([name]) => name), series }
}

type Writer = (rng: Rng, place: string, more: string) => Training

const csv =
  (delimiter: string, ending: string): Writer =>
  (rng, place, name) => {
    const { steps, rows, names, series } = recorded(rng)
    const lines = steps.map((step, i) => [step, ...rows[i].map((value) => value ?? '')].join(delimiter))
    // Not by the end of the data: a table without a last line end, one after a remark, one of a spreadsheet.
    const head =
      rng.integer(4) === 0 ? '# written by hand\n' : delimiter === ';' && rng.integer(2) === 0 ? 'sep=;\n' : ''
    const text = `${head}${['step', ...names].join(delimiter)}\n${lines.join(rng.integer(2) === 0 ? '\r\n' : '\n')}\n`
    return { place, files: { [`${place}/${name}${ending}`]: text }, series }
  }
const gzipped: Writer = (rng, place, name) => {
  const training = csv(',', '.csv')(rng, place, name)
  const [[path, text]] = Object.entries(training.files)
  return { ...training, files: { [`${path}.gz`]: gzipSync(text) } }
}
const records = (rng: Rng): { list: object[]; series: Points } => {
  const { steps, rows, names, series } = recorded(rng)
  const list = steps.map((step, i) => ({ step, ...Object.fromEntries(names.flatMap((name, c) => (rows[i][c] === null ? [] : [[name, rows[i][c]]]))) })) // prettier-ignore
  return { list, series }
}
const jsonLines: Writer = (rng, place, name) => {
  const { list, series } = records(rng)
  return { place, files: { [`${place}/${name}.jsonl`]: list.map((one) => JSON.stringify(one)).join('\n') }, series }
}
const jsonList: Writer = (rng, place, name) => {
  const { list, series } = records(rng)
  const value = rng.integer(2) === 0 ? list : { about: { version: 2 }, history: list }
  return { place, files: { [`${place}/${name}.json`]: JSON.stringify(value, null, rng.integer(3)) }, series }
}
const trainerState: Writer = (rng, place) => {
  const { list, series } = records(rng)
  const state = (to: number): string => JSON.stringify({ global_step: 1, log_history: list.slice(0, to) })
  const files = {
    [`${place}/trainer_state.json`]: state(list.length),
    [`${place}/checkpoint-1/trainer_state.json`]: state(2)
  }
  return { place, files, series }
}
const mlflow: Writer = (rng, place) => {
  const { steps, rows, names, series } = recorded(rng)
  const files: Record<string, string> = { [`${place}/meta.yaml`]: 'run_id: x\nartifact_uri: file:///x\n' }
  names.forEach((name, c) => {
    const lines = steps.flatMap((step, i) => (rows[i][c] === null ? [] : [`1700000000000 ${rows[i][c]} ${step}`]))
    files[`${place}/metrics/${name}`] = `${lines.join('\n')}\n`
  })
  return { place, files, series }
}
const sacred: Writer = (rng, place) => {
  const { series } = recorded(rng)
  const seed = rng.integer(100)
  const written = Object.fromEntries(
    Object.entries(series).map(([tag, points]) => [tag, { steps: points.map(([step]) => step), values: points.map(([, value]) => value), timestamps: points.map(() => '2026-01-01T00:00:00') }]) // prettier-ignore
  )
  const files = {
    [`${place}/metrics.json`]: JSON.stringify(written),
    [`${place}/config.json`]: JSON.stringify({ lr: 0.1, seed }),
    [`${place}/run.json`]: '{"experiment": {"name": "x"}, "status": "COMPLETED"}',
    [`${place}/cout.txt`]: 'Epoch one\nEpoch two of many\n'
  }
  return { place, files, series, seed }
}
const settingsBeside: Writer = (rng, place, name) => {
  const training = csv(',', '.csv')(rng, place, name)
  const seed = rng.integer(1000)
  const files: Record<string, string> =
    rng.integer(2) === 0
      ? { [`${place}/hparams.yaml`]: `lr: 0.1\nseed: ${seed}\n` }
      : { [`${place}/params.json`]: `{"seed": ${seed}}` }
  return { ...training, files: { ...training.files, ...files }, seed }
}
const downloads: Writer = (rng, place) => {
  const { series } = recorded(rng)
  const files = Object.fromEntries(
    Object.entries(series).map(([tag, points]) => {
      const path = `${place}/run-train_1-tag-${tag.replace('/', '_')}`
      if (rng.integer(2) === 0)
        return [`${path}.json`, JSON.stringify(points.map(([step, value]) => [1.7e9, step, value]))]
      return [
        `${path}.csv`,
        `Wall time,Step,Value\n${points.map(([step, value]) => `1700000000,${step},${value}`).join('\n')}\n`
      ]
    })
  )
  return { place, files, series }
}
/** Weights of one matrix at two steps, and the log of the same training. */
const checkpoints: Writer = (rng, place, name) => {
  const log = rng.integer(3) === 0 ? { place, files: {}, series: {} } : csv(',', '.csv')(rng, place, name)
  const steps = [10, 20]
  const files = Object.fromEntries(steps.map((step) => [`${place}/checkpoint-${step}/model.safetensors`, weights(rng)]))
  const measured: Points = { 'weights/fc': steps.map((step) => [step, NaN]) }
  return { place, files: { ...log.files, ...files }, series: { ...log.series, ...measured } }
}
function weights(rng: Rng): Uint8Array {
  const header = JSON.stringify({ 'fc.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } })
  const bytes = new Uint8Array(8 + header.length + 24)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  bytes.set(new Uint8Array(Float32Array.from({ length: 6 }, () => rng.uniform()).buffer), 8 + header.length)
  return bytes
}
const writers: Writer[] = [
  ...[csv(',', '.csv'), csv(';', '.csv'), csv('\t', '.tsv'), gzipped, jsonLines, jsonList, trainerState, mlflow],
  ...[sacred, settingsBeside, downloads, checkpoints]
]
/** Folders of trainings as people and tools call them; their numbers are no seeds and no steps. */
const places = ['lr_0.1', 'lr_0.01', 'resnet50', 'resnet18', 'version_0', 'version_1', 'bs128', '2026-01-05_10-11-12', 'exp a', 'a,b=1.0', 'PPO_3', 'x/y/deep', '日本'] // prettier-ignore
const names = ['metrics', 'log', 'progress', 'history', 'results', 'curves of today']
const other: Record<string, string> = {
  'README.md': '# Runs',
  'train.py': 'print(1)',
  'model.gguf': 'x',
  'notes.txt': 'Some words about it\nand more\n',
  'config.yaml': 'model: mlp\n',
  'summary.json': '{"best": 0.5, "epoch": 3}',
  'events.db': 'x'
}

describe('folders at random', () => {
  it(`are read whole: ${trees} of them`, async () => {
    for (let number = 0; number < trees; number++) {
      const rng = new Rng(number)
      const trainings: Training[] = []
      const files: Record<string, string | Uint8Array> = {}
      const free = [...places]
      for (let i = 1 + rng.integer(4); i > 0; i--) {
        const [place] = free.splice(rng.integer(free.length), 1)
        const training = writers[rng.integer(writers.length)](rng, `${place}`, names[rng.integer(names.length)])
        trainings.push(training)
        Object.assign(files, training.files)
      }
      const beside = Object.entries(other).filter(() => rng.uniform() < 0.2)
      for (const [name, text] of beside) files[name] = text
      const folder = writeTree(join(temporaryFolder(), 'tree'), files)
      const { runs, left } = await readTree(folder)
      const told = `tree ${number}: ${Object.keys(files).join(', ')}`
      expect([told, runs.length, runs.flatMap(({ problems }) => problems)]).toEqual([told, trainings.length, []])
      for (const { place, series, seed } of trainings) {
        const run = runs.find((one) => one.files.some((file) => file === `tree/${place}` || file.startsWith(`tree/${place}/`))) // prettier-ignore
        expect([told, place, run?.series]).toEqual([told, place, series])
        if (seed !== undefined) expect([told, place, run?.seed]).toEqual([told, place, seed])
      }
      expect([told, left.map(({ file }) => file)]).toEqual([
        told,
        expect.arrayContaining(beside.map(([name]) => `tree/${name}`))
      ])
    }
  }, 120_000)
})
