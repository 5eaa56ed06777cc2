/**
 * Writing TensorBoard event files. One `EventFileWriter` is one file in a folder that exists:
 *
 *     const writer = new EventFileWriter('logs/run-1')
 *     writer.scalars(step, { 'loss/train': loss })
 *     writer.image(step, 'samples', encodePng({ width, height, channels: 1, data }))
 *     writer.close()
 */
export { encodePng } from '../formats/png'
export type { PngImage } from '../formats/png'
export { encodeWav } from '../formats/wav'
export { EventFileWriter } from '../project/event-file-writer'
export type { ModuleEdge, ModuleGraph, ModuleNode } from '../domain/model-graph'
export type { Pixels } from '../domain/arrays'
