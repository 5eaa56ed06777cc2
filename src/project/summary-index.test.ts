/** The index of summaries: what it gives back, and what it never believes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SummaryIndex, summaryIndexFile, summaryWidth } from './summary-index'

function made(): string {
  const path = summaryIndexFile(mkdtempSync(join(tmpdir(), 'summaries-')), 3)
  const index = new SummaryIndex(path)
  index.put('a', 'one', { tags: ['x', 'y'], values: Float64Array.from({ length: 2 * summaryWidth }, (_, i) => i / 7) })
  index.put('b', 'two', { tags: ['x', 'y'], values: new Float64Array(2 * summaryWidth).fill(Number.NaN) })
  index.put('none', 'three', { tags: [], values: new Float64Array(0) })
  index.put('c', 'four', { tags: ['z'], values: new Float64Array(summaryWidth).fill(-Infinity) })
  index.save()
  return path
}

describe('the index of summaries', () => {
  it('gives back every number as it was, and shares lists of tags', () => {
    const index = new SummaryIndex(made())
    expect([...index.get('a', 'one')!.values]).toEqual(Array.from({ length: 2 * summaryWidth }, (_, i) => i / 7))
    expect(index.get('b', 'two')!.values.every(Number.isNaN)).toBe(true)
    expect(index.get('a', 'one')!.tags).toBe(index.get('b', 'two')!.tags)
    expect(index.get('none', 'three')!.tags).toEqual([])
    expect([...index.get('c', 'four')!.values]).toEqual(new Array(summaryWidth).fill(-Infinity))
  })

  it('counts only for the files as they were', () => {
    const index = new SummaryIndex(made())
    expect(index.get('a', 'two')).toBeNull()
    expect(index.get('nobody', 'one')).toBeNull()
  })

  it('a damaged or foreign file is no index, wherever it is broken', () => {
    const path = made()
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length))
      const index = new SummaryIndex(path)
      expect([length, index.get('a', 'one'), index.get('c', 'four')]).toEqual([length, null, null])
    }
    for (let at = 0; at < 120; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] ^= 0xff
      writeFileSync(path, bytes)
      const run = new SummaryIndex(path).get('a', 'one')
      expect(run === null || run.values.length === run.tags.length * summaryWidth).toBe(true)
    }
    // It is made anew, and then counts again.
    writeFileSync(path, 'nothing')
    const index = new SummaryIndex(path)
    index.put('a', 'one', { tags: ['x'], values: new Float64Array(summaryWidth) })
    index.save()
    expect(new SummaryIndex(path).get('a', 'one')?.tags).toEqual(['x'])
  })
})
