import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { hdf5Tensors } from './hdf5-weights'

const folder = mkdtempSync(join(tmpdir(), 'phasescope-hdf5-limit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const good = readFileSync(new URL('../../../testdata/checkpoints/keras/model_0.h5', import.meta.url))

function read(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const source = {
    name,
    size: bytes.length,
    read: (at: number, length: number) => new Uint8Array(bytes.subarray(at, at + length))
  }
  return hdf5Tensors(source, path).then(
    ({ tensors, close }) => {
      close()
      return `${tensors.length} tensors`
    },
    (error: Error) => error.message
  )
}

it('hundreds of damaged files end in a sentence before the process has no descriptors left', async () => {
  mkdirSync(folder, { recursive: true })
  const sound = await read('first.h5', good)
  expect(sound).toMatch(/^[1-9]\d* tensors$/)
  const damaged = Buffer.from(good).fill(255, 700, 4000)
  const said = new Map<string, number>()
  for (let n = 0; n < 520; n++) {
    const sentence = (await read(`m_${n}.h5`, damaged)).replace(/^m_\d+\.h5 /, '')
    said.set(sentence, (said.get(sentence) ?? 0) + 1)
  }
  const limit = 'was not read: too many files before it were damaged. Start the application again.'
  expect(said.get(limit)).toBe(20)
  expect([...said.values()].reduce((sum, count) => sum + count)).toBe(520)
  expect([...said.keys()].every((sentence) => sentence === limit || sentence.startsWith('is damaged'))).toBe(true)
})
