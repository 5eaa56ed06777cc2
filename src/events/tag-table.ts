/** Tags by their UTF-8 bytes: no string is made of a tag that is known already. */
import type { Metadata } from './metadata'
import { ProtoError } from './protobuf'
import type { PlaceSeries, ScalarSeries } from './series'

export interface TagEntry {
  readonly name: string
  readonly bytes: Uint8Array
  /** The first that any file gave; later ones do not count. */
  metadata: Metadata | null
  /** By kind; `tensors` for tensors of all other plugins. */
  readonly series: Map<string, ScalarSeries | PlaceSeries>
  /** The tag that came after this one last time: logs repeat themselves. */
  next: TagEntry | null
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class TagTable {
  private readonly byHash = new Map<number, TagEntry[]>()
  private readonly names = new Map<string, TagEntry>()
  private previous: TagEntry | null = null

  get size(): number {
    return this.names.size
  }

  all(): Iterable<TagEntry> {
    return this.names.values()
  }

  byName(name: string): TagEntry | null {
    return this.names.get(name) ?? null
  }

  /** @throws ProtoError when a new tag is not valid UTF-8 */
  find(bytes: Uint8Array, start: number, end: number): TagEntry {
    const guess = this.previous?.next
    const entry = guess && same(guess.bytes, bytes, start, end) ? guess : this.lookUp(bytes, start, end)
    if (this.previous) this.previous.next = entry
    this.previous = entry
    return entry
  }

  named(name: string): TagEntry {
    return this.names.get(name) ?? this.lookUp(new TextEncoder().encode(name), 0)
  }

  private lookUp(bytes: Uint8Array, start: number, end = bytes.length): TagEntry {
    let hash = 2166136261
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 16777619)
    const bucket = this.byHash.get(hash)
    const known = bucket?.find((entry) => same(entry.bytes, bytes, start, end))
    if (known) return known
    const own = bytes.slice(start, end)
    const entry: TagEntry = { name: decode(own), bytes: own, metadata: null, series: new Map(), next: null }
    if (bucket) bucket.push(entry)
    else this.byHash.set(hash, [entry])
    this.names.set(entry.name, entry)
    return entry
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ProtoError('a tag is not valid UTF-8')
  }
}

function same(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false
  return true
}
