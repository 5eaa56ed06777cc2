/**
 * What one run's event files say. Feed the bytes of each file, in name order, as they appear; a file that is still being
 * written can be fed again when it has grown. Scalars become columns, everything else is remembered by its place in
 * the files. Nothing is sampled away.
 *
 * v1 and v2 meet here: a v1 value is of the kind that its field says, a tensor of the kind that the plugin in the tag's
 * first metadata says. A tag that mixes kinds has one series of each.
 */
import { eventForm, EventScan, form, slot, slots, what } from './event-scan'
import { feedFile } from './event-file'
import type { FileState } from './event-file'
import type { RecordWalk } from './framing'
import { metadataOrNone, noMetadata } from './metadata'
import type { Metadata } from './metadata'
import { ProtoReader } from './protobuf'
import { ScalarTensor } from './scalar-tensor'
import { Clock, PlaceSeries, ScalarSeries } from './series'
import { sampleCount } from './media'
import { TagTable } from './tag-table'
import type { TagEntry } from './tag-table'

/** Tags of what has none: the run's graph as TensorBoard names it, and a graph inside of a MetaGraphDef. */
export const runGraphTag = '__run_graph__'
export const metaGraphTag = '__meta_graph__'

/** Kinds that a v1 field stands for. */
const kindOfForm: Record<number, string> = {
  [form.simple]: 'scalars',
  [form.histo]: 'histograms',
  [form.image]: 'images',
  [form.audio]: 'audio'
}
const mostProblems = 200

/** One tag as one kind. */
export interface TagSeries {
  tag: string
  /** TensorBoard's plugin name; `tensors` where there is none. */
  kind: string
  metadata: Metadata
  scalars: ScalarSeries | null
  places: PlaceSeries | null
}

export class RunLog {
  readonly files: FileState[] = []
  /** What was wrong with the files, in words. */
  readonly problems: string[] = []
  /** Version and writer as the files say; the last one of each. */
  fileVersion: string | null = null
  sourceWriter: string | null = null
  /** Smallest wall time seen. */
  startTime = Number.NaN
  /** A file got points after a later one of the same tag: only reading everything again puts them in order. */
  disordered = false

  private readonly tags = new TagTable()
  private readonly clocks: Clock[] = []
  private readonly scan = new EventScan()
  /** Tags of the values of the event at hand. */
  private readonly entries: TagEntry[] = []
  private readonly scalarTensor = new ScalarTensor()
  /** Per value of the event at hand: whether it is a tensor of one number, and that number. */
  private single = new Uint8Array(64)
  private numbers = new Float64Array(64)
  private droppedProblems = 0
  private lastClock: Clock | null = null
  private fileIndex = 0
  private readonly onRecord = (walk: RecordWalk, base: number): void => this.read(walk, base)
  private readonly onProblem = (text: string): void => this.problem(text)

  /** Number of a file, by name; the order of first mention is the order of reading. */
  file(name: string): number {
    const known = this.files.findIndex((file) => file.name === name)
    if (known >= 0) return known
    this.files.push({ name, offset: 0, ended: false, needed: 0, records: 0 })
    return this.files.length - 1
  }

  /**
   * @param file as `file(name)` tells it
   * @param bytes the file from its `offset` on
   * @returns whether anything new was read
   */
  feed(file: number, bytes: Uint8Array): boolean {
    this.fileIndex = file
    return feedFile(this.files[file], bytes, this.onRecord, this.onProblem)
  }

  /** Memory that the columns take, about. */
  get bytes(): number {
    let sum = this.tags.size * 200
    for (const clock of this.clocks) sum += clock.bytes
    for (const { series } of this.tags.all()) for (const one of series.values()) sum += one.bytes
    return sum
  }

  /** Every tag with each kind that it has, in order of appearance. */
  series(): TagSeries[] {
    const found: TagSeries[] = []
    for (const entry of this.tags.all()) {
      for (const [family, series] of entry.series) found.push(this.tagSeries(entry, family, series))
    }
    return found
  }

  find(tag: string, kind: string): TagSeries | null {
    const entry = this.tags.byName(tag)
    if (!entry) return null
    for (const [family, series] of entry.series) {
      if (kindOf(entry, family) === kind) return this.tagSeries(entry, family, series)
    }
    return null
  }

  /** The scalars of a tag. */
  scalars(tag: string): ScalarSeries | null {
    const series = this.tags.byName(tag)?.series.get('scalars')
    return series instanceof ScalarSeries ? series : null
  }

  /** Metadata of a tag that may have no points: hyperparameters are told by metadata alone. */
  metadata(tag: string): Metadata | null {
    return this.tags.byName(tag)?.metadata ?? null
  }

  private tagSeries(entry: TagEntry, family: string, series: ScalarSeries | PlaceSeries): TagSeries {
    return {
      tag: entry.name,
      kind: kindOf(entry, family),
      metadata: entry.metadata ?? noMetadata,
      scalars: series instanceof ScalarSeries ? series : null,
      places: series instanceof PlaceSeries ? series : null
    }
  }

  /** Reads one Event: first everything that may fail, then the points, so that no half of an event remains. */
  private read(walk: RecordWalk, base: number): void {
    const { bytes, view, start, end } = walk
    const { scan } = this
    scan.read(bytes, view, start, end)
    if (!(scan.wallTime >= this.startTime)) this.startTime = scan.wallTime
    if (scan.sourceStart >= 0) this.readSource(bytes)
    switch (scan.what) {
      case what.summary:
        return this.readSummary(bytes, view, base)
      case what.fileVersion:
        this.fileVersion = textOf(bytes, scan.start, scan.end)
        return
      case what.graph:
        return this.addGraph(runGraphTag, eventForm.graph, scan.start, scan.end, base, 'graphs')
      case what.metaGraph:
        return this.addGraph(metaGraphTag, eventForm.metaGraph, scan.start, scan.end, base, 'graphs')
      case what.taggedRunMetadata: {
        const reader = new ProtoReader(bytes, scan.start, scan.end)
        let tag = ''
        let range: [number, number] | null = null
        while (reader.next()) {
          if (reader.key === 10) tag = reader.string()
          else if (reader.key === 18) range = reader.range
        }
        if (range) this.addGraph(tag, eventForm.runMetadata, ...range, base, 'graph_tagged_run_metadata')
      }
    }
  }

  private readSummary(bytes: Uint8Array, view: DataView, base: number): void {
    const { scan, scalarTensor } = this
    const { values } = scan
    if (scan.count > this.numbers.length) {
      this.numbers = new Float64Array(scan.count * 2)
      this.single = new Uint8Array(scan.count * 2)
    }
    for (let i = 0; i < scan.count; i++) {
      const at = i * slots
      const noTag = values[at + slot.tagStart] === values[at + slot.tagEnd]
      const from = at + (noTag ? slot.nodeStart : slot.tagStart)
      this.entries[i] = this.tags.find(bytes, values[from], values[from + 1])
      this.single[i] = 0
      if (values[at + slot.form] !== form.tensor) continue
      // A tensor that cannot be read is no scalar: it stays where it is, and whoever looks at it is told.
      if (scalarTensor.read(bytes, view, values[at + slot.start], values[at + slot.end])) {
        this.single[i] = 1
        this.numbers[i] = scalarTensor.value
      }
    }
    for (let i = 0; i < scan.count; i++) this.addValue(bytes, this.entries[i], i, base)
  }

  private addValue(bytes: Uint8Array, entry: TagEntry, i: number, base: number): void {
    const { scan } = this
    const { values } = scan
    const at = i * slots
    const valueForm = values[at + slot.form]
    if (entry.metadata === null && values[at + slot.metadataStart] >= 0) {
      entry.metadata = metadataOrNone(bytes, values[at + slot.metadataStart], values[at + slot.metadataEnd])
    }
    if (valueForm === form.simple) return this.addScalar(entry, scan.simple[i])
    let family = kindOfForm[valueForm]
    if (valueForm === form.tensor) {
      const plugin = entry.metadata?.plugin ?? ''
      if (this.single[i] === 1 && (plugin === 'scalars' || plugin === '')) {
        return this.addScalar(entry, this.numbers[i])
      }
      family = plugin === 'histograms' || plugin === 'images' || plugin === 'audio' ? plugin : 'tensors'
    }
    // Old-style histograms and values of metadata alone are nothing that anybody shows.
    if (!family) return
    const start = values[at + slot.start]
    const end = values[at + slot.end]
    const many = valueForm === form.tensor && (family === 'images' || family === 'audio')
    this.addPlace(entry, family, valueForm, start, end, base, many ? sampleCount(family, bytes, start, end) : 1)
  }

  private addScalar(entry: TagEntry, value: number): void {
    let series = entry.series.get('scalars') as ScalarSeries | undefined
    if (!series) entry.series.set('scalars', (series = new ScalarSeries(this.firstClock())))
    this.noteFile(series)
    const { step, wideStep, wallTime } = this.scan
    const { clock } = series
    series.add(step, wideStep, wallTime, value)
    if (series.clock !== clock) this.clocks.push(series.clock)
    this.lastClock = series.clock
  }

  private addPlace(
    entry: TagEntry,
    family: string,
    valueForm: number,
    start: number,
    end: number,
    base: number,
    samples = 1
  ): void {
    let series = entry.series.get(family) as PlaceSeries | undefined
    if (!series) entry.series.set(family, (series = new PlaceSeries(this.firstClock())))
    this.noteFile(series)
    const { step, wideStep, wallTime } = this.scan
    const { clock } = series
    const place = { file: this.fileIndex, offset: base + start, length: end - start, form: valueForm }
    series.add(step, wideStep, wallTime, { ...place, samples })
    if (series.clock !== clock) this.clocks.push(series.clock)
    this.lastClock = series.clock
  }

  private addGraph(tag: string, placeForm: number, start: number, end: number, base: number, plugin: string): void {
    const entry = this.tags.named(tag)
    entry.metadata ??= { ...noMetadata, plugin, dataClass: 3 }
    this.addPlace(entry, 'tensors', placeForm, start, end, base)
  }

  /** A new tag begins on the clock of the value before it: tags are mostly recorded together. */
  private firstClock(): Clock {
    const { step, wideStep, wallTime } = this.scan
    if (this.lastClock?.tells(0, step, wideStep, wallTime)) return this.lastClock
    const clock = new Clock()
    this.clocks.push(clock)
    return clock
  }

  private noteFile(series: ScalarSeries | PlaceSeries): void {
    const last = this.files[series.lastFile]
    if (last && last.name > this.files[this.fileIndex].name) this.disordered = true
    series.lastFile = this.fileIndex
  }

  private readSource(bytes: Uint8Array): void {
    const reader = new ProtoReader(bytes, this.scan.sourceStart, this.scan.sourceEnd)
    while (reader.next()) if (reader.key === 10) this.sourceWriter = reader.string()
  }

  private problem(text: string): void {
    if (this.problems.length < mostProblems) {
      this.problems.push(text)
      return
    }
    this.droppedProblems += 1
    this.problems[mostProblems] = `${this.droppedProblems} more of this kind.`
  }
}

/** A family of tensors is of the kind that the tag's metadata names. */
function kindOf(entry: TagEntry, family: string): string {
  return family === 'tensors' ? entry.metadata?.plugin || 'tensors' : family
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end))
}
