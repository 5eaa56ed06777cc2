import { describe, expect, it } from 'vitest'
import { commonPattern } from './path-numbers'
import { checkpointRuns } from './runs'
import { noStep, stepsOf } from './steps'
import { checkpointUnits } from './units'

const found = (...paths: string[]) => paths.map((path) => ({ path, bytes: 10, modifiedMs: 1 }))

describe('the step of a checkpoint', () => {
  it.each<[string[], string, number[]]>([
    [['c/ckpt_000100.pt', 'c/ckpt_000020.pt'], 'ckpt', [20, 100]],
    [['c/step=200.safetensors', 'c/step=1000.safetensors'], 'step', [200, 1000]],
    [['c/epoch_3/model.safetensors', 'c/epoch_12/model.safetensors'], 'epoch', [3, 12]],
    [['c/checkpoint-500/pytorch_model.bin', 'c/checkpoint-1000/pytorch_model.bin'], 'checkpoint', [500, 1000]],
    [['mnist5/model.3.h5', 'mnist5/model.20.h5'], 'model', [3, 20]],
    [['c/step10k.pt', 'c/step2k.pt'], 'step', [2000, 10_000]],
    [['c/epoch=0-step=100-val_loss=0.31.ckpt', 'c/epoch=1-step=200-val_loss=0.12.ckpt'], 'step', [100, 200]],
    [['c/checkpoint-5/model-5.pt', 'c/checkpoint-7/model-7.pt'], 'checkpoint', [5, 7]],
    [['c/1.npz', 'c/2.npz'], 'number 1', [1, 2]],
    [['c/model_7.npz'], 'model', [7]]
  ])('of %j is what "%s" says', (paths, column, steps) => {
    const result = stepsOf(paths, null)
    expect(result.unclear).toBeNull()
    expect(result.column).toBe(column)
    expect(result.steps.map(({ step }) => step)).toEqual(steps)
  })

  it('has an epoch beside it where the name tells one', () => {
    const { steps } = stepsOf(['epoch=1-step=100.ckpt', 'epoch=2-step=200.ckpt'], null)
    expect(steps).toEqual([
      { at: 0, step: 100, epoch: 1 },
      { at: 1, step: 200, epoch: 2 }
    ])
  })

  it('is asked for where several numbers could be it, and taken as answered', () => {
    const paths = ['c/3_20.pt', 'c/4_10.pt']
    const asked = stepsOf(paths, null)
    expect(asked).toMatchObject({ column: null, candidates: ['number 1', 'number 2'], steps: [] })
    expect(asked.unclear).toBe(
      'has several numbers that differ in the names of its checkpoints: "number 1", "number 2". Which of them counts steps?'
    )
    expect(stepsOf(paths, 'number 2').steps.map(({ step }) => step)).toEqual([10, 20])
    expect(stepsOf(paths, 'epoch').unclear).toBe(
      'has no number "epoch" in its names. The numbers that differ are "number 1", "number 2"; a pattern such as model_{step}.pt will do, too.'
    )
    expect(stepsOf(['epoch1/step5.pt', 'epoch2/step5.pt', 'epoch2/step6.pt'], null).unclear).toContain(
      'the same "step"'
    )
  })

  it('is where a pattern says', () => {
    const paths = ['c/a3/m_20_x.pt', 'c/a4/m_10_y.pt']
    expect(stepsOf(paths, 'a{epoch}/m_{step}_*.pt').steps).toEqual([
      { at: 1, step: 10, epoch: 4 },
      { at: 0, step: 20, epoch: 3 }
    ])
    expect(stepsOf(paths, 'm_{step}_x.pt').notes).toEqual([
      '1 checkpoint not fitted by "m_{step}_x.pt": "c/a4/m_10_y.pt".'
    ])
    expect(stepsOf(paths, 'n_{step}.pt').unclear).toContain('has no checkpoint that the pattern "n_{step}.pt" fits')
    expect(stepsOf(paths, 'm_{stp}.pt').unclear).toContain('{step} or {epoch} once')
  })

  it('is 0 for one without a number', () => {
    expect(stepsOf(['model.pt'], null)).toMatchObject({ column: noStep, steps: [{ step: 0 }] })
  })
})

describe('files', () => {
  it('are put together: shards, models of TensorFlow.js, runs of several seeds', () => {
    const { units, used } = checkpointUnits(
      found(
        ...['o/checkpoint-5/pytorch_model-00002-of-00002.bin', 'o/checkpoint-5/pytorch_model-00001-of-00002.bin'],
        ...['o/checkpoint-5/pytorch_model.bin.index.json', 'o/checkpoint-5/optimizer.pt', 'o/checkpoint-5/config.json'],
        ...[
          't/checkpoint-9/model.json',
          't/checkpoint-9/group1-shard1of1.bin',
          't/step-3.json',
          't/step-3.weights.bin'
        ],
        ...['s/seed_1/ckpt_5.pt', 's/seed_2/ckpt_5.pt', 's/notes.txt']
      )
    )
    expect(units.map(({ name, kind, files, shards }) => [name, kind, files.length, shards])).toEqual([
      ['o/checkpoint-5/pytorch_model.bin', 'torch', 2, 2],
      ['s/seed_1/ckpt_5.pt', 'torch', 1, null],
      ['s/seed_2/ckpt_5.pt', 'torch', 1, null],
      ['t/checkpoint-9/model.json', 'tfjs', 2, null],
      ['t/step-3.json', 'tfjs', 2, null]
    ])
    expect(units[0].files[0]).toContain('00001')
    expect(used.has('o/checkpoint-5/optimizer.pt')).toBe(false)
    expect(checkpointRuns(units).map(({ seed }) => seed)).toEqual([null, 1, 2, null, null])
  })

  it('of the same step in another format count once, and one without a step lies aside; both are told', () => {
    const { units } = checkpointUnits(
      found(
        'c/checkpoint-1/model.safetensors',
        'c/checkpoint-1/pytorch_model.bin',
        'c/checkpoint-2/model.safetensors',
        'c/best.pt'
      )
    )
    const runs = checkpointRuns(units)
    expect(runs).toHaveLength(1)
    expect(runs[0].units.map(({ name }) => name)).toEqual([
      'c/checkpoint-1/model.safetensors',
      'c/checkpoint-2/model.safetensors'
    ])
    expect(runs[0].notes).toEqual([
      '1 checkpoint of a step that is there already left out: "c/checkpoint-1/pytorch_model.bin (as c/checkpoint-1/model.safetensors)".'
    ])
    expect(runs[0].aside).toMatchObject([{ name: 'c/best.pt', aside: 'its name has no number that could be its step' }])
  })

  it.each(['resnet18/best.pt', 'ck2/best.pt', 'runs-2026/last.safetensors'])(
    '%s has no step, whatever number is in the name of its folder',
    (best) => {
      const folder = best.slice(0, best.indexOf('/'))
      const { units } = checkpointUnits(found(`${folder}/ckpt_100.pt`, `${folder}/ckpt_200.pt`, best))
      const runs = checkpointRuns(units)
      expect(runs.map(({ units: own }) => own.map(({ name }) => name))).toEqual([
        [`${folder}/ckpt_100.pt`, `${folder}/ckpt_200.pt`]
      ])
      expect(runs[0].aside).toMatchObject([{ name: best, aside: 'its name has no number that could be its step' }])
      expect(stepsOf([best], null)).toMatchObject({ column: noStep, steps: [{ step: 0 }] })
    }
  )

  it('in a folder that is a step have one', () => {
    expect(stepsOf(['resnet18/epoch_7/best.pt'], null)).toMatchObject({ column: 'epoch', steps: [{ step: 7 }] })
    expect(stepsOf(['resnet18/300/best.pt'], null)).toMatchObject({ steps: [{ step: 300 }] })
  })

  it('have a common pattern that keeps the numbers that they share', () => {
    expect(commonPattern(['s/seed_1/ckpt_5.pt', 's/seed_1/ckpt_6.pt'])).toBe('s/seed_1/ckpt_*')
  })

  it('are found however long a name is, and whatever the pattern', () => {
    // Each of these took longer than anybody waits: they were tried in every division into word, signs and number.
    const names = ['a'.repeat(4000), `a${'_'.repeat(4000)}`, `${'a_'.repeat(2000)}!`].map((name) => `c/${name}`)
    expect(stepsOf(names, '*'.repeat(900) + 'a{step}').unclear).toMatch(/^has no checkpoint that the pattern/)
    expect(stepsOf(names, '*a'.repeat(400) + '{step}').unclear).toMatch(/^has no checkpoint that the pattern/)
    expect(stepsOf(names, '{step}' + '*a'.repeat(4000)).unclear).toBe(
      'cannot be read by this pattern. It is longer than 1,000 characters. Write a shorter one.'
    )
    expect(commonPattern([`c/a${'_'.repeat(4000)}7`, `c/a${'_'.repeat(4000)}8`])).toBe(`c/a${'_'.repeat(4000)}*`)
  })
})
