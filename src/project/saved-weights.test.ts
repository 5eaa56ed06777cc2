import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeSafetensors } from '../formats/safetensors'
import { keepWeights, loadWeights } from './saved-weights'

let project: string
beforeEach(() => (project = mkdtempSync(join(tmpdir(), 'saved-weights-'))))
afterEach(() => rmSync(project, { recursive: true, force: true }))

const arrays = [{ name: 'fc.W', shape: [3], data: Float32Array.of(1, 2, 3) }]
const bytes = encodeSafetensors(arrays)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const gone = 'The saved weights of the network are not in this project. Open its file again, or draw the first weights.'

it('weights stay with the project when the file that they came from is gone', async () => {
  await keepWeights(project, sha256, bytes)
  await keepWeights(project, sha256, null)
  expect(await loadWeights(project, sha256)).toEqual(arrays)
  expect(readdirSync(join(project, 'networks'))).toEqual([`${sha256}.safetensors`])
})

it('weights that are missing, others, or damaged are refused', async () => {
  await expect(keepWeights(project, sha256, null)).rejects.toThrow(gone)
  await expect(keepWeights(project, '0'.repeat(64), bytes)).rejects.toThrow(gone)
  const odd = new TextEncoder().encode('no tensors')
  const sum = createHash('sha256').update(odd).digest('hex')
  await expect(keepWeights(project, sum, odd)).rejects.toThrow('The saved weights cannot be read')
  await keepWeights(project, sha256, bytes)
  writeFileSync(join(project, 'networks', `${sha256}.safetensors`), bytes.slice(0, -1))
  await expect(loadWeights(project, sha256)).rejects.toThrow('is damaged. Open the network')
})
