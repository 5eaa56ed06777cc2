/** Damaged data files end in a sentence that names the file, whatever the damage: never in a hang or a bare error. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { readDataTable } from './data-table'
import { FormatError } from './format-error'
import { readNpy } from './npy'
import { readNpz } from './npz'
import { decodePicture } from './pictures'

const golden = JSON.parse(readFileSync(new URL('testing/golden-arrays.json', import.meta.url), 'utf8')) as {
  npy: { data: string }[]
  npz: { plain: string; compressed: string }
  pictures: { mode: string; data: string }[]
}
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** A few bytes changed, or the end cut off, or both. */
function damaged(bytes: Uint8Array, rng: Rng): Uint8Array {
  const copy = bytes.slice(0, rng.uniform() < 0.3 ? rng.integer(bytes.length) : bytes.length)
  const changes = copy.length === 0 ? 0 : rng.integer(6)
  for (let i = 0; i < changes; i++) copy[rng.integer(copy.length)] = rng.integer(256)
  return copy
}

const rounds = 300
const text = new TextEncoder().encode('a,b,"c d"\n1,2,x\n3,"4",y\n,6,"z\n"\n')

describe('damaged files', () => {
  const seed = Date.now() % 1e6
  const cases: [string, Uint8Array[], (bytes: Uint8Array) => unknown][] = [
    ['npy', golden.npy.map(({ data }) => bytesOf(data)), (bytes) => readNpy(bytes, 'the file')],
    ['npz', [bytesOf(golden.npz.plain), bytesOf(golden.npz.compressed)], (bytes) => readNpz(bytes, 'the file')],
    ['pictures', golden.pictures.map(({ data }) => bytesOf(data)), (bytes) => decodePicture(bytes, 'the file')],
    ['tables', [text], (bytes) => readDataTable(new TextDecoder().decode(bytes), 'the file')]
  ]
  it.each(cases)('of %s', async (_, files, read) => {
    const rng = new Rng(seed)
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      const bytes = damaged(files[round % files.length], rng)
      try {
        await read(bytes)
      } catch (error) {
        refused += 1
        expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(FormatError)
        expect((error as Error).message).toMatch(/^the file/)
      }
    }
    expect(refused).toBeGreaterThan(rounds / 20)
  })
})
