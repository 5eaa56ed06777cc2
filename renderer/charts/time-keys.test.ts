import { describe, expect, it } from 'vitest'
import { movedTime, timeMoveOf } from './time-keys'

const press = (key: string, shiftKey = false): Pick<KeyboardEvent, 'key' | 'shiftKey'> => ({ key, shiftKey })

describe('keys of the time cursor', () => {
  it('go by a point, by a twentieth of the axis, and to the ends', () => {
    expect(timeMoveOf(press('ArrowRight'), 400)).toBe(1)
    expect(timeMoveOf(press('ArrowLeft'), 400)).toBe(-1)
    expect(timeMoveOf(press('ArrowRight', true), 400)).toBe(20)
    // Never less than two, or Shift would do nothing on a short run.
    expect(timeMoveOf(press('ArrowLeft', true), 5)).toBe(-2)
    expect(timeMoveOf(press('Home'), 400)).toBe('first')
    expect(timeMoveOf(press('End'), 400)).toBe('last')
    expect(timeMoveOf(press('ArrowUp'), 400)).toBeNull()
  })

  it('stay on the points, and enter at the end that they come from', () => {
    const times = [0, 3, 6, 9]
    expect(movedTime(times, 1, 1)).toBe(6)
    expect(movedTime(times, 1, -20)).toBe(0)
    expect(movedTime(times, 1, 20)).toBe(9)
    expect(movedTime(times, -1, 1)).toBe(0)
    expect(movedTime(times, -1, -2)).toBe(9)
    expect(movedTime(times, 2, 'first')).toBe(0)
    expect(movedTime(times, 2, 'last')).toBe(9)
    expect(movedTime([], -1, 1)).toBeNull()
  })
})
