// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { Range } from '../scales'
import { useValueZoom, withinAll } from './useValueZoom'

const all = { min: -4, max: 8 }

describe('the shown values', () => {
  it('stay within all of them', () => {
    expect(withinAll({ min: -1, max: 3 }, all)).toEqual({ min: -1, max: 3 })
    expect(withinAll({ min: -6, max: -2 }, all)).toEqual({ min: -4, max: 0 })
    expect(withinAll({ min: 7, max: 9 }, all)).toEqual({ min: 6, max: 8 })
    expect(withinAll({ min: -9, max: 9 }, all)).toBeNull()
    expect(withinAll(all, all)).toBeNull()
    const { min, max } = withinAll({ min: 1, max: 1.001 }, all)!
    expect([max - min, (min + max) / 2]).toEqual([12 / 64, expect.closeTo(1.0005, 12)])
  })

  it('are zoomed and moved by keys, and all there again', () => {
    let shown: Range | null = null
    const zoom = useValueZoom({
      host: ref(null),
      plot: () => ({ top: 0, height: 100, left: 0, right: 100 }),
      all: () => all,
      shown: () => shown ?? all,
      show: (range) => (shown = range)
    })
    const press = (key: string, shiftKey = false): boolean =>
      zoom.press(new KeyboardEvent('keydown', { key, shiftKey }))
    expect(press('+')).toBe(true)
    expect(shown).toEqual({ min: expect.closeTo(-2.8, 12), max: expect.closeTo(6.8, 12) })
    press('ArrowUp', true)
    expect(shown).toEqual({ min: expect.closeTo(-1.84, 12), max: expect.closeTo(7.76, 12) })
    press('ArrowUp', true)
    expect(shown).toMatchObject({ max: 8 })
    expect(press('ArrowUp')).toBe(false)
    press('-')
    expect(shown).toBeNull()
    press('+')
    press('0')
    expect(shown).toBeNull()
  })
})
