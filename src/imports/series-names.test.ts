import { describe, expect, it } from 'vitest'
import { knownColumns, tagsOf } from './series-names'

const tags = (...columns: string[]): string[] => [...tagsOf(columns)].sort(by(columns)).map(([, tag]) => tag)
const by = (columns: string[]) => (a: [string, string], b: [string, string]) =>
  columns.indexOf(a[0]) - columns.indexOf(b[0])

describe('names of columns', () => {
  it('that the Python package writes are all known', () => {
    const columns =
      'epoch,step,l1,l2,trace,spectral,code_sparsity,computational_sparsity,mean_lambda,variance_lambda,mean_w,median_w,var_w,mean_b,median_b,var_b,train_loss,eval_loss,train_accuracy,eval_accuracy'
    expect(tags(...columns.split(','))).toEqual([
      ...['epoch', 'step', 'weights/l1', 'weights/l2', 'weights/trace', 'weights/spectral', 'weights/code_sparsity'],
      ...['weights/computational_sparsity', 'weights/mean_lambda', 'weights/variance_lambda', 'weights/mean_w'],
      ...['weights/median_w', 'weights/var_w', 'weights/mean_b', 'weights/median_b', 'weights/var_b', 'loss/train'],
      ...['loss/val', 'accuracy/train', 'accuracy/val']
    ])
    expect(tags('grad_sym', 'train_dist_irr', 'test_dist_irr')).toEqual([
      'gradient_symmetricity',
      'distance_irrelevance/train',
      'distance_irrelevance/val'
    ])
  })

  it.each([
    ['loss', 'loss/train'],
    ['Train Loss', 'loss/train'],
    ['train/loss', 'loss/train'],
    ['loss/train', 'loss/train'],
    ['val_loss', 'loss/val'],
    ['Valid-Loss', 'loss/val'],
    ['eval/loss', 'loss/val'],
    ['test_loss', 'loss/val'],
    ['acc', 'accuracy/train'],
    ['val_acc', 'accuracy/val'],
    ['test accuracy', 'accuracy/val'],
    ['learning_rate', 'lr'],
    ['lambda_mean', 'weights/mean_lambda'],
    ['weights/l2', 'weights/l2'],
    ['weights/fc1/l2', 'weights/fc1/l2'],
    ['perplexity', 'perplexity'],
    ['Größe in µm', 'Größe in µm']
  ])('%s is %s', (column, tag) => expect(tags(column)).toEqual([tag]))

  it('that mean the same in one file stay apart: the best one gets the tag', () => {
    expect(tags('loss', 'train_loss')).toEqual(['loss', 'loss/train'])
    expect(tags('test_loss', 'val_loss', 'eval_loss')).toEqual(['test_loss', 'loss/val', 'eval_loss'])
    expect(tags('Loss', 'loss')).toEqual(['loss/train', 'loss'])
    expect(tags('train_loss', 'Train Loss', 'loss/train')).toEqual(['loss/train', 'Train Loss', 'loss/train (2)'])
  })

  it('stand for one tag each', () => {
    const names = Object.values(knownColumns).flat()
    expect(new Set(names).size).toBe(names.length)
  })
})
