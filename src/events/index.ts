export { crc32c, maskedCrc32c } from './crc32c'
export { frameRecord, readRecord } from './framing'
export type { ReadOutcome } from './framing'
export {
  decodeEvent,
  DoubleEncoder,
  encodeFileVersion,
  encodeHistogram,
  encodeScalars,
  encodeSessionStart
} from './codec'
export type { DecodedEvent, HistogramValue, SummaryValue } from './codec'
export { RunColumns } from './run-columns'
export type { HistogramColumn, ScalarColumn } from './run-columns'
