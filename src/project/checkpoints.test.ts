import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CheckpointState } from '../domain/records'
import {
  listCheckpoints,
  loadCheckpoint,
  loadNewestCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
  verifyCheckpoint
} from './checkpoints'
import { temporaryFolder, withReadOnly } from './testing/folders'

function state(step: number): CheckpointState {
  return {
    step,
    epoch: step / 2,
    final: false,
    weights: [
      { name: 'fc1.W', shape: [2, 3], data: Float32Array.from([1, -2, NaN, Infinity, 1e-42, step]) },
      { name: 'fc1.b', shape: [3], data: Float32Array.from([0, -0, 7]) }
    ],
    optimizer: [{ name: 'm/fc1.W', shape: [2, 3], data: new Float32Array(6).fill(0.1) }],
    progress: { step, words: [1, 2, 4294967295] }
  }
}

describe('checkpoints', () => {
  it('come back bit for bit', async () => {
    const folder = temporaryFolder()
    await saveCheckpoint(folder, state(10))
    const back = await loadCheckpoint(folder, 10)
    expect(back).toEqual(state(10))
    expect(Object.is(back.weights[1].data[1], -0)).toBe(true)
  })

  it('replace one of the same step', async () => {
    const folder = temporaryFolder()
    await saveCheckpoint(folder, state(10))
    await saveCheckpoint(folder, { ...state(10), final: true })
    expect((await loadCheckpoint(folder, 10)).final).toBe(true)
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['10'])
  })

  it('are listed by number, and half-written ones do not count', async () => {
    const folder = temporaryFolder()
    for (const step of [100, 20, 3]) await saveCheckpoint(folder, state(step))
    mkdirSync(join(folder, 'checkpoints', '.200.abcd.tmp'))
    writeFileSync(join(folder, 'checkpoints', '.200.abcd.tmp', 'weights.safetensors'), 'half')
    expect(await listCheckpoints(folder)).toEqual([3, 20, 100])
    expect((await loadNewestCheckpoint(folder)).state?.step).toBe(100)
  })

  it('keep the best beside the newest', async () => {
    const folder = temporaryFolder()
    for (const step of [1, 2, 3, 4, 5]) await saveCheckpoint(folder, state(step))
    await pruneCheckpoints(folder, 2, 2)
    expect(await listCheckpoints(folder)).toEqual([2, 4, 5])
    await pruneCheckpoints(folder, 2, 5)
    expect(await listCheckpoints(folder)).toEqual([2, 4, 5])
    await pruneCheckpoints(folder, 2, 4)
    expect(await listCheckpoints(folder)).toEqual([2, 4, 5])
    await saveCheckpoint(folder, state(6))
    await pruneCheckpoints(folder, 2, 4)
    expect(await listCheckpoints(folder)).toEqual([4, 5, 6])
  })

  it('of a run that has none are none', async () => {
    const folder = temporaryFolder()
    expect(await loadNewestCheckpoint(folder)).toEqual({ state: null, problems: [] })
    await pruneCheckpoints(folder)
  })

  it('keep the newest two; older ones and leftovers of a crash go', async () => {
    const folder = temporaryFolder()
    for (const step of [1, 2, 3, 10]) await saveCheckpoint(folder, state(step))
    mkdirSync(join(folder, 'checkpoints', '.11.abcd.tmp'))
    await pruneCheckpoints(folder)
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['10', '3'])
  })

  const damages: [string, (checkpoint: string) => void, RegExp][] = [
    [
      'weights cut short',
      (checkpoint) => truncateSync(join(checkpoint, 'weights.safetensors'), 100),
      /weights\.safetensors.*Remove this checkpoint's folder/
    ],
    [
      'weights without a header',
      (checkpoint) => writeFileSync(join(checkpoint, 'weights.safetensors'), ''),
      /weights\.safetensors/
    ],
    [
      'progress cut short',
      (checkpoint) => truncateSync(join(checkpoint, 'progress.json'), 5),
      /progress\.json is damaged/
    ],
    [
      'progress without a step',
      (checkpoint) => writeFileSync(join(checkpoint, 'progress.json'), '{"schemaVersion": 1}'),
      /progress\.json is damaged/
    ],
    [
      'a newer version',
      (checkpoint) => writeFileSync(join(checkpoint, 'progress.json'), '{"schemaVersion": 2}'),
      /written by a newer Phasescope/
    ]
  ]
  it.each(damages)('with %s are passed over and named', async (_name, damage, reason) => {
    const folder = temporaryFolder()
    await saveCheckpoint(folder, state(5))
    await saveCheckpoint(folder, state(6))
    // As version 0.1 wrote them: nothing but the files themselves tells what is wrong.
    rmSync(join(folder, 'checkpoints', '6', 'SHA256SUMS'))
    damage(join(folder, 'checkpoints', '6'))
    const { state: newest, problems } = await loadNewestCheckpoint(folder)
    expect(newest).toEqual(state(5))
    expect(problems).toEqual([expect.stringMatching(reason)])
  })

  it('in which the disk has changed a single bit are passed over and named', async () => {
    for (const file of ['weights.safetensors', 'optimizer.safetensors', 'progress.json', 'SHA256SUMS']) {
      const folder = temporaryFolder()
      await saveCheckpoint(folder, state(5))
      await saveCheckpoint(folder, state(6))
      const path = join(folder, 'checkpoints', '6', file)
      const bytes = readFileSync(path)
      bytes[bytes.length - 3] ^= 1
      writeFileSync(path, bytes)
      const { state: newest, problems } = await loadNewestCheckpoint(folder)
      expect(newest).toEqual(state(5))
      expect(problems).toEqual([expect.stringMatching(/SHA-256|SHA256SUMS is damaged/)])
      await expect(verifyCheckpoint(folder, 6)).rejects.toMatchObject({ code: 'damaged' })
      expect(await verifyCheckpoint(folder, 5)).toBe(true)
    }
  })

  it('are passed over where their reader has no use for them', async () => {
    const folder = temporaryFolder()
    for (const step of [1, 2]) await saveCheckpoint(folder, state(step))
    const refuse = ({ step }: CheckpointState): void => {
      if (step === 2) throw new Error('It is of another network.')
    }
    const { state: newest, problems } = await loadNewestCheckpoint(folder, refuse)
    expect([newest?.step, problems]).toEqual([1, ['It is of another network.']])
  })

  it('do not bring back a run whose folder is gone', async () => {
    const folder = join(temporaryFolder(), 'run')
    await expect(saveCheckpoint(folder, state(1))).rejects.toMatchObject({ code: 'not-found' })
    expect(existsSync(folder)).toBe(false)
  })

  it('have sums that sha256sum understands', async () => {
    const folder = temporaryFolder()
    await saveCheckpoint(folder, state(1))
    const sums = readFileSync(join(folder, 'checkpoints', '1', 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
    for (const line of sums) {
      const [sum, name] = line.split('  ')
      const bytes = readFileSync(join(folder, 'checkpoints', '1', name))
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum)
    }
    expect(sums).toHaveLength(3)
  })

  it('that cannot be written whole are not there at all', async () => {
    const folder = temporaryFolder()
    await saveCheckpoint(folder, state(5))
    const before = readFileSync(join(folder, 'checkpoints', '5', 'weights.safetensors'))
    await expect(withReadOnly(folder, () => saveCheckpoint(folder, state(6)))).rejects.toMatchObject({
      code: 'read-only'
    })
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual(['5'])
    expect(readFileSync(join(folder, 'checkpoints', '5', 'weights.safetensors')).equals(before)).toBe(true)
    expect(existsSync(join(folder, 'checkpoints', '6'))).toBe(false)
  })
})
