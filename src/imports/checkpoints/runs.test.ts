/** Which run a checkpoint belongs to, by its folder and its name. */
import { describe, expect, it } from 'vitest'
import { checkpointRuns } from './runs'
import { checkpointSources } from './sources'
import { stepsOf } from './steps'
import { type CheckpointUnit, checkpointUnits } from './units'

const found = (paths: readonly string[]) => paths.map((path) => ({ path, bytes: 10, modifiedMs: 1 }))
const leftOut = ({ name, aside }: CheckpointUnit): string => `${name} was left out: ${aside}.`
const crossed = (folders: string[], files: string[]): string[] =>
  folders.flatMap((folder) => files.map((file) => `${folder}/${file}`))

/** For each run the steps, or the question; and what is left out, unless what is in it says more than its name. */
function runsOf(paths: readonly string[]): { steps: (number[] | string)[]; notes: string[] } {
  const runs = checkpointRuns(checkpointUnits(found(paths)).units)
  const steps = runs.map(({ units }) => {
    const { column, steps: all } = stepsOf(
      units.map(({ name }) => name),
      null
    )
    return column === null ? 'asks' : all.map(({ step }) => step)
  })
  return { steps, notes: runs.flatMap(({ notes, aside }) => [...notes, ...aside.map(leftOut)]) }
}

describe('trainings are told apart by their folders', () => {
  const three = ['ckpt_100.pt', 'ckpt_200.pt', 'ckpt_300.pt']
  it.each([
    [['lr_0.1', 'lr_0.01', 'lr_0.001']],
    [['exp1', 'exp2', 'exp3']],
    [['resnet18', 'resnet50', 'vit-224']],
    [['0', '1', '2']],
    [['2026-11-14', '2026-11-15', '20261116']],
    [['3f2a9c1', '77b2d01', 'node17']],
    [['run_epochs100', 'run_epochs200', 'run_epochs300']],
    [['fit_step1', 'fit_step2', 'fit_step3']]
  ])('%j', (folders) => {
    const steps = [100, 200, 300]
    expect(runsOf(crossed(folders, three)).steps).toEqual([steps, steps, steps])
  })

  it('also where their steps do not overlap', () => {
    const paths = [...crossed(['v/version_0/checkpoints'], ['epoch=0-step=50.ckpt', 'epoch=0-step=100.ckpt'])]
    paths.push(...crossed(['v/version_1/checkpoints'], ['epoch=1-step=150.ckpt', 'epoch=1-step=200.ckpt']))
    expect(runsOf(paths).steps).toEqual([
      [50, 100],
      [150, 200]
    ])
    const { sources } = checkpointSources('/', found(paths), 'v')
    expect(sources.map(({ name, group, seed }) => [name, group, seed])).toEqual([
      ['version_0', 'v', null],
      ['version_1', 'v', null]
    ])
  })

  it.each([
    ['checkpoint-100', 'checkpoint-200'],
    ['step_100', 'step_200'],
    ['global_step100', 'global_step200'],
    ['epoch=100', 'epoch=200'],
    ['iter_0000100', 'iter_0000200'],
    ['100', '200']
  ])('and %s is a step', (...folders) => {
    expect(
      runsOf(
        crossed(
          folders.map((folder) => `a/${folder}`),
          ['model.pt']
        )
      ).steps
    ).toEqual([[100, 200]])
  })

  it('and in one folder by what stands before the step', () => {
    const paths = crossed(['c'], ['lr0.1_step5.pt', 'lr0.1_step6.pt', 'lr0.01_step5.pt', 'lr0.01_step6.pt'])
    expect(runsOf(paths).steps).toEqual([
      [5, 6],
      [5, 6]
    ])
  })

  it('with a seed only where a name says so', () => {
    const seeds = ['a/seed_3/m_1.pt', 'b/seed4/m_1.pt', 'c/ppo_s5/m_1.pt', 'd/resnet18/m_1.pt', 'e/bs128/m_1.pt']
    const runs = checkpointRuns(checkpointUnits(found([...seeds, 'f/run_2/m_1.pt'])).units)
    expect(runs.map(({ seed }) => seed)).toEqual([3, 4, 5, null, null, null])
  })
})

describe('names', () => {
  it('of fairseq have an epoch and updates', () => {
    const paths = crossed(['f'], ['checkpoint_1_500.pt', 'checkpoint_1_1000.pt', 'checkpoint_2_1500.pt'])
    expect(stepsOf(paths, null)).toMatchObject({
      column: 'updates',
      steps: [{ step: 500, epoch: 1 }, {}, { epoch: 2 }]
    })
  })

  it('of the best and the last are none of the series', () => {
    const names = ['ckpt_100.pt', 'ckpt_200.pt', 'best_acc_91.pt', 'final_model.pt', 'modelBest.pth.tar']
    const { steps, notes } = runsOf(crossed(['exp7'], names))
    expect(steps).toEqual([[100, 200]])
    expect(notes.sort()).toEqual(
      ['best_acc_91.pt', 'final_model.pt', 'modelBest.pth.tar'].map(
        (name) => `exp7/${name} was left out: its name has no number that could be its step.`
      )
    )
    expect(runsOf(['c/best_acc_91.pt', 'c/best_acc_93.pt']).steps).toEqual(['asks'])
    expect(runsOf(['c/best_epoch_3.pt', 'c/best_epoch_9.pt']).steps).toEqual([[3, 9]])
  })

  it('that Lightning gave twice are one, with a note', () => {
    const names = [
      'epoch=1-step=50.ckpt',
      'epoch=3-step=200.ckpt',
      'epoch=3-step=200-v1.ckpt',
      'last.ckpt',
      'last-v1.ckpt'
    ]
    const { steps, notes } = runsOf(crossed(['version_0'], names))
    expect(steps).toEqual([[50, 200]])
    expect(notes.join('\n')).toContain('epoch=3-step=200-v1.ckpt (as version_0/epoch=3-step=200.ckpt)')
    expect(notes.join('\n')).toContain('version_0/last-v1.ckpt was left out')
  })

  it.each([
    ['m_20261114_101500.pt', 'm_20261115_090000.pt'],
    ['m_20261114.pt', 'm_20261115.pt'],
    ['m-2026-11-14.pt', 'm-2026-11-15.pt'],
    ['m_1763115300.pt', 'm_1763115400.pt'],
    ['resnet18.pt', 'resnet50.pt'],
    ['acc_91.pt', 'acc_93.pt'],
    ['w-0.25.pt', 'w-0.5.pt']
  ])('%s asks', (...names) => {
    expect(runsOf(names).steps).toEqual(['asks'])
  })

  it('of timm are of PyTorch', () => {
    const folder = '20231114-101500-resnet18-224'
    const { steps } = runsOf(crossed([folder], ['checkpoint-5.pth.tar', 'checkpoint-6.pth.tar', 'last.pth.tar']))
    expect(steps).toEqual([[5, 6]])
    expect(stepsOf([`${folder}/resnet50.pth`], null).steps).toMatchObject([{ step: 0 }])
  })
})

describe('folders of DeepSpeed', () => {
  const states = ['bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt', 'mp_rank_00_model_states.pt']
  it('beside the model are the same again', () => {
    const paths = [100, 200].flatMap((step) => [
      ...crossed(
        [`o/checkpoint-${step}`],
        ['model.safetensors', 'rng_state_0.pth', 'scheduler.pt', 'training_args.bin']
      ),
      ...crossed([`o/checkpoint-${step}/global_step${step}`], states)
    ])
    const { steps, notes } = runsOf(paths)
    expect(steps).toEqual([[100, 200]])
    expect(notes[0]).toContain('of a step that is there already left out')
  })

  it('alone are checkpoints, and one of several devices is one that is refused', () => {
    const folders = ['g/global_step5', 'g/global_step6']
    expect(runsOf(crossed(folders, states)).steps).toEqual([[5, 6]])
    const divided = crossed(folders, ['mp_rank_00_model_states.pt', 'mp_rank_01_model_states.pt'])
    const { units } = checkpointUnits(found(divided))
    expect(units.map(({ files, ofRanks }) => [files.length, ofRanks])).toEqual([
      [2, true],
      [2, true]
    ])
    expect(runsOf(divided).steps).toEqual([[5, 6]])
  })
})
