// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { connectHost } from '../../bridge/host'
import { useChosenFiles } from './useChosenFiles'

interface Asked {
  name: string
  params: { staging?: string; name?: string; offset?: number; data?: Uint8Array }
}
let asked: Asked[]
/** Answers that the host holds back, by the names of their questions. */
let held: Record<string, (() => void)[]>

beforeEach(() => {
  asked = []
  held = {}
  let stagings = 0
  connectHost({
    request: async (name, params) => {
      asked.push({ name, params: params as Asked['params'] })
      if (name in held) await new Promise<void>((resolve) => held[name].push(resolve))
      const value = {
        'import.stage': () => ({ staging: `staging-${++stagings}` }),
        'import.stageEnd': () => ({ grant: 'dropped', label: 'folder' }),
        'paths.typed': () => ({ grant: 'typed', label: 'path' })
      }[name as string]
      return { ok: true, value: value?.() ?? {} }
    },
    onEvent: () => undefined
  })
})

/** A folder as browsers give it, with files of these names and sizes. */
function folder(files: Record<string, number>): { entries: FileSystemEntry[]; loose: File[] } {
  const children = Object.entries(files).map(([name, size]) => ({
    name,
    isFile: true,
    file: (take: (file: File) => void) => take(new File([new Uint8Array(size)], name))
  }))
  const read = [children, []]
  const entry = {
    name: 'folder',
    isFile: false,
    createReader: () => ({ readEntries: (take: (some: unknown) => void) => take(read.shift()) })
  }
  return { entries: [entry as unknown as FileSystemEntry], loose: [] }
}

function choose() {
  const sent: [number, number][] = []
  const files = useChosenFiles({
    pick: async () => null,
    isReadable: (path) => path.endsWith('.csv'),
    nothing: 'Nothing of it can be read.',
    sent: (done, total) => sent.push([done, total])
  })
  return { files, sent }
}
const pieces = () => asked.filter(({ name }) => name === 'import.stageFile').map(({ params }) => params)

describe('chosen files', () => {
  it('that are dropped are sent in pieces, and those that nobody reads are told', async () => {
    const { files, sent } = choose()
    const [piece, rest] = [2 * 1024 * 1024, 5]
    const answer = await files.drop(folder({ 'a.csv': piece + rest, 'notes.doc': 7, 'empty.csv': 0 }))
    expect(answer).toEqual({ value: { grant: 'dropped', label: 'folder' } })
    expect(files.notSent.value).toEqual(['folder/notes.doc'])
    expect(pieces().map(({ name, offset, data }) => [name, offset, data?.length])).toEqual([
      ['folder/a.csv', 0, piece],
      ['folder/a.csv', piece, rest],
      ['folder/empty.csv', 0, 0]
    ])
    expect(sent.at(-1)).toEqual([piece + rest, piece + rest])
  })

  it('are none where nothing can be read, or nothing was chosen', async () => {
    const { files } = choose()
    await expect(files.drop(folder({ 'notes.doc': 7 }))).rejects.toThrow('Nothing of it can be read.')
    expect(await files.pick('folder')).toEqual({ value: null })
    expect(asked).toEqual([])
  })

  it('give way to newer ones: what was sent of them is thrown away, and what was told of them', async () => {
    const { files } = choose()
    held['import.stageFile'] = []
    const first = files.drop(folder({ 'a.csv': 1, 'b.csv': 1, 'notes.doc': 7 }))
    await flushPromises()
    expect(pieces()).toHaveLength(1)
    const second = await files.type('/elsewhere')
    held['import.stageFile'][0]()
    expect([await first, second]).toEqual([null, { value: { grant: 'typed', label: 'path' } }])
    expect(files.notSent.value).toEqual([])
    expect(pieces()).toHaveLength(1)
    expect(asked.filter(({ name }) => name === 'import.discard').map(({ params }) => params)).toEqual([
      { staging: 'staging-1' }
    ])
  })

  it('whose place comes after the dialog has ended leave nothing behind', async () => {
    const { files } = choose()
    held['import.stage'] = []
    const dropped = files.drop(folder({ 'a.csv': 1 }))
    await flushPromises()
    files.asking.drop()
    await files.discard()
    held['import.stage'][0]()
    expect(await dropped).toBeNull()
    expect(asked.map(({ name }) => name)).toEqual(['import.stage', 'import.discard'])
  })
})
