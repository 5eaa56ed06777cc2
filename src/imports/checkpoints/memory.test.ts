/** A checkpoint that is larger than the memory it is measured in. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkpointUnits } from './units'
import { openCheckpoint } from './open'
import { temporaryFolder } from '../../project/testing/folders'
import { checkpointMetrics } from './metrics'

const mebibyte = 2 ** 20
const tensors = 96
const tensorBytes = 8 * mebibyte
const shape = [4, tensorBytes / 16]
/**
 * Alive are the tensor at hand, its doubles for the singular values and a copy to find the median in, 4 times the tensor;
 * the rest is what the collector of garbage has not come to yet.
 */
const allowed = 18 * tensorBytes

/** Sparse: on disk it takes a block or two. */
function writeLarge(path: string): void {
  const header = JSON.stringify(
    Object.fromEntries(
      Array.from({ length: tensors }, (_, i) => [
        `h.${i}.weight`,
        { dtype: 'F32', shape, data_offsets: [i * tensorBytes, (i + 1) * tensorBytes] }
      ])
    )
  )
  const file = openSync(path, 'w')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  writeSync(file, length)
  writeSync(file, header)
  const start = 8 + header.length
  ftruncateSync(file, start + tensors * tensorBytes)
  // One value in the last tensor, so that reading nothing would show.
  writeSync(file, Buffer.from(Float32Array.of(3).buffer), 0, 4, start + (tensors - 1) * tensorBytes)
  closeSync(file)
}

it('is measured one tensor at a time, also as one module of all', async () => {
  const root = temporaryFolder()
  writeLarge(join(root, 'step_1.safetensors'))
  const [unit] = checkpointUnits([{ path: 'step_1.safetensors', bytes: 1, modifiedMs: 0 }]).units
  const opened = await openCheckpoint(root, unit)
  const before = process.memoryUsage().rss
  let most = 0
  let reads = 0
  const watched = opened.tensors.map((tensor) => ({
    ...tensor,
    read: async () => {
      const values = await tensor.read()
      most = Math.max(most, process.memoryUsage().rss - before)
      reads += 1
      return values
    }
  }))
  const { values } = await checkpointMetrics(watched, ['h', 'h.95'], true)
  opened.close()
  // The median of all values together takes two passes.
  expect(reads).toBe(2 * tensors)
  expect(values['weights/h.95/l1']).toBe(3)
  expect(values['weights/h/l1']).toBe(3 / tensors)
  expect(values['weights/h/mean_w']).toBeCloseTo(3 / ((tensors * tensorBytes) / 4), 20)
  expect(values['weights/h/median_w']).toBe(0)
  expect(tensors * tensorBytes).toBeGreaterThan(5 * allowed)
  expect(most / mebibyte, 'MiB more than before').toBeLessThan(allowed / mebibyte)
}, 120_000)
