/** The built command line on names that a terminal or a spreadsheet would obey: they are shown, whole and harmless. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeText } from '../project/testing/folders'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))
const hostile = '=cmd \u001b]0;owned\u0007\u009b2J\u202egnp'
const shown = '=cmd \\x1b]0;owned\\x07\\x9b2J\\u202egnp'
// eslint-disable-next-line no-control-regex -- these must not be there.
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const home = mkdtempSync(join(tmpdir(), 'phasescope-names-'))
const project = join(home, 'project')

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: home,
    env: { ...process.env, PHASESCOPE_USER_DATA: join(home, 'user'), PHASESCOPE_DEBUG: '' },
    encoding: 'utf8'
  })
  return { code: status, out: stdout, err: stderr }
}

describe('names of others', () => {
  beforeAll(() => {
    // The name of a file becomes that of a run, and the name of a column that of a tag.
    writeText(join(home, 'logs', `${hostile}.csv`), `step,loss,${hostile}\n0,1,2\n1,0.5,3\n`)
    writeText(join(home, 'logs', `bad${hostile}.csv`), `${hostile},${hostile}\n1,2\n`)
  })

  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it('are escapes in what import, runs and inspect say', () => {
    const imported = run('import', join(home, 'logs'), '--project', project, '--create', '--dry-run')
    expect(imported.out + imported.err).toContain(shown)
    expect(imported.out + imported.err).not.toMatch(obeyed)
    const real = run('import', join(home, 'logs'), '--project', project, '--create')
    expect(real.err).toContain(`bad${shown}`)
    const runs = run('runs', '--project', project)
    expect(runs.out).toContain(shown)
    expect(runs.out).not.toMatch(obeyed)
    const runFolder = join(project, 'runs', readdirSync(join(project, 'runs'))[0])
    const inspected = run('inspect', runFolder)
    expect(inspected.out).toContain(shown)
    expect(inspected.out).not.toMatch(obeyed)
  })

  it('are the same names in JSON, which is pure', () => {
    const { out } = run('runs', '--project', project, '--json')
    expect(out).not.toMatch(obeyed)
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual([hostile])
    for (const format of ['json', 'jsonl']) {
      const exported = run('export', project, '--format', format)
      expect(exported.out).not.toMatch(obeyed)
      const parsed = (format === 'json' ? JSON.parse(exported.out) : JSON.parse(exported.out.split('\n')[0])) as unknown
      expect(JSON.stringify(parsed)).toContain(JSON.stringify(hostile))
    }
  })

  it('are texts in a spreadsheet', () => {
    const file = join(home, 'all.csv')
    expect(run('export', project, '--output', file).code).toBe(0)
    const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1)
    expect(rows.length).toBe(4)
    for (const row of rows) expect(row).toMatch(/^"'=cmd [^,]*",("'=cmd [^,]*"|loss\/train),/)
  })

  it('are shown in what is said of a wrong word, too', () => {
    const { code, err } = run(`${hostile}\nsecond line`)
    expect(code).toBe(2)
    expect(err).toContain(`There is no command "${shown}\\nsecond line".`)
    expect(err).not.toMatch(obeyed)
  })
})
