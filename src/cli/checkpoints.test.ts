/** `phasescope import` of checkpoints, as a command. */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../project/testing/folders'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))
const testdata = fileURLToPath(new URL('../../testdata/checkpoints/torch/', import.meta.url))

function run(home: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, PHASESCOPE_USER_DATA: join(home, 'user'), PHASESCOPE_DEBUG: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'import', ...args], {
    cwd: home,
    env,
    encoding: 'utf8'
  })
  return { code: status, out: stdout, err: stderr }
}

it('imports checkpoints at the modules and steps that are asked for', () => {
  const home = temporaryFolder()
  cpSync(testdata, join(home, 'training'), { recursive: true })
  const dry = run(home, 'training', '--dry-run', '--hooks', 'conv*, square_5x5')
  expect(dry.code).toBe(0)
  expect(dry.out).toMatch(/^square_5x5 +1 +30 +chosen$/m)
  expect(dry.out).toMatch(/^tall_12x3 +1 +48 *$/m)
  const imported = run(
    home,
    'training',
    '--project',
    'p',
    '--create',
    '--hooks',
    'conv*',
    '--step-pattern',
    'ckpt_00{step}.pt'
  )
  expect(imported.code).toBe(0)
  expect(imported.out).toMatch(
    /^training\/ckpt_\* +checkpoints +training +- +3 +0-200 \(ckpt_00\{step\}\.pt\) +2 +\d notes?$/m
  )
  expect(imported.out).toContain('1 run imported.')
  expect(imported.err).toContain('The parameters are those in "model"; "optimizer", "step", "loss" not looked at.')
  const nothing = run(home, 'training', '--project', 'p', '--hooks', 'mlp')
  expect(nothing.code).toBe(1)
  expect(nothing.err).toContain('no hook point is chosen. Choose modules; there are "square_5x5"')
})

it.each([
  [['--step-pattern', 'ckpt_*.pt'], '--step-pattern needs {step} or {epoch} where the number stands'],
  [['--step-pattern', '{step}.pt', '--step-column', 'ckpt'], 'exclude each other; give one of them.'],
  [['--hooks', ' , '], '--hooks names no modules; give paths, patterns or "all".']
])('refuses %j', (args, sentence) => {
  const { code, err } = run(temporaryFolder(), 'training', '--dry-run', ...args)
  expect(code).toBe(2)
  expect(err).toContain(sentence)
})
