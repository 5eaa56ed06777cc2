/** Data from public reports of faults, where they lie beside the project; the right behaviour of each is written with it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectData } from '../stored/inspect-and-add'

const cases = join(import.meta.dirname, '../../../../shared/cases/data')
const isThere = existsSync(cases)
if (!isThere)
  console.log('Skipped: the reported data, which are not part of the project, do not lie at ../shared/cases/data.')

const inspect = (path: string, choices = {}) => inspectData({ paths: [join(cases, path)], choices })

describe.skipIf(!isThere)('reported data (the files are not part of the project)', () => {
  it('01: a table without a header keeps its first example', async () => {
    const { found } = await inspect('01-headerless-words/flowers.csv')
    expect(found).toMatchObject({ train: 30, inputShape: [4], classes: 3, classCounts: [10, 10, 10] })
    expect(found!.notes).toContain('There is no header: columns are called by their number.')
  })

  it('03: a shape in the transparency is seen', async () => {
    const { found } = await inspect('03-shape-in-alpha/icons')
    expect(new Set(found!.pictures.flatMap(({ data }) => [...data]))).toEqual(new Set([0, 255]))
    expect(found!.notes).toContain('Transparent pictures lie on white.')
  })

  it('04: test_set validates and does not train', async () => {
    const { found } = await inspect('04-training_set-test_set/data')
    expect(found).toMatchObject({ train: 16, validation: 6 })
    expect(found!.notes).toContain('The test examples validate.')
  })

  it('06: classes in webp and bmp are read', async () => {
    const { found, left } = await inspect('06-class-of-webp/data')
    expect(found).toMatchObject({ classNames: ['bus', 'car', 'tram'], classCounts: [10, 5, 5] })
    expect(left).toEqual([])
  })

  it('09: several labels are several labels', async () => {
    const { found } = await inspect('09-multi-hot-labels/chest.npz')
    expect(found).toMatchObject({ classes: 0, targetWidth: 5, labelNames: ['0', '1', '2', '3', '4'] })
  })

  it('12: decimal commas are numbers', async () => {
    const { found } = await inspect('12-decimal-comma/wine.csv')
    expect(found).toMatchObject({ inputShape: [3], classes: 2 })
  })

  it('14: all damaged pictures are named at once, and can be left out', async () => {
    const { question, left } = await inspect('14-corrupt-among-many/PetImages')
    expect(question?.about).toBe('unreadable')
    expect(question?.text).toMatch(
      /^2 of 21 pictures cannot be read: Cat\/666\.jpg is empty; Dog\/.+ cannot be decoded/
    )
    expect(left.map(({ file }) => file)).toContain('Dog/Thumbs.db')
    const { found } = await inspect('14-corrupt-among-many/PetImages', { unreadable: 'leave-out', size: { width: 8, height: 8 } }) // prettier-ignore
    expect(found).toMatchObject({ train: 19, classes: 2 })
  })

  it('53: row numbers are no inputs', async () => {
    for (const [file, column] of [
      ['Iris.csv', 'Id'],
      ['unnamed.csv', 'Unnamed: 0']
    ]) {
      // prettier-ignore
      const { found } = await inspect(`53-id-column/${file}`)
      expect(found!.inputShape).toEqual([2])
      expect(found!.notes).toContain(`Left out, as they only tell the rows apart: "${column}".`)
    }
  })
})
