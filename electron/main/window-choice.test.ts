import { describe, expect, it } from 'vitest'
import { checkRoom, mostWindows, windowFor, type WindowNow } from './window-choice'

function now(window: string, shows: string | null = null, given: string | null = null): WindowNow<string> {
  return { window, shows, given }
}

describe('a project that is given by path', () => {
  it('is brought to the front where a window shows it, whatever other windows are free', () => {
    expect(windowFor('/a', [now('start'), now('one', '/b'), now('two', '/a')])).toEqual({
      kind: 'front',
      window: 'two'
    })
  })

  it('goes to a window on the start page, of several to the one that was used last', () => {
    expect(windowFor('/a', [now('one', '/b'), now('first'), now('second')])).toEqual({ kind: 'give', window: 'first' })
  })

  it('takes the place of no other one: not of one that is shown, and not of one that is about to be', () => {
    expect(windowFor('/a', [now('one', '/b')])).toEqual({ kind: 'new' })
    expect(windowFor('/a', [now('one', null, '/b')])).toEqual({ kind: 'new' })
    expect(windowFor('/a', [])).toEqual({ kind: 'new' })
  })

  it('goes twice to the same window when it is given twice at once', () => {
    expect(windowFor('/a', [now('free'), now('one', null, '/a')])).toEqual({ kind: 'give', window: 'one' })
  })
})

describe('anything else that is given', () => {
  it('goes to the window that was used last, whatever that shows', () => {
    expect(windowFor(null, [now('last', '/a'), now('start')])).toEqual({ kind: 'give', window: 'last' })
    expect(windowFor(null, [])).toEqual({ kind: 'new' })
  })
})

describe('another window', () => {
  it('is refused in words where there are too many', () => {
    expect(() => checkRoom(mostWindows - 1)).not.toThrow()
    expect(() => checkRoom(mostWindows)).toThrow('16 windows are open. Close one of them first.')
  })
})
