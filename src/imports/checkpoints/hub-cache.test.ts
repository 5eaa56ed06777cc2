/** A cache as huggingface_hub lays it out: files in `blobs` by their hash, links in `snapshots`, commits in `refs`. */
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImportSource } from '../../domain/import-source'
import { encodeSafetensors } from '../../formats/safetensors'
import { temporaryFolder } from '../../project/testing/folders'
import type { CheckpointHolding } from '../sources'
import { inspectCheckpoints } from './read-and-write'
import { checkpointSources } from './sources'

/** Begins like an epoch, and like the number of a step. */
const commits = ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4', '1000000000000000000000000000000000000000']
const other = 'c0ffee254729296a45a3885639ac7e10f9d54979'
const files = ['model.safetensors', 'config.json']

interface Cache {
  /** Path of a reference to its commit. */
  refs: Record<string, string>
  /** Commit to what its model says. */
  snapshots: Record<string, Record<string, string>>
}

function write(folder: string, { refs, snapshots }: Cache): void {
  const place = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  for (const [name, commit] of Object.entries(refs)) writeFileSync(place(`refs/${name}`), commit)
  Object.entries(snapshots).forEach(([commit, told], i) => {
    const model = encodeSafetensors([{ name: 'a.weight', shape: [2, 2], data: Float32Array.of(i, 1, 2, 3) }], told)
    for (const file of files) {
      const hash = `${i}${file.length}`.padEnd(64, 'a')
      writeFileSync(place(`blobs/${hash}`), file.endsWith('.json') ? '{}' : model)
      symlinkSync(`../../blobs/${hash}`, place(`snapshots/${commit}/${file}`))
    }
  })
}

/** Every run of a folder of caches, and the files that belong to checkpoints. */
async function inspected(caches: Record<string, Cache>): Promise<{ runs: ImportSource[]; used: Set<string> }> {
  const root = temporaryFolder()
  for (const [model, cache] of Object.entries(caches)) write(join(root, 'hub', model), cache)
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path: relative(root, join(root, path)), info: statSync(join(root, path)) }))
    .filter(({ info }) => info.isFile())
    .map(({ path, info }) => ({ path, bytes: info.size, modifiedMs: info.mtimeMs }))
  const { sources, used } = checkpointSources(root, found, 'hub')
  const runs = sources.map((source) => inspectCheckpoints(source, source.holds as CheckpointHolding, null, null))
  return { runs: await Promise.all(runs), used }
}

const stepsOf = ({ checkpoints }: ImportSource): number[] => checkpoints!.steps.map(({ step }) => step)

describe('a cache of the hub', () => {
  it('is a run with the steps of its branches', async () => {
    const { runs, used } = await inspected({
      'models--org--pythia-seed3': {
        refs: { 'step1000-tokens2B': commits[0], main: commits[1], 'step5000-tokens9B': commits[1], 'pr/7': other },
        snapshots: { [commits[0]]: {}, [commits[1]]: {}, [other]: {} }
      }
    })
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      name: 'models--org--pythia-seed3',
      group: 'hub',
      seed: 3,
      stepColumn: 'step',
      problem: null,
      file: 'hub/models--org--pythia-seed3/step*-tokens*B/model'
    })
    expect(stepsOf(runs[0])).toEqual([1000, 5000])
    expect(runs[0].notes).toEqual([
      `hub/models--org--pythia-seed3/${other}/model.safetensors was left out: its name has no number that could be its step.`
    ])
    // The files of the cache itself are of no other kind.
    expect([...used].filter((path) => /\/(refs|blobs)\//.test(path))).toHaveLength(4 + 6)
  })

  it('has the model of main beside the branches where its file says its step', async () => {
    const { runs } = await inspected({
      'models--org--name': {
        refs: { main: other, 'checkpoint-10': commits[0] },
        snapshots: { [commits[0]]: { global_step: '10' }, [other]: { global_step: '40' } }
      }
    })
    expect(runs.map(stepsOf)).toEqual([[10, 40]])
    expect(runs[0].notes).toEqual([
      'hub/models--org--name/main/model.safetensors is of step 40: global_step in it says so.'
    ])
  })

  it('of one branch each is a model each, and no commit is a step or a seed', async () => {
    const { runs } = await inspected({
      'models--org--step5': { refs: { main: commits[0] }, snapshots: { [commits[0]]: {} } },
      'models--org--two': { refs: {}, snapshots: { [commits[1]]: {} } }
    })
    expect(runs.map(({ name, seed }) => [name, seed])).toEqual([
      ['models--org--step5', null],
      ['models--org--two', null]
    ])
    expect(runs.map(stepsOf)).toEqual([[0], [0]])
  })
})
