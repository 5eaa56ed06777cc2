/** What the tabs of Explore are told, on logs of every kind: against TensorBoard's plugins where they serve the same. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeFileVersion, encodeHistogram, encodeScalars, encodeText, frameRecord } from '../events'
import { findLogRuns } from '../project/log-folder'
import { madeLogs } from '../testing/made-logs'
import { distributionsOf, heatmapOf, histogramsOf } from './histograms'
import { blobOf, graphsOf, hparamsOf, pointsOf, prCurvesOf, recordedGraphOf, textsOf } from './media'
import type { RunSource } from './run-source'
import { tagsOf } from './series'
import { groupsOf, scalarsOf, statisticsOf } from './scalars'
import { recordedTagsOf } from './recorded-tags'

const made = madeLogs()
const own = mkdtempSync(join(tmpdir(), 'phasescope-boards-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

const source = (folder: string, place = folder): RunSource => ({
  runId: place,
  folder,
  place,
  label: place,
  seed: null
})
const madeRun = (place: string): RunSource => source(join(made.folder, place), place)

function written(name: string, events: Uint8Array[], files = 1): RunSource {
  const folder = join(own, name)
  mkdirSync(folder, { recursive: true })
  const size = Math.ceil(events.length / files)
  for (let f = 0; f < files; f++) {
    const part = [encodeFileVersion(100), ...events.slice(f * size, (f + 1) * size)].map(frameRecord)
    writeFileSync(join(folder, `events.out.tfevents.${1000 + f}.host`), Buffer.concat(part))
  }
  return source(folder, name)
}

const scalars = (step: number, values: Record<string, number>, wall = 100 + step): Uint8Array =>
  encodeScalars(wall, step, values)
const plain = { x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 1000 } as const

describe('scalars', () => {
  const wave = Array.from({ length: 5000 }, (_, i) => Math.fround(Math.sin(i / 50) + (i === 1234 ? 9 : 0)))
  const long = written(
    'long',
    wave.map((value, i) => scalars(i, { wave: value, epoch: i / 100, other: 5000 - i }))
  )

  it('keep the first, last and extreme points however few are drawn', () => {
    const { curves, inner } = scalarsOf({ ...plain, runs: [long], tag: 'wave', mostPoints: 60 })
    const [{ x, values, total }] = curves
    expect(values.length).toBeLessThanOrEqual(60)
    expect(total).toBe(5000)
    expect([x[0], x[x.length - 1]]).toEqual([0, 4999])
    expect(Math.max(...values)).toBe(Math.max(...wave))
    const sorted = [...wave].sort((a, b) => a - b)
    expect(inner).toEqual([sorted[249], sorted[4750]])
  })

  it('are smoothed over all points, however many are drawn', () => {
    const few = scalarsOf({ ...plain, runs: [long], tag: 'wave', smoothing: 0.95, mostPoints: 60 }).curves[0]
    const all = scalarsOf({ ...plain, runs: [long], tag: 'wave', smoothing: 0.95, mostPoints: 5000 }).curves[0]
    few.steps.forEach((step, i) => expect(few.smoothed[i]).toBe(all.smoothed[step]))
    // Also where only a part is asked for: the average began before it.
    const part = scalarsOf({ ...plain, runs: [long], tag: 'wave', smoothing: 0.95, from: 2000, to: 2100 }).curves[0]
    part.steps.forEach((step, i) => expect(part.smoothed[i]).toBe(all.smoothed[step]))
    // With a neighbour at either side, so that the line goes on to the edge.
    expect([part.steps[0], part.steps[part.steps.length - 1]]).toEqual([1999, 2101])
  })

  it('lie over steps, epochs, times or another metric', () => {
    const at = (x: Parameters<typeof scalarsOf>[0]['x']): number[] => {
      const [curve] = scalarsOf({ ...plain, runs: [long], tag: 'wave', x, mostPoints: 5000 }).curves
      return [curve.x[0], curve.x[150], curve.x[4999]]
    }
    expect(at('step')).toEqual([0, 150, 4999])
    expect(at('epoch')).toEqual([0, Math.fround(1.5), Math.fround(49.99)])
    expect(at('wall')).toEqual([100, 250, 5099])
    expect(at('relative')).toEqual([0, 150, 4999])
    expect(at({ tag: 'other' })).toEqual([5000, 4850, 1])
    expect(scalarsOf({ ...plain, runs: [long], tag: 'wave', x: { tag: 'none' } }).curves).toEqual([])
  })

  it('show the latest attempt, or all of them in pieces that are smoothed each by itself', () => {
    const twice = written('twice', [
      ...[0, 1, 2, 3].map((step) => scalars(step, { a: step })),
      ...[2, 3, 4].map((step) => scalars(step, { a: 10 * step }))
    ])
    const latest = scalarsOf({ ...plain, runs: [twice], tag: 'a' }).curves[0]
    expect([[...latest.steps], [...latest.values], [...latest.pieces]]).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 20, 30, 40],
      [0]
    ])
    const all = scalarsOf({ ...plain, runs: [twice], tag: 'a', attempts: 'all', smoothing: 0.5 }).curves[0]
    expect([...all.values]).toEqual([0, 1, 2, 3, 20, 30, 40])
    expect([...all.pieces]).toEqual([0, 4])
    expect(all.smoothed[4]).toBe(20)
    const { restarted } = recordedTagsOf([twice, long])
    expect(restarted).toEqual(['twice'])
  })

  it('are told for a range: value, extremes, mean', () => {
    const nan = written(
      'nan',
      [1, Number.NaN, 3, 8].map((value, step) => scalars(step, { a: value }))
    )
    const query = { runs: [nan, long], tags: ['a', 'wave'], x: 'step', attempts: 'latest', from: 0, to: 2 } as const
    const [row, other] = statisticsOf({ ...query, runs: [...query.runs], tags: [...query.tags] })
    expect(row).toEqual({
      runId: 'nan',
      tag: 'a',
      points: 3,
      firstStep: 0,
      lastStep: 2,
      first: 1,
      last: 3,
      min: 1,
      max: 3,
      mean: 2
    })
    expect(other).toMatchObject({ runId: 'long', tag: 'wave', points: 3 })
  })

  it('are one curve for a group', () => {
    const runs = [0, 1, 2].map((seed) =>
      written(
        `seed${seed}`,
        [0, 1, 2].map((step) => scalars(step, { a: step + seed }))
      )
    )
    const group = { tag: 'a', x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 100, center: 'mean' } as const
    const [all, none] = groupsOf({
      ...group,
      band: 'minmax',
      groups: [
        { name: 'all', runs },
        { name: 'none', runs: [long] }
      ]
    })
    expect([[...all.center], [...all.low], [...all.high], all.runs]).toEqual([[1, 2, 3], [0, 1, 2], [2, 3, 4], 3])
    expect([none.runs, none.x.length]).toEqual([0, 0])
  })

  it('of one run that cannot be read hide none of the others', () => {
    const gone = source(join(own, 'gone'), 'gone')
    expect(scalarsOf({ ...plain, runs: [gone, long], tag: 'wave' }).curves).toHaveLength(1)
    const { problems, tags } = recordedTagsOf([gone, long])
    expect(problems).toEqual([{ runId: 'gone', text: expect.stringContaining('does not exist') }])
    expect(tags.map(({ tag, runs, points }) => [tag, [...runs], points])).toContainEqual(['wave', [1], 5000])
  })
})

describe('histograms', () => {
  const train = madeRun('v2_all/train')
  const ask = { runs: [train], attempts: 'latest', mostSteps: 100, bins: null } as const

  it('come with the edges that were recorded', () => {
    type Served = { data: Record<string, Record<string, [number, number, number[][]][]>> }
    const { histograms } = made.golden._plugins_v2_all as { histograms: Served }
    for (const [tag, points] of Object.entries(histograms.data.train)) {
      const [found] = histogramsOf({ ...ask, runs: [train], tag })
      expect([...found.steps]).toEqual(points.map(([, step]) => step))
      points.forEach(([, , rows], i) => {
        const [from, to] = [found.offsets[i], found.offsets[i + 1]]
        const ours = Array.from({ length: to - from }, (_, b) => [
          found.left[from + b],
          found.right[from + b],
          found.counts[from + b]
        ])
        expect(ours).toEqual(rows)
      })
    }
  })

  it('can be put into equal bins, which keeps the counts', () => {
    const [found] = histogramsOf({ ...ask, runs: [train], tag: 'hist/normal', bins: 7 })
    const [recorded] = histogramsOf({ ...ask, runs: [train], tag: 'hist/normal' })
    const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0)
    expect([...found.offsets]).toEqual(Array.from(found.steps, (_, i) => 7 * i).concat(7 * found.steps.length))
    expect(sum(found.counts)).toBeCloseTo(sum(recorded.counts), 6)
  })

  it('with buckets that have no end keep those beside the equal bins, and outside of a heatmap', () => {
    const value = (max: number) => ({
      min: -1,
      max,
      num: 12,
      sum: 0,
      sumSquares: 12,
      bucketLimits: [0, 1, 3, Number.MAX_VALUE],
      buckets: [4, 2, 4, 2]
    })
    const events = [Infinity, Number.MAX_VALUE].map((max, step) => encodeHistogram(step, step, 'h', value(max)))
    const run = written('open', events)
    const [found] = histogramsOf({ ...ask, runs: [run], tag: 'h', bins: 4 })
    expect([...found.offsets]).toEqual([0, 5, 10])
    expect([...found.left.subarray(0, 5)]).toEqual([-1, 0, 1, 2, 3])
    expect([...found.right.subarray(0, 5)]).toEqual([0, 1, 2, 3, Infinity])
    expect([...found.counts.subarray(5)]).toEqual([4, 2, 2, 2, 2])
    const heatmap = heatmapOf(run, 'h', {}, 100)!
    expect(heatmap.rebinned).toBe(true)
    expect(heatmap.edges.every(Number.isFinite)).toBe(true)
    expect(heatmap.edges[heatmap.edges.length - 1]).toBeLessThanOrEqual(3)
    expect(heatmap.overflow[0]).toBeCloseTo(2, 1)
  })

  it('of any log are a heatmap, over common edges where they have their own', () => {
    const heatmap = heatmapOf(train, 'hist/normal', {}, 100)!
    expect(heatmap.rebinned).toBe(true)
    const [recorded] = histogramsOf({ ...ask, runs: [train], tag: 'hist/normal' })
    const bins = heatmap.edges.length - 1
    heatmap.steps.forEach((_, column) => {
      const counts = heatmap.counts.subarray(column * bins, (column + 1) * bins)
      const [from, to] = [recorded.offsets[column], recorded.offsets[column + 1]]
      const total = recorded.counts.subarray(from, to).reduce((all, value) => all + value, 0)
      const drawn = counts.reduce((all, value) => all + value, 0)
      expect(drawn + heatmap.underflow[column] + heatmap.overflow[column]).toBeCloseTo(total, 3)
      expect(heatmap.overflow[column] / total).toBeLessThan(0.1)
    })
    const [bands] = distributionsOf({ runs: [train], tag: 'hist/normal', attempts: 'latest', mostSteps: 100 })
    for (let i = 1; i < 9; i++) expect(bands.bands[i]).toBeGreaterThanOrEqual(bands.bands[i - 1])
  })

  const twoBins = (low: number, high: number) => ({
    min: low,
    max: high,
    num: 6,
    sum: 0,
    sumSquares: 6,
    bucketLimits: [low, (low + high) / 2, high, Number.MAX_VALUE],
    buckets: [0, 2, 4, 0]
  })

  it('with other edges later on still land in the columns of the first ones', () => {
    const events = [encodeHistogram(1, 0, 'h', twoBins(-0.9, 0.9)), encodeHistogram(2, 1, 'h', twoBins(-1.8, 1.8))]
    const heatmap = heatmapOf(written('edges', events), 'h', {}, 10)!
    expect([...heatmap.edges]).toEqual([-0.9, 0, 0.9])
    expect([...heatmap.counts]).toEqual([2, 4, 1, 2])
    expect([...heatmap.underflow, ...heatmap.overflow]).toEqual([0, 1, 0, 2])
    expect(heatmap.rebinned).toBe(true)
  })

  it('with ranges that were found have the finest bins of all over what all cover, and lose nothing', () => {
    const events = [twoBins(-1, 1), twoBins(-4, 4), twoBins(-0.5, 0.5)].map((value, i) =>
      encodeHistogram(i + 1, i, 'h', value)
    )
    const heatmap = heatmapOf(written('found', events), 'h', {}, 10)!
    expect([...heatmap.edges]).toEqual(Array.from({ length: 17 }, (_, i) => -4 + i / 2))
    const column = (d: number): number[] => [...heatmap.counts.subarray(d * 16, (d + 1) * 16)]
    expect(column(0)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0])
    expect(column(1)).toEqual([...Array<number>(8).fill(0.25), ...Array<number>(8).fill(0.5)])
    expect(column(2)).toEqual([0, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0])
    expect([...heatmap.underflow, ...heatmap.overflow]).toEqual([0, 0, 0, 0, 0, 0])

    // A range that was wide for a moment does not make a million rows.
    const wide = [twoBins(-1, 1), twoBins(-1024, 1024)].map((value, i) => encodeHistogram(i + 1, i, 'h', value))
    const capped = heatmapOf(written('wide', wide), 'h', {}, 10)!
    expect(capped.edges.length).toBe(513)
    expect(capped.counts.reduce((sum, count) => sum + count, 0)).toBe(12)
  })
})

describe('exact zeros, which stand beside each histogram,', () => {
  const value = (num: number) => ({
    min: -1,
    max: 1,
    num,
    sum: 0,
    sumSquares: num,
    bucketLimits: [-1, 0, 1, Number.MAX_VALUE],
    buckets: [0, num - 4, 4, 0]
  })
  /** Steps 0 to 3 with 6, 10, 6 and 10 values. */
  const log = (name: string, beside: Record<string, number>[]): RunSource =>
    written(
      name,
      beside.flatMap((values, step) => [
        encodeHistogram(step, step, 'h', value([6, 10][step % 2])),
        scalars(step, values)
      ])
    )

  it('become a share of each column, and of those that are joined', () => {
    const counts = [3, 5, 0, 10].map((zeros, step) => ({ 'h/zeros': zeros, 'h/nonfinite': step }))
    const run = log('zeros', counts)
    const each = heatmapOf(run, 'h', {}, 10)!
    expect([...each.zeros]).toEqual([3 / 6, 5 / 10, 0, 1])
    expect([...each.nonFinite]).toEqual([0, 1, 2, 3])
    const joined = heatmapOf(run, 'h', {}, 2)!
    // Two of the recorded histograms in each column: (3 + 5) of (6 + 10) values, then (0 + 10).
    expect([...joined.zeros]).toEqual([8 / 16, 10 / 16])
    expect([...joined.nonFinite]).toEqual([1, 5])
  })

  it('are unknown where they were not recorded, and where the name is used for something else', () => {
    expect([...heatmapOf(log('no-zeros', [{}, { 'h/zeros': 2 }]), 'h', {}, 10)!.zeros]).toEqual([Number.NaN, 0.2])
    expect([...heatmapOf(log('shares', [{ 'h/zeros': 0.5 }, { 'h/zeros': 11 }]), 'h', {}, 10)!.zeros]).toEqual([
      Number.NaN,
      Number.NaN
    ])
  })
})

it('a histogram that is none leaves a gap in the heatmap and nothing else', () => {
  const value = {
    min: -1,
    max: 1,
    num: 6,
    sum: 0,
    sumSquares: 6,
    bucketLimits: [-1, 0, 1, Number.MAX_VALUE],
    buckets: [0, 2, 4, 0]
  }
  const run = written('broken', [
    encodeHistogram(1, 0, 'h', value),
    encodeHistogram(2, 1, 'h', { ...value, buckets: [1, 2] }),
    encodeHistogram(3, 2, 'h', value)
  ])
  const heatmap = heatmapOf(run, 'h', {}, 10)!
  expect([...heatmap.counts]).toEqual([2, 4, 0, 0, 2, 4])
  expect([...heatmap.means]).toEqual([0, Number.NaN, 0])
  const [read] = histogramsOf({ runs: [run], tag: 'h', attempts: 'latest', mostSteps: 9, bins: null })
  expect([...read.steps]).toEqual([0, 2])
})

describe('images, sounds, texts', () => {
  const train = madeRun('v2_all/train')

  it('are listed by step and fetched one by one', () => {
    const served = made.golden._plugins_v2_all as {
      images_index: { train: Record<string, { samples: number }> }
      audio_index: { train: Record<string, { samples: number }> }
    }
    for (const [kind, index] of [
      ['images', served.images_index.train],
      ['audio', served.audio_index.train]
    ] as const) {
      for (const [tag, { samples }] of Object.entries(index)) {
        const [points] = pointsOf({ runs: [train], tag, kind, attempts: 'latest' })
        expect(Math.max(...points.samples)).toBe(samples)
        const blob = blobOf({ run: train, tag, kind, attempts: 'latest', index: 0, sample: points.samples[0] - 1 })
        expect(blob.mime).toBe(kind === 'images' ? 'image/png' : 'audio/wav')
        expect(() =>
          blobOf({ run: train, tag, kind, attempts: 'latest', index: points.steps.length, sample: 0 })
        ).toThrow('has no such point')
        expect(() => blobOf({ run: train, tag, kind, attempts: 'latest', index: 0, sample: 9 })).toThrow(
          /at step \d+ cannot be shown/
        )
      }
    }
  })

  it('are text by step, tables as tables', () => {
    const text = (tag: string, step: number | null = null) =>
      textsOf({ runs: [train], tag, attempts: 'latest', step, last: 10 })
    expect(text('text/scalar').map(({ step, rows }) => [step, rows[0][0]])).toEqual([
      [0, '# Heading\n\nsome *markdown* and <b>html</b>'],
      [1, 'step one é中😀']
    ])
    expect(text('text/scalar', 0)).toHaveLength(1)
    expect(text('text/vector')[0].rows).toEqual([['a'], ['b'], ['c']])
    expect(text('text/matrix')[0].rows[2]).toEqual(['r2c0', 'r2c1'])
    expect(text('text/rank3')[0]).toMatchObject({ rows: [['x0', 'x1']], note: expect.stringContaining('3 dimensions') })
  })

  it('have the PR curve at or before a step', () => {
    const at = (step: number | null) =>
      prCurvesOf({ runs: [train], tag: 'pr/cls/pr_curves', attempts: 'latest', step }).map((curve) => curve.step)
    expect([at(null), at(0), at(0.5), at(-1)]).toEqual([[1], [0], [0], []])
  })
})

it('hyperparameters are those of the session that a run lies in, as TensorBoard groups them', async () => {
  const runs = (await findLogRuns(join(made.folder, 'v2_all'))).map(({ name, folder }) =>
    source(folder, `v2_all/${name}`)
  )
  const { rows, metrics } = hparamsOf({ runs, above: [] })
  const { hparams_session_groups: served } = made.golden._plugins_v2_all as {
    hparams_session_groups: {
      session_groups: {
        hparams: Record<string, unknown>
        name: string
        sessions: { name: string; status: string; start_time_secs: number; end_time_secs: number }[]
      }[]
    }
  }
  expect(served.session_groups).toHaveLength(3)
  for (const { hparams, sessions } of served.session_groups) {
    const [session] = sessions
    const row = rows.find((one) => one.runId === `v2_all/${session.name}`)!
    expect(row.params).toEqual(hparams)
    expect(`STATUS_${row.status.toUpperCase()}`).toBe(session.status)
    expect([row.startTime, row.endTime]).toEqual([session.start_time_secs, session.end_time_secs])
  }
  expect(rows.find((row) => row.runId === 'v2_all/hparams/session_a/validation')).toMatchObject({
    session: 'v2_all/hparams/session_a',
    params: { optimizer: 'adam' }
  })
  expect(rows.some((row) => row.runId === 'v2_all/train')).toBe(false)
  expect(metrics).toEqual(['accuracy', 'loss'])
  // The same when only the run below its session is asked about.
  const below = runs.find((run) => run.runId === 'v2_all/hparams/session_a/validation')!
  const session = runs.find((run) => run.runId === 'v2_all/hparams/session_a')!
  const alone = hparamsOf({ runs: [below], above: [session] }).rows
  expect(alone.map(({ runId, params }) => [runId, params.optimizer])).toEqual([[below.runId, 'adam']])
  expect(hparamsOf({ runs: [below], above: [] }).rows).toEqual([])
})

it('graphs are those that hold nodes: profiles do not', () => {
  const train = madeRun('v2_all/train')
  const found = graphsOf({ run: train })
  expect(found.map(({ source: tag }) => tag).sort()).toEqual(['__run_graph__', 'keras', 'trace_full', 'trace_graph'])
  for (const { source: tag, nodes } of found) {
    expect(nodes).toBeGreaterThan(0)
    const graph = recordedGraphOf({ run: train, source: tag })!
    const names = new Set(graph.nodes.map((node) => node.name))
    expect(names.size).toBe(graph.nodes.length)
    for (const { inputs } of graph.nodes) {
      for (const input of inputs) expect(names).toContain(input.replace(/^\^/, '').replace(/:\d+$/, ''))
    }
  }
  // A graph inside of a MetaGraphDef counts when there is no other, and only then.
  const only = graphsOf({ run: madeRun('v1_all/meta_graph_only') })
  expect(only).toEqual([{ source: '__meta_graph__', nodes: 5 }])
  const both = graphsOf({ run: madeRun('v1_all/meta_graph_then_graph_then_meta') })
  expect(both.map(({ source: tag }) => tag)).toEqual(['__run_graph__'])
})

describe('what no page could show', () => {
  it('of tags is told and left out, and of names is cut', () => {
    const endless = 'a'.repeat(10_001)
    const run = written('endless', [scalars(0, { [endless]: 1, ok: 2 })])
    const { tags, problems } = recordedTagsOf([run])
    expect(tags.map(({ tag }) => tag)).toEqual(['ok'])
    const text = 'A tag is longer than 10,000 characters and not shown; exports have it.'
    expect(problems).toEqual([{ runId: 'endless', text }])
    expect(tagsOf([run])).toEqual({ scalars: ['ok'], histograms: [], problems: [`endless: ${text}`], roles: {} })
  })

  it('of texts is cut where the answer has no more room, and said', () => {
    const text = 'x'.repeat(5_000_000)
    const run = written(
      'texts',
      [0, 1].map((step) => encodeText(100 + step, step, 't', text))
    )
    const [first, second] = textsOf({ runs: [run], tag: 't', attempts: 'latest', step: null, last: 10 })
    expect([first.rows[0][0].length, first.note]).toEqual([5_000_000, null])
    expect([second.rows[0][0].length, second.note]).toEqual([
      3_000_000,
      'Only the first 3,000,000 of 5,000,000 characters are shown here; fewer runs or steps leave more room.'
    ])
  })
})
