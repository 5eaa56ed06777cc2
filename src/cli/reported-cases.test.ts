/** Networks and series from public reports of faults, where they lie beside the project, through the commands. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../project/testing/folders'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))
const cases = join(import.meta.dirname, '../../../shared/cases/data')
const isThere = existsSync(cases)
if (!isThere)
  console.log('Skipped: the reported data, which are not part of the project, do not lie at ../shared/cases/data.')

function phasescope(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe.skipIf(!isThere)('reported networks and series (the files are not part of the project)', () => {
  let folder = ''
  let project = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'phasescope-test-'))
    project = join(folder, 'project')
    for (const file of ['20-keras-common/pics.npz', '50-rare-class/rare.npz']) {
      const { code, err } = phasescope('data', 'add', join(cases, file), '--project', project, '--create')
      expect([code, err]).toEqual([0, ''])
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The run's series by tag, and what was said on the way. */
  function trained(model: string, ...settings: string[]): { values: (tag: string) => number[]; err: string } {
    const args = [
      '--project',
      project,
      '--data',
      'pics',
      '--network',
      join(cases, model),
      '--backend',
      'wasm',
      '--json'
    ]
    const { code, out, err } = phasescope('train', 'custom', ...args, ...settings.flatMap((one) => ['--set', one]))
    expect(code).toBe(0)
    const [{ id }] = JSON.parse(out) as { id: string }[]
    const lines = phasescope('export', join(project, 'runs', id))
      .out.trim()
      .split('\n')
    const rows = lines.slice(1).map((line) => line.split(','))
    const values = (tag: string): number[] => rows.filter((row) => row[1] === tag).map((row) => Number(row.at(-1)))
    return { values, err }
  }

  it('21: a frozen layer does not change', () => {
    const { values } = trained('21-frozen-layer/model.json', 'epochs=6', 'learningRate=0.05')
    const frozen = values('weights/features/l2')
    expect(frozen.length).toBeGreaterThan(3)
    expect(new Set(frozen).size).toBe(1)
    expect(new Set(values('weights/head/l2')).size).toBeGreaterThan(1)
  })

  it('22: the penalty of the weights is in the loss', () => {
    const { values } = trained('22-kernel-regularizer/model.json', 'epochs=2')
    const penalty = values('loss/penalty')
    expect(penalty.every((value) => value > 1)).toBe(true)
    expect(values('loss/val')[0]).toBeGreaterThan(penalty[0])
  })

  it.each(['model.json', 'rescaling-only.json'])('25: %s gets bytes as it expects them, which is told', (file) => {
    const { err } = trained(`25-preprocessing-layers/${file}`, 'epochs=2')
    expect(err).toContain('pictures of bytes reach the network as 0 to 255, not as 0 to 1')
  })

  it('33: one sigmoid unit trains with the binary cross-entropy', () => {
    const { values, err } = trained('33-sigmoid-one-unit/model.json', 'epochs=2')
    expect(err).toContain('As the model was compiled: optimizer=adam')
    // Of a network that knows nothing, ln 2 = 0.69.
    expect(values('loss/val')[0]).toBeGreaterThan(0.3)
    expect(values('loss/val')[0]).toBeLessThan(1.5)
  })

  it('42: of two features that say the same, one is left out of a full covariance', () => {
    const own = join(temporaryFolder(), 'phases')
    const json = join(temporaryFolder(), 'fit.json')
    expect(phasescope('import', join(cases, '42-duplicate-features/runs'), '--project', own, '--create').code).toBe(0)
    const choice = ['--features', 'a,twice_a,noise', '--states', '1-4', '--covariance', 'full', '--zscore', 'run']
    const { code, out } = phasescope('fit', '--project', own, ...choice, '--json', json)
    expect(code).toBe(0)
    expect(out).toContain('"twice_a" was left out: it follows from "a"')
    const fitted = JSON.parse(readFileSync(json, 'utf8')) as {
      chosenStates: number
      selection: { states: number; best: number }[]
    }
    expect(fitted.chosenStates).toBe(2)
    // hmmlearn 0.3.3 of a and noise alone.
    expect(fitted.selection.find(({ states }) => states === 2)!.best).toBeCloseTo(-836, 0)
  })

  it('48: the kernel of an attention is a matrix [d, heads x key]', () => {
    const own = join(temporaryFolder(), 'attention')
    expect(phasescope('import', join(cases, '48-keras3-mha-lstm/ckpt'), '--project', own, '--create').code).toBe(0)
    const { out } = phasescope('export', own, '--tag', 'query_dense/(l2|spectral)$')
    const first = out.split('\n').filter((line) => line.split(',')[2] === '1')
    expect(first.map((line) => Number(line.split(',').at(-1)).toFixed(4))).toEqual(['16.0275', '7.3937'])
  })

  it('50: a rare class validates with every seed', () => {
    const args = ['--project', project, '--data', 'rare', '--seeds', '0-5', '--set', 'epochs=1', '--json']
    const { code, out } = phasescope('train', 'custom', ...args)
    expect(code).toBe(0)
    for (const { id } of JSON.parse(out) as { id: string }[]) {
      const exported = phasescope('export', join(project, 'runs', id), '--tag', '^recall/val$')
      expect(exported.code).toBe(0)
    }
  })
})
