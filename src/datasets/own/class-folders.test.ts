/** What folders of pictures say, in the layouts that people have. */
import { describe, expect, it } from 'vitest'
import { DataQuestion, type DataChoices } from './choices'
import { sortPictures } from './class-folders'

const sorted = (names: string[], choices: DataChoices = {}) => {
  const { placed, left, notes } = sortPictures(names.map((name) => ({ name })), 'mine', choices) // prettier-ignore
  return { placed: placed.map(({ file, split, className }) => [file.name, split, className]), left, notes }
}
/** `a/{1,2}.png` is two names. */
const each = (...patterns: string[]): string[] =>
  patterns.flatMap((pattern) => {
    const list = /\{(.*)\}/.exec(pattern)
    return list ? list[1].split(',').map((one) => pattern.replace(list[0], one)) : [pattern]
  })

describe('folders of pictures', () => {
  it.each([
    [
      'a pair of folders around each split',
      'training_set/training_set/cats/1.jpg',
      'test_set/test_set/cats/2.jpg',
      'test'
    ],
    ['splits with a prefix', 'seg_train/seg_train/cats/1.jpg', 'seg_test/seg_test/cats/2.jpg', 'test'],
    ['splits with what they hold', 'train_images/cats/1.jpg', 'val_images/cats/2.jpg', 'validation'],
    ['a set that is held out', 'Training/cats/1.jpg', 'hold-out/cats/2.jpg', 'test'],
    ['splits with a year', 'train2017/cats/1.jpg', 'val2017/cats/2.jpg', 'validation'],
    [
      'splits in capital letters below an archive',
      'archive/data/TRAIN/cats/1.jpg',
      'archive/data/VALIDATION/cats/2.jpg',
      'validation'
    ],
    ['splits below what they hold', 'images/train/cats/1.jpg', 'images/val/cats/2.jpg', 'validation'],
    ['splits inside of each class', 'cats/train/1.jpg', 'cats/test/2.jpg', 'test'],
    ['evaluation', 'x/Train/cats/1.jpg', 'x/Evaluation/cats/2.jpg', 'test']
  ])('tell splits: %s', (_, first, second, split) => {
    const dogs = [first, second].map((name) => name.replace('cats', 'dogs'))
    const { placed, left } = sorted([first, second, ...dogs])
    expect(placed).toEqual(
      expect.arrayContaining([
        [first, 'train', 'cats'],
        [second, split, 'cats'],
        [dogs[0], 'train', 'dogs'],
        [dogs[1], split, 'dogs']
      ])
    )
    expect([placed.length, left]).toEqual([4, []])
  })

  it('keep a class that is called like a split beside others', () => {
    const { placed } = sorted(each('bus/{1,2}.png', 'car/{1,2}.png', 'train/{1,2}.png'))
    expect(new Set(placed.map(([, split, name]) => `${split} ${name}`))).toEqual(new Set(['train bus', 'train car', 'train train'])) // prettier-ignore
  })

  it('set pictures without a class aside, and say where they lie', () => {
    const { placed, left, notes } = sorted(each('seg_train/a/{1,2}.jpg', 'seg_train/b/{1,2}.jpg', 'seg_pred/seg_pred/{1,2}.jpg', 'cover.jpg')) // prettier-ignore
    expect(placed).toHaveLength(4)
    expect(left.map(({ file }) => file).sort()).toEqual(['cover.jpg', 'seg_pred/seg_pred/1.jpg', 'seg_pred/seg_pred/2.jpg']) // prettier-ignore
    expect(notes[0]).toBe(
      '3 pictures in no folder of a class ("the folder itself", "seg_pred/seg_pred") left out: nothing tells the class.'
    )
  })

  it('set a folder beside the splits aside that is none of them', () => {
    const { placed, left } = sorted(each('train/{a,b}/1.jpg', 'test/{a,b}/2.jpg', 'masks/{a,b}/3.jpg'))
    expect(placed.map(([name]) => name).sort()).toEqual(each('test/{a,b}/2.jpg', 'train/{a,b}/1.jpg'))
    expect(left.map(({ file }) => file)).toEqual(['masks/a/3.jpg', 'masks/b/3.jpg'])
  })

  it('belong to a class with all that lies below it, where the inner ones are parts of it', () => {
    const { placed, notes } = sorted(
      each('cats/batch1/{1,2}.jpg', 'cats/batch2/3.jpg', 'dogs/batch1/4.jpg', 'dogs/5.jpg')
    )
    expect(placed.map(([, , name]) => name)).toEqual(['cats', 'cats', 'cats', 'dogs', 'dogs'])
    expect(notes).toEqual(['Pictures in folders inside the folder of a class belong to it.'])
  })

  it('are told by what does not merely count, and asked about where both may be classes', () => {
    const folds = sorted(each('fold0/{x,y}/1.jpg', 'fold1/{x,y}/2.jpg'))
    expect(folds.placed.map(([, , name]) => name)).toEqual(['x', 'y', 'x', 'y'])
    expect(folds.notes).toEqual(['The inner folders are the classes; the outer ones ("fold0", "fold1") are not told apart.']) // prettier-ignore
    expect(() => sorted(each('cats/{indoor,outdoor}/1.jpg', 'dogs/{indoor,outdoor}/2.jpg'))).toThrow(DataQuestion)
    expect(sorted(each('data/a/{1,2}.jpg', 'data/b/1.jpg')).notes).toEqual(['The folder "data" lies around all classes and is none.']) // prettier-ignore
  })

  it('ask which folders are the classes, where the inner ones may be', () => {
    const names = each('fruit/apple/{1,2}.jpg', 'fruit/pear/1.jpg', 'vegetable/carrot/1.jpg')
    let asked: unknown
    try {
      sorted(names)
    } catch (error) {
      asked = error
    }
    expect(asked).toBeInstanceOf(DataQuestion)
    expect((asked as DataQuestion).options).toEqual([
      { value: 'outer', label: '"fruit", "vegetable" (2 outer folders)' },
      { value: 'inner', label: '"apple", "carrot", "pear" (3 inner folders)' }
    ])
    expect(sorted(names, { classes: 'inner' }).placed.map(([, , name]) => name)).toEqual([
      'apple',
      'apple',
      'pear',
      'carrot'
    ])
    expect(sorted(names, { classes: 'outer' }).placed.map(([, , name]) => name)).toEqual(['fruit', 'fruit', 'fruit', 'vegetable']) // prettier-ignore
  })

  it('without classes ask whether the names of the files tell them', () => {
    const names = each('train/cat.{0,1,2}.jpg', 'train/dog.{0,1,2}.jpg', 'test1/{1,2}.jpg')
    expect(() => sorted(names)).toThrow('but 6 of 8 names begin with "cat", "dog". Are these the classes?')
    const { placed, left } = sorted(names, { classes: 'names' })
    expect(placed.map(([, split, name]) => `${split} ${name}`)).toEqual([...Array(3).fill('train cat'), ...Array(3).fill('train dog')]) // prettier-ignore
    expect(left.map(({ file }) => file)).toEqual(['test1/1.jpg', 'test1/2.jpg'])
  })

  it('without classes and without telling names are no data', () => {
    expect(sorted(each('a/IMG_{1,2,3}.jpg')).placed.map(([, , name]) => name)).toEqual(['a', 'a', 'a'])
    expect(sorted(each('IMG_{1,2,3}.jpg')).placed).toEqual([])
  })
})
