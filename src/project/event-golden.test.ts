/**
 * Every made and real log against what was found in it by TensorBoard's own code: points as they lie on disk, the latest
 * attempt by its Rust server's rules, metadata, and what its plugins serve. Where our policy differs, the difference is
 * listed here by the run's name with the reason.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { form } from '../events/event-scan'
import { graphOf } from '../events/graph'
import { bucketsOf, decodeHistogramValue } from '../events/histogram'
import { audioOf, imageOf } from '../events/media'
import { prPointsOf } from '../events/pr-curve'
import type { TagSeries } from '../events/run-log'
import { allStrings, allValues, dataType, decodeTensor } from '../events/tensor'
import { bandShares, quantilesOf } from '../numeric/buckets'
import { madeLogs } from '../testing/made-logs'
import { findLogRuns } from './log-folder'
import { RunReader } from './run-reader'
import { temporaryFolder } from './testing/folders'

type Num = number | string
interface RawObject {
  f: number
  t: Num
  s: Num
  kind: string | null
  dtype?: string
  shape?: number[]
  values?: Num[]
  strings?: { len: number; sha256: string }[]
  width?: number
  height?: number
  len?: number
  sha256?: string
  bucket?: Num[]
  bucket_limit?: Num[]
  min?: Num
  max?: Num
  num?: Num
  sum?: Num
  sum_squares?: Num
}
type RawPoint = [file: number, event: number, time: Num, step: Num, value: Num] | RawObject
interface Raw {
  run: string
  files: { name: string; records: number; end: { status: string; offset: number } }[]
  tags: Record<string, { metadata: Meta | null; points: RawPoint[] }>
  graphs?: RawGraph[]
  meta_graphs?: RawGraph[]
}
interface RawGraph {
  node_count: number
  nodes: (string | { name: string; op: string; device: string; input: string[]; attr: string[] })[]
}
interface Meta {
  plugin_name: string
  display_name: string
  description: string
}
interface Tb {
  rust_server_rules_emulated: { series: Record<string, { points: [Num, Num][] }> }
  plugin_accumulator: { everything: { metadata?: Record<string, Meta> } }
}
type Golden = Record<string, unknown>

/** Runs whose files hold more than TensorBoard reads of them, and how many more records we read. */
const readsMore: Record<string, { records: number; why: string }> = {
  'corrupt/flipped_first_record': { records: 12, why: 'a record with a bad checksum is skipped, not the end' },
  'corrupt/flipped_payload_byte': { records: 4, why: 'the same' },
  'corrupt/flipped_payload_byte_still_parses': { records: 5, why: 'the same' },
  'corrupt/flipped_payload_crc': { records: 4, why: 'the same' },
  'corrupt/valid_crc_bad_proto': { records: 5, why: 'a sound record that is no event is skipped, not the end' }
}
/** Runs whose latest attempt differs from what the rules of TensorBoard's Rust server give. */
const otherLatest: Record<string, string> = {
  'corrupt/flipped_payload_byte': 'the file goes on behind a damaged record',
  'corrupt/flipped_payload_byte_still_parses': 'the damaged record is skipped; the server shows its wrong time',
  'corrupt/flipped_payload_crc': 'the server does not look at the checksum of the data',
  'corrupt/valid_crc_bad_proto': 'the file goes on behind a damaged record',
  nan_inf_wall_time: 'a wall time that is not finite is kept; it ends no file and drops no event'
}

const shared = fileURLToPath(new URL('../../../shared/data/events/real', import.meta.url))
const made = madeLogs()
const cases = casesOf(made.golden, made.folder)

describe('made logs', () => {
  it('are found as runs with the names that TensorBoard gives them', async () => {
    const runs = await findLogRuns(made.folder)
    expect(runs.map((run) => run.name).sort()).toEqual(cases.map(({ raw }) => raw.run).sort())
    expect(cases.length).toBeGreaterThan(55)
  })

  for (const { raw, tb, folder } of cases) compareRun(raw, tb, folder)

  it('grow in odd pieces as they did for TensorBoard', () => {
    const growing = made.golden['growing.growing'] as { file: string; rows: [number, number, number, number][] }
    const source = readFileSync(join(made.folder, 'growing', growing.file))
    for (const [prefix, events, , rest] of growing.rows) {
      const folder = temporaryFolder()
      const path = join(folder, growing.file)
      writeFileSync(path, source.subarray(0, prefix))
      const reader = new RunReader(folder)
      reader.refresh()
      expect(reader.log.files[0]?.records ?? 0).toBe(events)
      writeFileSync(path, source)
      reader.refresh()
      expect(reader.log.files[0].records).toBe(events + rest)
      expect(reader.log.problems).toEqual([])
    }
  })

  it('give the buckets and bands that the histogram and distribution plugins serve', () => {
    for (const [file, log] of [
      ['_plugins_v1_all', 'v1_all'],
      ['_plugins_v2_all', 'v2_all']
    ]) {
      type Served = { data: Record<string, Record<string, [Num, Num, Num[][]][]>> }
      const { histograms, distributions } = made.golden[file] as { histograms: Served; distributions: Served }
      let compared = 0
      for (const [run, tags] of Object.entries(histograms.data)) {
        const reader = read(join(made.folder, log, run))
        for (const [tag, points] of Object.entries(tags)) {
          const { places } = reader.log.find(tag, 'histograms')!
          points.forEach(([, , rows], i) => {
            const { bytes, form: valueForm } = reader.place(places!, i)
            const { left, right, counts } = bucketsOf(bytes, valueForm)
            const ours = Array.from(left, (edge, b) => [edge, right[b], counts[b]])
            // TensorBoard rounds v1 histograms to single precision.
            const round = valueForm === form.histo ? Math.fround : (x: number): number => x
            expect(ours.map((row) => row.map(round))).toEqual(rows.map((row) => row.map((x) => round(number(x)))))
            const bands = distributions.data[run][tag][i][2]
            if (rows.flat().every((x) => typeof x === 'number')) {
              // A share that falls exactly between two buckets may be found at either: rounding decides.
              const near = [-1e-9, 0, 1e-9].map((shift) =>
                quantilesOf(
                  { left, right, counts },
                  bandShares.map((share) => Math.min(1, Math.max(0, share + shift)))
                )
              )
              const scale = Math.max(1e-30, ...Array.from(left, Math.abs), ...Array.from(right, Math.abs))
              bands.forEach(([, value], b) => {
                const off = Math.min(...near.map((quantiles) => Math.abs(quantiles[b] - number(value))))
                expect(off / scale).toBeLessThan(valueForm === form.histo ? 2e-5 : 1e-5)
              })
            }
            compared += 1
          })
        }
      }
      expect(compared).toBeGreaterThan(10)
    }
  })

  it('give the PR curves that the plugin serves, which leaves out thresholds that nothing reaches', () => {
    type Served = { data: Record<string, Record<string, Record<string, number[]>[]>> }
    const { pr_curves: served } = made.golden._plugins_v2_all as { pr_curves: Served }
    for (const [run, tags] of Object.entries(served.data)) {
      const reader = read(join(made.folder, 'v2_all', run))
      for (const [tag, curves] of Object.entries(tags)) {
        const { places } = reader.log.find(tag, 'pr_curves')!
        curves.forEach((curve, i) => {
          const points = prPointsOf(reader.place(places!, i).bytes)
          const shown = curve.precision.length
          const close = (ours: Float64Array, theirs: number[]): void =>
            theirs.forEach((value, at) => expect(ours[at]).toBeCloseTo(value, 12))
          close(points.thresholds, curve.thresholds)
          close(points.precision, curve.precision)
          close(points.recall, curve.recall)
          expect([...points.truePositives.slice(0, shown)].map(Math.trunc)).toEqual(curve.true_positives)
          expect([...points.falseNegatives.slice(0, shown)].map(Math.trunc)).toEqual(curve.false_negatives)
        })
      }
    }
  })
})

describe('real logs of PyTorch', () => {
  if (!existsSync(shared)) {
    it.skip('are not part of the project: other people made them', () => undefined)
    return
  }
  const golden: Golden = {}
  for (const name of readdirSync(join(shared, 'golden'))) {
    golden[name.replace(/\.json$/, '')] = JSON.parse(readFileSync(join(shared, 'golden', name), 'utf8'))
  }
  for (const { raw, tb, folder } of casesOf(golden, join(shared, 'logdir'))) compareRun(raw, tb, folder)
})

function compareRun(raw: Raw, tb: Tb | null, folder: string): void {
  describe(raw.run, () => {
    const reader = read(folder)
    const { log } = reader
    const more = readsMore[raw.run]
    if (raw.run === 'run_names/profile_empty_only') {
      // Such a file marks a run for TensorBoard, which does not read it either.
      it('is a run without events', () => expect(log.files).toEqual([]))
      return
    }

    it('is read record by record', () => {
      raw.files.forEach(({ name, records, end }) => {
        const file = log.files[log.file(name)]
        expect(file.records).toBe(records + (more?.records ?? 0))
        if (!more) expect(file.offset).toBe(end.offset)
        expect(file.ended).toBe(end.status === 'bad_length_crc')
      })
      const sound = raw.files.every(({ end }) => end.status === 'eof' || end.status === 'truncated')
      expect(log.problems.length === 0).toBe(sound)
    })

    it('has every value that is on disk', () => {
      for (const [tag, { points }] of Object.entries(raw.tags)) {
        // A value without a tag goes by the name of its node.
        const names = tag === '' ? points.map((point) => (point as { node_name?: string }).node_name ?? '') : [tag]
        const series = log.series().filter((one) => names.includes(one.tag))
        const seen = new Map<TagSeries, number>()
        for (const point of points) {
          // Values of no kind have nothing to show.
          const kind = Array.isArray(point) ? 'simple' : point.kind
          if (kind === null || kind === 'obsolete_old_style_histogram') continue
          const own = series.find((one) => matches(reader, one, seen.get(one) ?? 0, point))
          expect(own, `${raw.run} ${tag} ${JSON.stringify(point).slice(0, 200)}`).toBeDefined()
          seen.set(own!, (seen.get(own!) ?? 0) + 1)
        }
        if (!more) for (const one of series) expect((one.scalars ?? one.places)!.length).toBe(seen.get(one))
      }
    })

    it('has the graphs', () => {
      const graphs = [
        ['__run_graph__', raw.graphs ?? []],
        ['__meta_graph__', raw.meta_graphs ?? []]
      ] as const
      for (const [tag, expected] of graphs) {
        const places = log.find(tag, 'graphs')?.places
        expect(places?.length ?? 0).toBe(expected.length)
        expected.forEach(({ nodes, node_count: count }, i) => {
          const { bytes, form: valueForm } = reader.place(places!, i)
          const graph = graphOf(bytes, valueForm, 'graphs')
          expect(graph.nodes).toHaveLength(count)
          const described = nodes.map((node) => (typeof node === 'string' ? { name: node } : node))
          if (nodes.length === count)
            expect(graph.nodes.map(({ name }) => name)).toEqual(described.map(({ name }) => name))
          for (const [n, node] of described.entries()) {
            if (!('op' in node)) continue
            const { op, device, inputs, attributes } = graph.nodes[n]
            expect({ op, device, input: inputs, attr: attributes.map(([key]) => key).sort() }).toEqual({
              op: node.op,
              device: node.device,
              input: node.input,
              attr: [...node.attr].sort()
            })
          }
        })
      }
    })

    if (!tb) return
    it(raw.run in otherLatest ? 'has another latest attempt than TensorBoard' : 'has the latest attempt', () => {
      let differs = false
      for (const [tag, { points }] of Object.entries(tb.rust_server_rules_emulated.series)) {
        const kinds = log.series().filter((one) => one.tag === tag)
        // TensorBoard has one series for a tag that mixes kinds; we have one of each.
        if (kinds.length !== 1) continue
        // Of classes that it does not know, the server keeps nothing.
        if (points.length === 0) continue
        const view = (kinds[0].scalars ?? kinds[0].places)!.view('latest')
        const ours = Array.from({ length: view.length }, (_, i) => [
          String(view.wallTimes[i]),
          String(view.exactStep(i))
        ])
        const theirs = points.map(([time, step]) => [String(number(time)), String(step)])
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) differs = true
        if (!(raw.run in otherLatest)) expect(ours).toEqual(theirs)
      }
      expect(differs).toBe(raw.run in otherLatest)
    })

    it('has the plugins that TensorBoard finds', () => {
      const metadata = tb.plugin_accumulator.everything.metadata ?? {}
      for (const [tag, { plugin_name: plugin }] of Object.entries(metadata)) {
        const kinds = log.series().filter((one) => one.tag === tag)
        if (kinds.length === 0) continue
        expect(kinds.map((one) => one.kind)).toContain(plugin === '' ? 'tensors' : plugin)
      }
    })
  })
}

/** Whether point i of a series, in the order of the files, is the raw point. */
function matches(reader: RunReader, { scalars, places }: TagSeries, i: number, point: RawPoint): boolean {
  const view = (scalars ?? places)!.view('all')
  const [time, step] = Array.isArray(point) ? [point[2], point[3]] : [point.t, point.s]
  if (i >= view.length) return false
  if (!Object.is(view.wallTimes[i], number(time)) || String(view.exactStep(i)) !== String(step)) return false
  if (scalars) {
    const value = Array.isArray(point) ? point[4] : point.values?.length === 1 ? point.values[0] : undefined
    return value !== undefined && Object.is(scalars.view('all').values[i], number(value))
  }
  if (Array.isArray(point)) return false
  const { bytes, form: valueForm } = reader.place(places!, i)
  switch (point.kind) {
    case 'histo': {
      const value = decodeHistogramValue(bytes)
      return (
        valueForm === form.histo &&
        same(value.bucketLimits, point.bucket_limit!) &&
        same(value.buckets, point.bucket!) &&
        same(
          [value.min, value.max, value.num, value.sum, value.sumSquares],
          [point.min!, point.max!, point.num!, point.sum!, point.sum_squares!]
        )
      )
    }
    case 'image': {
      const { data, width, height } = imageOf(bytes, valueForm, 0)
      return width === point.width && height === point.height && sha256(data) === point.sha256
    }
    case 'audio':
      return sha256(audioOf(bytes, valueForm, 0).data) === point.sha256
    case 'tensor':
      return sameTensor(bytes, point)
  }
  return false
}

const typeNumbers: Record<string, number> = Object.fromEntries(
  Object.entries(dataType).map(([name, number]) => [`DT_${name.toUpperCase()}`, number])
)

function sameTensor(bytes: Uint8Array, point: RawObject): boolean {
  if (point.dtype === 'DT_UINT4') {
    // Packed 4-bit numbers: TensorBoard does not know them either.
    expect(() => decodeTensor(bytes)).toThrow('tensors of type 30 are not known')
    return true
  }
  const tensor = decodeTensor(bytes)
  if (tensor.type !== typeNumbers[point.dtype!] || !same(tensor.shape, point.shape!)) return false
  if (point.strings) {
    const strings = allStrings(tensor)
    return (
      strings.length === point.strings.length && strings.every((text, i) => sha256(text) === point.strings![i].sha256)
    )
  }
  if (!point.values) return true
  const flat = (point.values as unknown[]).flat().map((value) => (typeof value === 'boolean' ? Number(value) : value))
  if (tensor.integers) return flat.every((value, i) => String(tensor.integers![i]) === String(value))
  return same(allValues(tensor), flat as Num[])
}

function same(ours: ArrayLike<number>, theirs: Num[]): boolean {
  return ours.length === theirs.length && theirs.every((value, i) => Object.is(ours[i], number(value)))
}

function number(value: Num): number {
  return typeof value === 'string' ? Number(value) : value
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function read(folder: string): RunReader {
  const reader = new RunReader(folder)
  reader.refresh()
  return reader
}

function casesOf(golden: Golden, logdir: string): { raw: Raw; tb: Tb | null; folder: string }[] {
  const { runs } = golden._runs as { runs: { run: string; dir: string; raw: string; tb: string }[] }
  return runs.map(({ dir, raw, tb }) => ({
    raw: golden[raw.replace(/\.json$/, '')] as Raw,
    tb: (golden[tb.replace(/\.json$/, '')] as Tb | undefined) ?? null,
    folder: join(logdir, dir)
  }))
}
