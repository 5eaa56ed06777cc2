/**
 * One event file as it grows. Damage: a truncated tail is "not yet"; a record with a bad checksum is skipped and reported
 * when the next record's header proves that its length was right, else the file ends there; so it does where the
 * checksum of a length is bad. A sound record that is no Event is skipped and reported.
 */
import { RecordWalk } from './framing'
import { ProtoError } from './protobuf'

const headerBytes = 12

export interface FileState {
  name: string
  /** Bytes that have been consumed: feed from here on. */
  offset: number
  /** The rest of the file cannot be trusted: no more of it will be read. */
  ended: boolean
  /** Bytes from `offset` on that must be there before it is worth looking again; 0 where that is not known. */
  needed: number
  /** Events that were read. */
  records: number
}

/**
 * @param bytes the file from `state.offset` on
 * @param onRecord gets the walk at a sound record, and where in the file its bytes begin; may throw ProtoError
 * @returns whether any event was read
 */
export function feedFile(
  state: FileState,
  bytes: Uint8Array,
  onRecord: (walk: RecordWalk, base: number) => void,
  onProblem: (text: string) => void
): boolean {
  if (state.ended) return false
  const walk = new RecordWalk(bytes)
  const base = state.offset
  const before = state.records
  let at = 0
  for (;;) {
    const kind = walk.look(at)
    if (kind === 'truncated') {
      state.needed = walk.needed
      break
    }
    const { next } = walk
    if (kind === 'bad-data') {
      // Whether its length was right shows only when the next header is there, too.
      if (next + headerBytes > bytes.length) {
        state.needed = next - at + headerBytes
        break
      }
      if (walk.look(next) !== 'bad-length') {
        onProblem(`${state.name}: one record at byte ${base + at} is damaged and was skipped.`)
        at = next
        continue
      }
    }
    if (kind !== 'record') {
      state.ended = true
      onProblem(`${state.name}: damaged at byte ${base + at}; the rest of the file is not read.`)
      break
    }
    try {
      onRecord(walk, base)
      state.records += 1
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error
      onProblem(`${state.name}: the record at byte ${base + at} is no event (${error.message}) and was skipped.`)
    }
    at = next
  }
  state.offset = base + at
  return state.records > before
}
