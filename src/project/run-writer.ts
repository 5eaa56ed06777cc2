/**
 * The event file of one run while it trains: turns what the trainer emits into events. Each start of a run writes its own
 * file, so a resumed run never touches what was written before.
 */
import { readTag } from '../domain/tags'
import { toHistogramValue } from '../events/activation-histogram'
import { encodePng } from '../formats/png'
import type {
  DescriptionRecord,
  HistogramRecord,
  ImageRecord,
  PrCurveRecord,
  RecordedRecord,
  ScalarsRecord
} from '../domain/records'
import { EventFileWriter } from './event-file-writer'

export class RunWriter {
  private readonly file: EventFileWriter

  /** @param fromStep first step that this attempt will record; readers drop earlier points from there on. */
  constructor(folder: string, fromStep: number) {
    this.file = new EventFileWriter(folder, fromStep)
  }

  record(record: RecordedRecord): void {
    switch (record.kind) {
      case 'description':
        return this.description(record)
      case 'scalars':
        return this.scalars(record)
      case 'histogram':
        return this.histogram(record)
      case 'image':
        return this.image(record)
      case 'pr-curve':
        return this.prCurve(record)
    }
  }

  scalars({ step, values, wallTimeSeconds }: ScalarsRecord): void {
    this.file.scalars(step, values, wallTimeSeconds)
  }

  /** Scalars that came as doubles from elsewhere and must stay what they are. */
  exactScalars(step: number, wallTimeSeconds: number, values: Iterable<readonly [tag: string, value: number]>): void {
    this.file.exactScalars(step, values, wallTimeSeconds)
  }

  histogram(record: HistogramRecord): void {
    const { step, tag, wallTimeSeconds } = record
    this.file.histogram(step, tag, toHistogramValue(record), wallTimeSeconds)
    // What a bucket cannot say. Counts stay exact as float32 up to 2^24 values a histogram.
    const beside: Record<string, number> = { [`${tag}/zeros`]: record.zeros }
    // Of gradients the scalars of the same point say it; twice at one step would look like a run that was started again.
    if (readTag(tag).kind !== 'gradients') beside[`${tag}/nonfinite`] = record.nonFinite
    this.file.scalars(step, beside, wallTimeSeconds)
  }

  /**
   * The run will not be continued. A cancelled run gets no such mark: it can be continued, and readers keep the first end
   * that they see; to them it stays of unknown status.
   */
  ended(status: 'success' | 'failure', wallTimeSeconds: number): void {
    this.file.sessionEnd(status, wallTimeSeconds)
  }

  /** @param durable also wait until the disk has it. */
  flush(durable: boolean): void {
    this.file.flush(durable)
  }

  close(): void {
    this.file.close()
  }

  private description({ step, hparams, graph, text, wallTimeSeconds }: DescriptionRecord): void {
    this.file.hparams(hparams, wallTimeSeconds)
    this.file.moduleGraph(graph, wallTimeSeconds)
    this.file.text(step, 'experiment', text, {}, wallTimeSeconds)
  }

  private image({ step, tag, description, image, wallTimeSeconds }: ImageRecord): void {
    this.file.image(step, tag, encodePng(image), { description }, wallTimeSeconds)
  }

  private prCurve({ step, tag, description, counts, wallTimeSeconds }: PrCurveRecord): void {
    this.file.prCurve(step, tag, counts, { description }, wallTimeSeconds)
  }
}
