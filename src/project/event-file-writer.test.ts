/** Event files on disk, read back by a decoder that is not ours. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { decodeFile, type Decoded } from '../events/testing/schema'
import { encodePng } from '../formats/png'
import { EventFileWriter } from './event-file-writer'
import { temporaryFolder } from './testing/folders'

const read = (folder: string): Decoded[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => decodeFile(new Uint8Array(readFileSync(join(folder, name)))))
const tags = (folder: string): string[] =>
  read(folder).flatMap(({ summary }) => (summary?.value ?? []).map(({ tag }: Decoded) => tag))

afterEach(() => void vi.useRealTimers())

describe('an event file', () => {
  it('has its first two records from the start, and what is written within a second, without another write', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const folder = temporaryFolder()
    const writer = new EventFileWriter(folder, 7)
    expect(read(folder)).toMatchObject([{ file_version: 'brain.Event:2' }, { step: 7, session_log: { status: 1 } }])
    writer.scalars(7, { a: 1 })
    writer.text(7, 'b', 'words')
    expect(tags(folder)).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(tags(folder)).toEqual(['a', 'b'])
    writer.scalars(8, { a: 1 })
    vi.advanceTimersByTime(1000)
    expect(tags(folder)).toEqual(['a', 'b', 'a'])
    writer.close()
  })

  it('has everything once it is flushed or closed, and takes nothing more after that', () => {
    const folder = temporaryFolder()
    const writer = new EventFileWriter(folder)
    writer.scalars(0, { a: 1 })
    writer.flush(true)
    expect(tags(folder)).toEqual(['a'])
    writer.scalars(1, { b: 1 })
    writer.close()
    writer.close()
    expect(tags(folder)).toEqual(['a', 'b'])
    expect(() => writer.scalars(2, { a: 1 })).toThrow(`The event file in ${folder} is closed.`)
  })

  it('is its own: a second writer makes a second file, which describes its tags again', () => {
    const folder = temporaryFolder()
    const image = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) })
    const writers = [new EventFileWriter(folder, 0), new EventFileWriter(folder, 1)]
    writers.forEach((writer, file) => {
      for (const step of [0, 1]) writer.image(2 * file + step, 'picture', image, { description: 'what it shows' })
      writer.close()
    })
    expect(readdirSync(folder)).toHaveLength(2)
    const values = read(folder).flatMap(({ summary }) => summary?.value ?? [])
    expect(values.map(({ metadata }: Decoded) => metadata?.summary_description)).toEqual([
      'what it shows',
      undefined,
      'what it shows',
      undefined
    ])
  })
})
