/**
 * Everything that an event file can say, one method per kind. This is the pure half of a writer: it encodes, frames, and
 * knows which tags the file has already described; where the records go is the other half's business. One object per file.
 */
import type { ModuleGraph } from '../domain/model-graph'
import {
  DoubleEncoder,
  encodeAudio,
  encodeFileVersion,
  encodeGraph,
  encodeHistogram,
  encodeHParams,
  encodeImage,
  encodeImages,
  encodePrCurve,
  encodeScalars,
  encodeSessionEnd,
  encodeSessionStart,
  encodeText,
  moduleGraphNodes,
  type EncodedImage,
  type GraphDefNode,
  type HistogramValue,
  type HParamValue,
  type PrCounts,
  type SessionStatus,
  type TagMetadata
} from './encode'
import { frameRecord } from './framing'

/** Seconds since 1970; the present where a caller gives none. */
const now = (): number => Date.now() / 1000

export abstract class EventWriter {
  private readonly doubles = new DoubleEncoder()
  private readonly described = new Set<string>()

  /** Takes one whole record with its length and checksums. */
  protected abstract write(record: Uint8Array): void

  /** The first two records of a file. @param firstStep readers drop points of earlier files from this step on */
  protected begin(firstStep: number, wallTime = now()): void {
    this.event(encodeFileVersion(wallTime))
    this.event(encodeSessionStart(wallTime, firstStep))
  }

  /** In single precision, in the field that every reader knows. */
  scalars(step: number, values: Record<string, number>, wallTime = now()): void {
    this.event(encodeScalars(wallTime, step, values))
  }

  /** In double precision, as tensors. */
  exactScalars(step: number, values: Iterable<readonly [tag: string, value: number]>, wallTime = now()): void {
    this.event(this.doubles.encode(wallTime, step, values))
  }

  /** Buckets as they are, edges and counts in double precision. */
  histogram(step: number, tag: string, value: HistogramValue, wallTime = now()): void {
    this.event(encodeHistogram(wallTime, step, tag, value))
  }

  image(step: number, tag: string, image: EncodedImage, metadata: TagMetadata = {}, wallTime = now()): void {
    this.event(encodeImage(wallTime, step, tag, image, this.first(tag, metadata)))
  }

  /** Several of one size. */
  images(
    step: number,
    tag: string,
    images: readonly EncodedImage[],
    metadata: TagMetadata = {},
    wallTime = now()
  ): void {
    this.event(encodeImages(wallTime, step, tag, images, this.first(tag, metadata)))
  }

  /** @param clips WAV files */
  audio(step: number, tag: string, clips: readonly Uint8Array[], metadata: TagMetadata = {}, wallTime = now()): void {
    this.event(encodeAudio(wallTime, step, tag, clips, this.first(tag, metadata)))
  }

  /** @param text Markdown, or a table [rows][columns] of it */
  text(
    step: number,
    tag: string,
    text: string | readonly (readonly string[])[],
    metadata: TagMetadata = {},
    wallTime = now()
  ): void {
    this.event(encodeText(wallTime, step, tag, text, this.first(tag, metadata)))
  }

  prCurve(step: number, tag: string, counts: PrCounts, metadata: TagMetadata = {}, wallTime = now()): void {
    this.event(encodePrCurve(wallTime, step, tag, counts, this.first(tag, metadata)))
  }

  /** The graph of the run; readers show the latest one. */
  graph(nodes: readonly GraphDefNode[], wallTime = now()): void {
    this.event(encodeGraph(wallTime, nodes))
  }

  moduleGraph(graph: ModuleGraph, wallTime = now()): void {
    this.graph(moduleGraphNodes(graph), wallTime)
  }

  /** Once per run: readers keep the first that they see. */
  hparams(values: Readonly<Record<string, HParamValue>>, wallTime = now()): void {
    this.event(encodeHParams(wallTime, values))
  }

  /** Once per run, when it will not be continued. */
  sessionEnd(status: SessionStatus, wallTime = now()): void {
    this.event(encodeSessionEnd(wallTime, status))
  }

  /** The metadata with the first value of a tag, null with the others. */
  private first(tag: string, metadata: TagMetadata): TagMetadata | null {
    if (this.described.has(tag)) return null
    this.described.add(tag)
    return metadata
  }

  private event(event: Uint8Array): void {
    this.write(frameRecord(event))
  }
}
