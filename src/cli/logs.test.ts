/** `phasescope inspect` and `phasescope export` as processes, on logs of every kind. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../project/testing/folders'
import { madeLogs } from '../testing/made-logs'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))
const made = madeLogs()

type Num = number | string
interface Raw {
  run: string
  tags: Record<
    string,
    { points: ([number, number, Num, Num, Num] | { kind: string | null; values?: Num[]; t: Num; s: Num })[] }
  >
}

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28
  })
  return { code: status, out: stdout, err: stderr }
}

const lines = (out: string): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Scalars of a tag as they lie on disk: wall time, step, value. */
function onDisk(name: string, tag: string): Num[][] {
  const { tags } = made.golden[`${name}.raw`] as Raw
  return tags[tag].points.map((point) =>
    Array.isArray(point) ? [point[2], point[3], point[4]] : [point.t, point.s, point.values![0]]
  )
}

describe('inspect', () => {
  it('tells of each run and tag what it is, and what is wrong with the files', () => {
    const { code, out } = run('inspect', made.folder)
    expect(code).toBe(0)
    expect(out).toMatch(/^RUN +TAG +PLUGIN +POINTS +FIRST STEP +LAST STEP$/m)
    expect(out).toMatch(/^v2_all\/train +pr\/cls\/pr_curves +pr_curves +2 +0 +1$/m)
    expect(out).toContain('\nunicode/运行 一 ')
    // Names of thousands of characters and of control characters stay on their line.
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(250)
    const { out: json, err } = run('inspect', made.folder, '--json')
    const runs = lines(json)
    expect(runs.find((one) => one.run === 'corrupt/not_an_event_file')).toEqual({
      run: 'corrupt/not_an_event_file',
      tags: [],
      problems: ['events.out.tfevents.1700000000.testhost.4242.0: damaged at byte 0; the rest of the file is not read.']
    })
    expect(runs.find((one) => one.run === 'restart/two_files_no_start')).toMatchObject({
      tags: expect.arrayContaining([{ tag: 'loss', plugin: 'scalars', points: 25, first_step: 0, last_step: 24 }])
    })
    expect(err).toContain('corrupt/truncated_in_length: ')
    expect(err).toContain('the last 5 bytes are an unfinished record')
  })

  it('prints a series as it lies on disk, with every digit of its steps, or the latest attempt', () => {
    for (const [name, tag] of [
      ['int64_steps', 'loss'],
      ['int64_steps', 'loss_v2'],
      ['nan_inf', 'v1'],
      ['nan_inf', 'v2'],
      ['restart__two_files_no_start', 'rare'],
      ['out_of_order__version_2', Object.keys((made.golden['out_of_order__version_2.raw'] as Raw).tags)[0]]
    ]) {
      const folder = join(made.folder, ...name.split('__'))
      const all = run('inspect', folder, '--tag', tag, '--json', '--all-attempts')
      expect(all.code).toBe(0)
      expect(lines(all.out)).toEqual(
        onDisk(name, tag).map(([wallTime, step, value]) => ({ run: '.', wall_time: wallTime, step, value }))
      )
      const { series } = (
        made.golden[`${name}.tb`] as { rust_server_rules_emulated: { series: Record<string, { points: Num[][] }> } }
      ).rust_server_rules_emulated
      const latest = run('inspect', folder, '--tag', tag, '--json')
      expect(lines(latest.out).map((line) => [line.wall_time, line.step])).toEqual(series[tag].points)
    }
  })

  it('names what is not there', () => {
    expect(run('inspect', join(made.folder, 'nowhere'))).toMatchObject({ code: 1, out: '' })
    const noRun = run('inspect', join(made.folder, 'restart'), '--run', 'none')
    expect([noRun.code, noRun.err]).toEqual([1, expect.stringContaining('There is no run "none"')])
    const noTag = run('inspect', join(made.folder, 'restart'), '--tag', 'none', '--json')
    expect([noTag.code, noTag.err]).toEqual([1, expect.stringContaining('has a tag "none"')])
    const noLogs = run('inspect', join(made.folder, 'run_names', 'empty_dir'))
    expect([noLogs.code, noLogs.err]).toEqual([1, expect.stringContaining('holds no event files')])
    const file = run('inspect', join(made.folder, 'growing', 'events.out.tfevents.1700000000.testhost.4242.0'))
    expect([file.code, file.err]).toEqual([1, expect.stringContaining('is a file. Give the folder')])
    expect(run('inspect').code).toBe(2)
  })
})

describe('export', () => {
  it('writes all points of what matches, in each format, and no file over another', () => {
    const folder = join(made.folder, 'nan_inf')
    const csv = run('export', folder, '--tag', '^v1$')
    expect(csv.out.split('\n').slice(0, 7)).toEqual([
      'run,tag,step,wall_time,value',
      '.,v1,0,1700000000,NaN',
      '.,v1,1,1700000001,Infinity',
      '.,v1,2,1700000002,-Infinity',
      '.,v1,3,1700000003,0',
      '.,v1,4,1700000004,-0',
      '.,v1,5,1700000005,1.401298464324817e-45'
    ])
    const jsonl = run('export', folder, '--tag', '^v1$', '--format', 'jsonl')
    expect(lines(jsonl.out).map((line) => line.value)).toEqual(onDisk('nan_inf', 'v1').map(([, , value]) => value))
    const output = join(temporaryFolder(), 'all.json')
    const json = run('export', made.folder, '--format', 'json', '--all-attempts', '--output', output)
    expect([json.code, json.out]).toEqual([0, ''])
    const series = JSON.parse(readFileSync(output, 'utf8')) as { run: string; tag: string; points: Num[][] }[]
    const steps = series.find((one) => one.run === 'int64_steps' && one.tag === 'loss')!
    expect(steps.points).toEqual(onDisk('int64_steps', 'loss'))
    const again = run('export', made.folder, '--output', output)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('could not be written')])
  })

  it('says when nothing matches, and what is wrong with an expression', () => {
    expect(run('export', made.folder, '--tag', 'nothing has this name').code).toBe(1)
    const wrong = run('export', made.folder, '--run', '(')
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--run is no regular expression')])
    expect(run('export', made.folder, '--format', 'xml').code).toBe(2)
    const endless = run('export', made.folder, '--run', '(a+)+$', '--tag', '((.*)+)+!$')
    expect(endless.code).toBe(1)
    const ahead = run('export', made.folder, '--tag', 'loss(?=/)')
    expect(ahead.code).toBe(2)
    expect(ahead.err).toMatch(/--tag is no regular expression that can be used\. Column 5: looking ahead or back/m)
  })
})
