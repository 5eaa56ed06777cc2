/** Hyperparameters: all of it lies in the metadata's content of the tags `_hparams_/...`. */
import { ProtoReader } from './protobuf'

export const sessionStartTag = '_hparams_/session_start_info'
export const sessionEndTag = '_hparams_/session_end_info'
export const experimentTag = '_hparams_/experiment'

export type HparamValue = number | string | boolean

export interface SessionStart {
  params: Record<string, HparamValue>
  group: string
  /** Seconds since 1970; null when not told. */
  startTime: number | null
}

export interface SessionEnd {
  status: 'unknown' | 'success' | 'failure' | 'running'
  endTime: number | null
}

/** Metrics that an experiment declares as its results. */
export interface DeclaredMetric {
  /** Run below the session, empty for the session itself. */
  group: string
  tag: string
}

const statuses = ['unknown', 'success', 'failure', 'running'] as const

/** HParamsPluginData's member with the given field number, or null. @throws ProtoError */
function member(content: Uint8Array, key: number): ProtoReader | null {
  const reader = new ProtoReader(content)
  let found: ProtoReader | null = null
  while (reader.next()) if (reader.key === key) found = reader.message()
  return found
}

/** @throws ProtoError */
export function sessionStartOf(content: Uint8Array): SessionStart | null {
  const reader = member(content, 26)
  if (!reader) return null
  const start: SessionStart = { params: {}, group: '', startTime: null }
  while (reader.next()) {
    if (reader.key === 10) {
      const entry = reader.message()
      let name = ''
      let value: HparamValue | null = null
      while (entry.next()) {
        if (entry.key === 10) name = entry.string()
        else if (entry.key === 18) value = valueOf(entry.message())
      }
      if (value !== null) start.params[name] = value
    } else if (reader.key === 34) start.group = reader.string()
    else if (reader.key === 41) start.startTime = reader.double()
  }
  return start
}

/** @throws ProtoError */
export function sessionEndOf(content: Uint8Array): SessionEnd | null {
  const reader = member(content, 34)
  if (!reader) return null
  const end: SessionEnd = { status: 'unknown', endTime: null }
  while (reader.next()) {
    if (reader.key === 8) end.status = statuses[Number(reader.int64())] ?? 'unknown'
    else if (reader.key === 17) end.endTime = reader.double()
  }
  return end
}

/** @throws ProtoError */
export function declaredMetricsOf(content: Uint8Array): DeclaredMetric[] {
  const reader = member(content, 18)
  const metrics: DeclaredMetric[] = []
  while (reader?.next()) {
    if (reader.key !== 42) continue
    const info = reader.message()
    while (info.next()) {
      if (info.key !== 10) continue
      const name = info.message()
      const metric: DeclaredMetric = { group: '', tag: '' }
      while (name.next()) {
        if (name.key === 10) metric.group = name.string()
        else if (name.key === 18) metric.tag = name.string()
      }
      metrics.push(metric)
    }
  }
  return metrics
}

/** google.protobuf.Value, as far as hyperparameters go; lists and nested structures become text. */
function valueOf(reader: ProtoReader): HparamValue | null {
  let value: HparamValue | null = null
  while (reader.next()) {
    if (reader.key === 17) value = reader.double()
    else if (reader.key === 26) value = reader.string()
    else if (reader.key === 32) value = Number(reader.int64()) !== 0
    else if (reader.key === 50) {
      const items: string[] = []
      const list = reader.message()
      while (list.next()) if (list.key === 10) items.push(String(valueOf(list.message())))
      value = `[${items.join(', ')}]`
    }
  }
  return value
}
