import { describe, expect, it } from 'vitest'
import { decidingTags, quantityOf, roleOf, rolesOf } from './roles'
import type { Role } from '../domain/roles'

const names: Record<Role, string[]> = {
  trainLoss: [
    ...['loss/train', 'train/loss', 'train_loss', 'train_loss_epoch', 'train_loss_step', 'training/loss', 'loss'],
    ...[
      'Loss/train',
      'trainLoss',
      'TrainLoss',
      'trainloss',
      'trn-loss',
      'epoch_loss',
      'batch_loss',
      'train.loss',
      'Loss'
    ],
    ...[
      'train/cross_entropy',
      'train/CrossEntropy',
      'nll',
      'train_nll',
      'training loss',
      'train/total_loss',
      'loss/train_epoch'
    ]
  ],
  valLoss: [
    ...['loss/val', 'val_loss', 'val/loss', 'valid_loss', 'validation/loss', 'eval_loss', 'eval/loss', 'test/loss'],
    ...['Loss/valid', 'valLoss', 'val_loss_epoch', 'dev/nll', 'val/ce', 'evaluation_loss_vs_iterations', 'test_loss'],
    ...['val_loss/dataloader_idx_0', 'loss/validation', 'Loss/eval']
  ],
  trainAccuracy: [
    ...['accuracy/train', 'accuracy', 'acc', 'train_acc', 'train/accuracy', 'epoch_accuracy', 'top1', 'trainAcc'],
    ...[
      'metrics/accuracy_top1',
      'train/acc@1',
      'epoch_sparse_categorical_accuracy',
      'training_accuracy',
      'Acc1',
      'trainacc'
    ]
  ],
  valAccuracy: [
    ...[
      'accuracy/val',
      'val/acc@1',
      'val_acc',
      'val_accuracy',
      'eval_accuracy',
      'Accuracy/val',
      'val_top1',
      'val_top_1'
    ],
    ...['validation/accuracy', 'test_acc', 'testAccuracy', 'eval/Accuracy', 'valacc', 'val_binary_accuracy', 'dev.acc']
  ],
  epoch: ['epoch', 'current_epoch', 'train/epoch', 'Epoch', 'epochs', 'trainer/current_epoch'],
  step: ['step', 'global_step', 'train/global_step', 'trainer/global_step', 'iteration', 'iter', 'globalStep'],
  seed: ['seed', 'random_seed', 'rng-seed']
}
const none = [
  ...[
    'lr',
    'grad_norm',
    'loss_scale',
    'train/learning_rate',
    'accuracy_threshold',
    'val/samples',
    'time/step',
    'time/step_ms'
  ],
  ...[
    'train/box_loss',
    'loss/cls_loss',
    'top5',
    'val/acc@5',
    'val_top_5_accuracy',
    'accuracy/class/3',
    'train/val_loss'
  ],
  ...[
    'weights/l2',
    'weights/blocks.0.mlp/l2',
    'train',
    'val',
    '',
    '/',
    '___',
    'samples',
    'epochs_trained_total',
    'num_epochs'
  ],
  ...[
    'max_steps',
    'val/epoch',
    'steps_per_second',
    'loss_accuracy',
    'train_loss_ema',
    'best_val_loss',
    'seed_loss',
    'place'
  ],
  ...[
    'val_perplexity',
    'f1',
    'lossless',
    'account',
    'constructor',
    'val/__proto__',
    'toString',
    'loss (2)',
    'x'.repeat(5000)
  ],
  'Überwachung/Verlust'
]

describe('roles', () => {
  const rows = [
    ...(Object.entries(names) as [Role, string[]][]).flatMap(([role, tags]) => tags.map((tag) => [tag, role] as const)),
    ...none.map((tag) => [tag, null] as const)
  ]
  it('are told for more than a hundred names', () => expect(rows.length).toBeGreaterThan(100))
  it.each(rows)('%s: %s', (tag, role) => {
    expect(roleOf(tag)).toBe(role)
    expect(rolesOf([tag])).toEqual(role === null ? {} : { [role]: tag })
  })

  it.each([
    ['our own tag first', ['train_loss', 'loss/train'], { trainLoss: 'loss/train' }],
    ['Lightning: the epoch', ['train_loss_step', 'train_loss_epoch'], { trainLoss: 'train_loss_epoch' }],
    [
      'also where it says nothing',
      ['train_loss', 'train_loss_epoch', 'train_loss_step'],
      { trainLoss: 'train_loss_epoch' }
    ],
    ['a step only where there is nothing else', ['train_loss_step'], { trainLoss: 'train_loss_step' }],
    [
      'validation before eval before test',
      ['test/loss', 'eval/loss', 'validation/loss'],
      { valLoss: 'validation/loss' }
    ],
    ['eval before test', ['test/loss', 'eval/loss'], { valLoss: 'eval/loss' }],
    ['test where there is no validation', ['test/loss', 'loss'], { valLoss: 'test/loss', trainLoss: 'loss' }],
    ['train before what says nothing', ['loss', 'train/loss'], { trainLoss: 'train/loss' }],
    ['the plainer word', ['val/ce', 'val/loss'], { valLoss: 'val/loss' }],
    ['the shortest name', ['val_accuracy', 'val_acc'], { valAccuracy: 'val_acc' }],
    ['the first in the alphabet', ['val_acc', 'val-acc'], { valAccuracy: 'val-acc' }],
    ['a step before an iteration', ['iteration', 'trainer/global_step'], { step: 'trainer/global_step' }],
    [
      'Keras',
      ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'lr'],
      { trainLoss: 'loss', trainAccuracy: 'accuracy', valLoss: 'val_loss', valAccuracy: 'val_accuracy' }
    ],
    [
      'Hugging Face',
      [
        'train/loss',
        'train/grad_norm',
        'train/learning_rate',
        'train/epoch',
        'train/global_step',
        'eval/loss',
        'eval/runtime'
      ],
      { trainLoss: 'train/loss', epoch: 'train/epoch', step: 'train/global_step', valLoss: 'eval/loss' }
    ]
  ])('of several that fit: %s', (_why, tags, roles) => {
    expect(rolesOf(tags)).toEqual(roles)
    expect(rolesOf([...tags].reverse())).toEqual(roles)
  })

  it('of names that say no data, by the run of Keras that they stand in', () => {
    expect(rolesOf(['epoch_loss'], {}, ['logs/a/train'])).toEqual({ trainLoss: 'epoch_loss' })
    expect(rolesOf(['epoch_loss'], {}, ['logs/a/validation', 'logs/b/validation'])).toEqual({ valLoss: 'epoch_loss' })
    expect(rolesOf(['epoch_loss'], {}, ['logs/a/validation', 'logs/a/train'])).toEqual({ trainLoss: 'epoch_loss' })
    expect(rolesOf(['train_loss'], {}, ['logs/validation'])).toEqual({ trainLoss: 'train_loss' })
    expect(rolesOf(['loss'], {}, [null])).toEqual({ trainLoss: 'loss' })
  })

  it('are what people say, where that was recorded', () => {
    const tags = ['loss', 'val_loss', 'my/tag']
    expect(rolesOf(tags, { valAccuracy: 'my/tag' })).toMatchObject({ valAccuracy: 'my/tag' })
    expect(rolesOf(tags, { valLoss: 'not/there' })).toMatchObject({ valLoss: 'val_loss' })
    expect(rolesOf(tags, { valLoss: null })).toEqual({ trainLoss: 'loss' })
  })

  it('say what decides about convergence, and which way it goes', () => {
    expect(decidingTags(rolesOf(['loss', 'val_loss', 'acc', 'lr']))).toEqual(['val_loss', 'acc', 'loss'])
    expect(['loss/box', 'val_loss', 'accuracy/class/3', 'top1', 'lr'].map((tag) => quantityOf(tag))).toEqual([
      ...['loss', 'loss', 'accuracy', 'accuracy'],
      null
    ])
    expect(quantityOf('my/tag', { valLoss: 'my/tag' })).toBe('loss')
  })
})
