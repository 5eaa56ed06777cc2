/** Checkpoints whose names tell no step: their place in the series by what is in them. */
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ImportSource } from '../../domain/import-source'
import { encodeSafetensors } from '../../formats/safetensors'
import { temporaryFolder } from '../../project/testing/folders'
import type { CheckpointHolding, ImportFile } from '../sources'
import { inspectCheckpoints } from './read-and-write'
import { checkpointSources } from './sources'

const testdata = fileURLToPath(new URL('../../../testdata/checkpoints/', import.meta.url))
/** Counters in the metadata of a safetensors file. */
type Told = Record<string, number | string>

interface Given {
  /** Path to what the file says. */
  files: Record<string, Told>
  /** Folder to its trainer_state.json. */
  states?: Record<string, object>
  /** Path to a file of testdata. */
  copies?: Record<string, string>
  /** Path to the shape of its matrix, where that is another one. */
  shapes?: Record<string, number[]>
}

function write(root: string, { files, states = {}, copies = {}, shapes = {} }: Given): void {
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    return join(root, path)
  }
  for (const [path, told] of Object.entries(files)) {
    const shape = shapes[path] ?? [2, 3]
    const data = new Float32Array(shape[0] * shape[1]).fill(1)
    const metadata = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)]))
    writeFileSync(place(path), encodeSafetensors([{ name: 'a.weight', shape, data }], metadata))
  }
  for (const [folder, state] of Object.entries(states)) {
    writeFileSync(place(join(folder, 'trainer_state.json')), JSON.stringify(state))
  }
  for (const [path, from] of Object.entries(copies)) cpSync(join(testdata, from), place(path))
}

const inspect = (source: ImportFile, stepColumn: string | null = null): Promise<ImportSource> =>
  inspectCheckpoints(source, source.holds as CheckpointHolding, stepColumn, null)

/** Each run as the import finds it. */
async function inspected(given: Given, stepColumn: string | null = null): Promise<ImportSource[]> {
  const root = temporaryFolder()
  write(root, given)
  const found = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, bytes: statSync(join(root, path)).size, modifiedMs: 1 }))
  const { sources } = checkpointSources(root, found, 'top')
  return Promise.all(sources.map((source) => inspect(source, stepColumn)))
}

/** Step, and epoch where there is one, of the only run; and its notes. */
async function placed(given: Given, stepColumn?: string): Promise<{ steps: unknown[]; notes: string[] }> {
  const sources = await inspected(given, stepColumn)
  expect(sources).toHaveLength(1)
  const steps = sources[0].checkpoints!.steps.map(({ step, epoch }) => (epoch === null ? step : [step, epoch]))
  return { steps, notes: sources[0].notes }
}

describe('a checkpoint without a number in its name', () => {
  it('has its place by the step that torch.save put beside the model', async () => {
    const copies = {
      'c/ckpt_000000.pt': 'torch/ckpt_000000.pt',
      'c/ckpt_000100.pt': 'torch/ckpt_000100.pt',
      'c/best.pt': 'torch/ckpt_000100.pt',
      'c/final.pt': 'torch/ckpt_000200.pt'
    }
    const { steps, notes } = await placed({ files: {}, copies })
    expect(steps).toEqual([0, 100, 200])
    expect(notes.slice(0, 2)).toEqual([
      'c/best.pt was left out: it is of step 100, which c/ckpt_000100.pt is, too.',
      'c/final.pt is of step 200: step in it says so.'
    ])
  })

  it('is placed among the others, and two of one step are one', async () => {
    const files = {
      'step_100.safetensors': { global_step: 100 },
      'step_300.safetensors': { global_step: 300 },
      'best.safetensors': { global_step: 200, epoch: 7 },
      'last.safetensors': { global_step: 200 }
    }
    const { steps, notes } = await placed({ files })
    expect(steps).toEqual([100, 200, 300])
    expect(notes).toEqual([
      'best.safetensors is of step 200: global_step in it says so.',
      'last.safetensors was left out: it is of step 200, which best.safetensors is, too.'
    ])
  })

  it('is left out where nothing in it tells', async () => {
    const { steps, notes } = await placed({ files: { 'step_100.safetensors': { step: 100 }, 'best.safetensors': {} } })
    expect(steps).toEqual([100])
    expect(notes).toEqual(['best.safetensors was left out: its name has no number that could be its step.'])
  })

  it('is of the unit that the series is counted in', async () => {
    const last = { global_step: 900, epoch: 3 }
    const byEpoch = await placed({ files: { 'epoch_1.safetensors': {}, 'last.safetensors': last } })
    expect(byEpoch.steps).toEqual([1, 3])
    const byStep = await placed({ files: { 'iter_300.safetensors': {}, 'last.safetensors': last } })
    expect(byStep.steps).toEqual([300, 900])
    const both = { 'epoch=1-step=300.safetensors': { epoch: 1 }, 'epoch=2-step=600.safetensors': { epoch: 2 } }
    expect((await placed({ files: { ...both, 'last.safetensors': last } })).steps).toEqual([
      [300, 1],
      [600, 2],
      [900, 3]
    ])
  })

  it('is counted as the numbered ones are, where the number has no name', async () => {
    const last = { 'last.safetensors': { global_step: 900, epoch: 3 } }
    const steps = { 'ckpt_300.safetensors': { global_step: 300, epoch: 1 } }
    expect((await placed({ files: { ...steps, ...last } })).steps).toEqual([300, 900])
    const epochs = { 'ckpt_1.safetensors': { global_step: 300, epoch: 1 } }
    expect((await placed({ files: { ...epochs, ...last } })).steps).toEqual([1, 3])
    // At the beginning both are 0.
    const either = { 'ckpt_0.safetensors': { global_step: 0, epoch: 0 } }
    const unknown =
      'last.safetensors was left out: its name has no number that could be its step, and whether the series counts what is in it (global_step 900, epoch 3) is not known.'
    expect(await placed({ files: { ...either, ...last } })).toEqual({ steps: [0], notes: [unknown] })
    const silent = { 'ckpt_1.safetensors': {}, 'ckpt_2.safetensors': {} }
    expect(await placed({ files: { ...silent, ...last } })).toEqual({ steps: [1, 2], notes: [unknown] })
    const otherwise = { 'ckpt_1.safetensors': { epoch: 40 }, 'ckpt_2.safetensors': { epoch: 80 } }
    expect((await placed({ files: { ...otherwise, ...last } })).steps).toEqual([1, 2])
  })

  it('is one less where the numbered ones are, too: the epoch counted on before it was saved', async () => {
    const files = {
      'epoch_0.safetensors': { epoch: 1 },
      'epoch_1.safetensors': { epoch: 2 },
      'model_best.safetensors': { epoch: 2 },
      'last.safetensors': { epoch: 4 }
    }
    const { steps, notes } = await placed({ files })
    // In a series of epochs the epoch is the step.
    expect(steps).toEqual([
      [0, 0],
      [1, 1],
      [3, 3]
    ])
    expect(notes).toContain('model_best.safetensors was left out: it is of epoch 1, which epoch_1.safetensors is, too.')
  })

  it('is of the run whose name it shares, and of none where that is unclear', async () => {
    const files: Record<string, Told> = { 'final.safetensors': { step: 9 } }
    for (const seed of [1, 2]) {
      files[`seed${seed}_step5.safetensors`] = { step: 5 }
      files[`seed${seed}_step6.safetensors`] = { step: 6 }
    }
    files['seed2_final.safetensors'] = { step: 7 }
    const sources = await inspected({ files })
    expect(sources.map(({ checkpoints }) => checkpoints!.steps.map(({ step }) => step))).toEqual([
      [5, 6],
      [5, 6, 7]
    ])
    expect(sources[0].notes).toEqual(['final.safetensors was left out: its name has no number that could be its step.'])
    const folders = { 'left/step_1.safetensors': {}, 'right/step_1.safetensors': {}, 'last.safetensors': { step: 2 } }
    const apart = await inspected({ files: folders })
    expect(apart.map(({ rows }) => rows)).toEqual([1, 1])
  })

  it('is left out where it is another model', async () => {
    const files = { 'step_1.safetensors': { step: 1 }, 'critic.safetensors': { step: 2 } }
    const { steps, notes } = await placed({ files, shapes: { 'critic.safetensors': [5, 5] } })
    expect(steps).toEqual([1])
    expect(notes).toEqual([
      'critic.safetensors was left out: its name has no number that could be its step, and it holds another model than the series.'
    ])
  })

  it('does not move those that have one, whatever is in them', async () => {
    const files = { 'step_1.safetensors': { step: 7 }, 'step_2.safetensors': { step: 9 } }
    expect((await placed({ files })).steps).toEqual([1, 2])
  })
})

describe('trainer_state.json', () => {
  const series = { 'o/checkpoint-100/model.safetensors': {}, 'o/checkpoint-200/model.safetensors': {} }
  const states = {
    'o/checkpoint-100': { global_step: 100, epoch: 1 },
    'o/checkpoint-200': { global_step: 200, epoch: 2 }
  }

  it('tells the step of the model beside it', async () => {
    const files = { ...series, 'o/model.safetensors': {} }
    const longer = await placed({ files, states: { ...states, o: { global_step: 250, epoch: 2.5 } } })
    expect(longer.steps).toEqual([100, 200, 250])
    expect(longer.notes).toEqual([
      'o/model.safetensors is of step 250: global_step in the trainer_state.json beside it says so.'
    ])
    const again = await placed({ files, states: { ...states, o: { global_step: 200, epoch: 2 } } })
    expect(again.notes).toEqual([
      'o/model.safetensors was left out: it is of step 200, which o/checkpoint-200/model.safetensors is, too.'
    ])
  })

  it('tells nothing where the best model was loaded at the end, or beside one called best', async () => {
    const best = { global_step: 250, best_model_checkpoint: 'o/checkpoint-100' }
    const left = await placed({ files: { ...series, 'o/model.safetensors': {} }, states: { ...states, o: best } })
    expect(left.steps).toEqual([100, 200])
    const named = { ...series, 'o/best.safetensors': {} }
    expect((await placed({ files: named, states: { ...states, o: { global_step: 250 } } })).steps).toEqual([100, 200])
  })

  it('may be no JSON', async () => {
    const root = temporaryFolder()
    write(root, { files: { 'model.safetensors': {} } })
    writeFileSync(join(root, 'trainer_state.json'), '{"global_step": ')
    const { sources } = checkpointSources(root, [{ path: 'model.safetensors', bytes: 1, modifiedMs: 1 }], 'top')
    const { notes } = await inspect(sources[0])
    expect(notes).toEqual(['Its name tells no step: it is step 0.'])
  })
})

describe('a checkpoint alone', () => {
  it.each<[Told, unknown, string]>([
    [{}, 0, 'Its name tells no step: it is step 0.'],
    [{ global_step: 300 }, 300, 'Its name tells no step: it is of step 300, as global_step in it says.'],
    [{ epoch: 4, iteration: 80 }, [80, 4], 'Its name tells no step: it is of step 80, as iteration in it says.'],
    [{ ss_epoch: 5 }, [5, 5], 'Its name tells no step: it is of epoch 5, as epoch in it says.'],
    [{ max_steps: 9, step: 'many' }, 0, 'Its name tells no step: it is step 0.']
  ])('of %j', async (told, step, note) => {
    expect(await placed({ files: { 'm/model.safetensors': told } })).toEqual({ steps: [step], notes: [note] })
  })

  it('has the state beside it where it says nothing itself', async () => {
    const states = { m: { global_step: 70, epoch: 2 } }
    const { steps, notes } = await placed({ files: { 'm/model.safetensors': {} }, states })
    expect(steps).toEqual([[70, 2]])
    expect(notes).toEqual([
      'Its name tells no step: it is of step 70, as global_step in the trainer_state.json beside it says.'
    ])
    const told = { 'm/model.safetensors': { global_step: 60 } }
    expect((await placed({ files: told, states })).steps).toEqual([[60, 2]])
  })

  it('keeps the number in its name', async () => {
    expect((await placed({ files: { 'model_7.safetensors': { step: 9 } } })).steps).toEqual([7])
  })
})
