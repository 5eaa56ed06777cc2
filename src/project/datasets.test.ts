import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDataFiles } from '../datasets/stored/files'
import { type DatasetContent, listDatasets, loadDataset, removeDataset, saveDataset, sweepDatasets } from './datasets'

let project: string
beforeEach(() => (project = mkdtempSync(join(tmpdir(), 'datasets-'))))
afterEach(() => rmSync(project, { recursive: true, force: true }))

const source = { kind: 'table', files: ['mine.csv'] }
const classes: DatasetContent = {
  inputShape: [2, 2, 1],
  classes: 3,
  classNames: ['a', 'b', 'c'],
  targetWidth: 0,
  notes: ['A note.'],
  train: { inputs: Uint8Array.from({ length: 16 }, (_, i) => i), labels: Int32Array.of(2, 0, 2, 1), count: 4 },
  validation: { inputs: new Uint8Array(4).fill(9), labels: Int32Array.of(1), count: 1 }
}
const numbers: DatasetContent = {
  inputShape: [2],
  classes: 0,
  classNames: [],
  targetWidth: 2,
  notes: [],
  validation: null,
  train: {
    inputs: Float32Array.of(1, 2, 3, 4),
    labels: new Int32Array(0),
    count: 2,
    targets: Float32Array.of(0.5, 1, 1.5, 2)
  }
}

describe('data sets of a project', () => {
  it('come back as they were saved, with and without validation examples', async () => {
    const stored = await saveDataset(project, 'My pictures!', source, classes)
    expect(stored).toMatchObject({ id: 'my-pictures', train: 4, validation: 1, classCounts: [1, 1, 2], source })
    const loaded = await loadDataset(project, stored.id)
    expect(loaded.dataset).toEqual({
      inputShape: [2, 2, 1],
      classes: 3,
      classNames: ['a', 'b', 'c'],
      train: classes.train,
      validation: classes.validation
    })
    expect(loaded.validation).toEqual(classes.validation)
    const second = await saveDataset(project, 'My pictures', source, numbers)
    expect(second.id).toBe('my-pictures-2')
    const { dataset, validation } = await loadDataset(project, second.id)
    expect([dataset.train, validation, dataset.validation.count]).toEqual([numbers.train, null, 0])
    expect((await listDatasets(project)).datasets.map(({ id }) => id)).toEqual(['my-pictures', 'my-pictures-2'])
  })

  it('go to the trash and leave their id free', async () => {
    await saveDataset(project, 'x', source, numbers)
    await removeDataset(project, 'x')
    expect((await listDatasets(project)).datasets).toEqual([])
    expect(readdirSync(join(project, '.trash'))[0]).toMatch(/^data-x-\d+$/)
    expect((await saveDataset(project, 'x', source, numbers)).id).toBe('x')
    await expect(removeDataset(project, '../x')).rejects.toThrow('"../x" is no data set of this project.')
  })

  it('of which one is damaged hide none of the others', async () => {
    await saveDataset(project, 'good', source, numbers)
    await saveDataset(project, 'bad', source, numbers)
    await saveDataset(project, 'newer', source, numbers)
    const manifest = (id: string): string => join(project, 'data', id, 'dataset.json')
    writeFileSync(manifest('bad'), readFileSync(manifest('bad'), 'utf8').replace('"train": 2', '"train": "2"'))
    writeFileSync(manifest('newer'), '{"schemaVersion": 2}')
    const { datasets, problems } = await listDatasets(project)
    expect(datasets.map(({ id }) => id)).toEqual(['good'])
    expect(problems.map(({ place }) => place).sort()).toEqual(['data/bad/dataset.json', 'data/newer/dataset.json'])
    expect(problems.find(({ place }) => place.includes('bad'))?.message).toMatch(
      /is damaged at "train": .*Add the data again\.$/
    )
    expect(problems.find(({ place }) => place.includes('newer'))?.message).toMatch(/newer Phasescope/)
  })

  it('whose arrays do not fit are refused with the file and the remedy', async () => {
    await saveDataset(project, 'x', source, classes)
    const file = (name: string): string => join(project, 'data', 'x', name)
    const labels = readFileSync(file('train-labels.npy'))
    writeFileSync(file('train-labels.npy'), labels.subarray(0, -1))
    await expect(loadDataset(project, 'x')).rejects.toThrow(/train-labels\.npy is cut off: .* Add the data again\.$/)
    const wrong = Buffer.from(labels)
    wrong.writeInt32LE(7, labels.length - 4)
    writeFileSync(file('train-labels.npy'), wrong)
    await expect(loadDataset(project, 'x')).rejects.toThrow(
      /train-labels\.npy has the label 7; there are 3 classes\. Add the data again\.$/
    )
    writeFileSync(file('train-labels.npy'), readFileSync(file('validation-labels.npy')))
    await expect(loadDataset(project, 'x')).rejects.toThrow(/is of shape \[1\]; dataset.json says \[4\]\./)
    rmSync(file('train-labels.npy'))
    await expect(loadDataset(project, 'x')).rejects.toThrow(/train-labels\.npy could not be read: it does not exist\./)
  })

  it('that a crash left half written go with the next one', async () => {
    const gone = 2 ** 30
    mkdirSync(join(project, 'data', `.x.${gone}.0a1b2c3d.tmp`), { recursive: true })
    mkdirSync(join(project, 'data', `.x.1.0a1b2c3d.tmp`))
    expect((await listDatasets(project)).datasets).toEqual([])
    await sweepDatasets(project)
    // The first process of the machine lives.
    expect(readdirSync(join(project, 'data'))).toEqual(['.x.1.0a1b2c3d.tmp'])
  })
})

describe('files of the user', () => {
  it('are found below the choice, without hidden ones', async () => {
    const folder = join(project, 'choice')
    mkdirSync(join(folder, 'cat'), { recursive: true })
    writeFileSync(join(folder, 'cat', '1.png'), 'abc')
    writeFileSync(join(folder, '.DS_Store'), '')
    const { label, files } = await findDataFiles([folder])
    expect([label, files.map(({ name, bytes }) => [name, bytes])]).toEqual(['choice', [['cat/1.png', 3]]])
    expect(new TextDecoder().decode(await files[0].read())).toBe('abc')
    const several = await findDataFiles([join(folder, 'cat', '1.png'), folder])
    expect([several.label, several.files.map(({ name }) => name)]).toEqual([
      ...['1.png and 1 more', ['1.png', 'choice/cat/1.png']]
    ])
    await expect(findDataFiles([join(project, 'nothing')])).rejects.toThrow('nothing does not exist. Check the path.')
  })
})
