/**
 * Hyperparameters of a run (a session, in the words of the plugin `hparams`). All is in the metadata, whose first
 * occurrence in a run readers keep; the tensor beside it is empty. No `_hparams_/experiment` is written: it would have to
 * name the metrics and domains of all runs together, which readers infer from the sessions that are there.
 */
import { dataClasses, encodeValue, writeFloats, writeMetadata } from './encode-value'
import { ProtoWriter } from './protobuf'

export type HParamValue = number | string | boolean

/** `unknown` also stands for a session that has not ended. */
export type SessionStatus = 'unknown' | 'success' | 'failure' | 'running'

const statuses: Record<SessionStatus, number> = { unknown: 0, success: 1, failure: 2, running: 3 }

/** @param groupName sessions that were trained alike and may be averaged; by default those with equal values */
export function encodeHParams(
  wallTime: number,
  values: Readonly<Record<string, HParamValue>>,
  groupName = ''
): Uint8Array {
  const info = new ProtoWriter()
  for (const [key, value] of Object.entries(values)) {
    info.message(1, (entry) => entry.string(1, key).message(2, (proto) => writeProtobufValue(proto, value)))
  }
  if (groupName) info.string(4, groupName)
  info.double(5, wallTime)
  return session(wallTime, '_hparams_/session_start_info', 3, info.finish())
}

export function encodeSessionEnd(wallTime: number, status: SessionStatus): Uint8Array {
  const info = new ProtoWriter().int64(1, statuses[status]).double(2, wallTime).finish()
  return session(wallTime, '_hparams_/session_end_info', 4, info)
}

function session(wallTime: number, tag: string, field: number, info: Uint8Array): Uint8Array {
  const content = new ProtoWriter().lengthDelimited(field, info).finish()
  return encodeValue(wallTime, 0, tag, (value) => {
    writeMetadata(value, { name: 'hparams', content, dataClass: dataClasses.tensor }, {})
    writeFloats(value, [0], new Float32Array(0))
  })
}

/** A google.protobuf.Value. */
function writeProtobufValue(proto: ProtoWriter, value: HParamValue): void {
  if (typeof value === 'number') proto.double(2, value)
  else if (typeof value === 'string') proto.string(3, value)
  else proto.int64(4, value ? 1 : 0)
}
