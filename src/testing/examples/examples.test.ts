/**
 * The examples of CONTRIBUTING.md, compiled and run. Where a list would get a new line, the example takes the place of one that is in
 * it, so that everything behind the list is the real thing.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { checkInput, parseInput } from '../../cli/options'
import type { Terminal } from '../../cli/terminal'
import { experimentSpec } from '../../domain/recipe'
import { tagOf } from '../../domain/tags'
import { weightMetrics } from '../../domain/weight-metrics'
import { buildFolder, testEngine } from '../../engine/testing/engines'
import { readTree } from '../../imports/testing/trees'
import { temporaryFolder } from '../../project/testing/folders'
import { runTiny, tinySpec } from '../../training/testing/tiny-runs'
import { statusEntry } from './command'
import { signs } from './experiment'
import { positiveShare } from './hook-kind'
import { largest, row } from './metric'
import { exampleHandlers, exampleRequests } from './request'

vi.mock('../../training/experiments/sparse-parity', async () => ({
  sparseParity: (await import('./experiment')).signs
}))
vi.mock('../../training/observers/updates', async () => ({ updates: (await import('./hook-kind')).gradientSigns }))
vi.mock('../../imports/dialects/monitor', async () => ({ monitor: (await import('./import-format')).thousands }))

describe('the example of', () => {
  it('an experiment trains and learns', async () => {
    expect(experimentSpec.parse(signs.spec)).toEqual(signs.spec)
    const { port, outcome } = await runTiny(tinySpec('signs', {}))
    expect(outcome.status).toBe('done')
    expect(port.of('scalars').at(-1)!.values[tagOf.accuracy('val')] ?? NaN).toBeGreaterThan(0.9)
  })

  it('a kind of hook records at every point', async () => {
    const base = tinySpec('signs', { epochs: 2 })
    const { port } = await runTiny({ ...base, record: { ...base.record, observe: ['updates'] } })
    const shares = port.of('scalars').flatMap(({ values }) => values[positiveShare('fc1')] ?? [])
    expect(shares).toHaveLength(3)
    for (const share of shares) expect(share).toBeGreaterThan(0)
  })

  it('a metric has a name of its own and is computed', () => {
    expect(weightMetrics.map(({ name }) => name)).not.toContain(row.name)
    expect(largest({ data: Float32Array.of(1, -3, 2, 0), shape: [2, 2] })).toBe(3)
    expect(largest({ data: Float32Array.of(1, NaN), shape: [2, 1] })).toBeNaN()
  })

  it('a format of imports is found in a folder and read', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'log.csv'), 'ksteps,loss\n1,0.5\n2,0.25\n3,0.125\n')
    const { runs } = await readTree(folder)
    expect(Object.values(runs[0].series)).toEqual([
      [
        [1000, 0.5],
        [2000, 0.25],
        [3000, 0.125]
      ]
    ])
  })

  it('a command reads its options and answers', async () => {
    const { engine, home } = testEngine()
    const folder = join(home, 'project')
    await engine.openOrCreateFolder(folder, 'Project')
    const written: unknown[] = []
    const terminal = { json: (value) => written.push(value), note: () => undefined } as Partial<Terminal> as Terminal
    const command = { ...statusEntry, ...(await statusEntry.load()) }
    const input = parseInput(command, [folder, '--json'])
    checkInput(command, input)
    expect(await command.run(input, { terminal, buildFolder })).toBe(0)
    expect(written).toEqual([{}])
  })

  it('a request is checked and answered', async () => {
    const { engine, home } = testEngine()
    const project = await engine.openOrCreateFolder(join(home, 'project'), 'Project')
    const queries = { run: () => Promise.reject(new Error('not asked here')) } as never
    const handlers = exampleHandlers({ queries, project: () => project })
    const { params, result } = exampleRequests['runs.finished']
    expect(params.safeParse({ runIds: 'all' }).success).toBe(false)
    expect(result.parse(handlers['runs.finished'](params.parse({ runIds: [] })))).toEqual({ finished: 0 })
    expect(() => handlers['runs.finished']({ runIds: ['gone'] })).toThrow('gone')
  })
})
