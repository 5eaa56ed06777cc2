// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { actionKeys, focusKeys, isPressed, isWriting, shownKeys } from './shortcuts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  new KeyboardEvent('keydown', { key, ...held })

describe('shortcuts', () => {
  it('are pressed when all of their keys are, and no others', () => {
    expect(isPressed('Mod+K', press('k', { ctrlKey: true }))).toBe(true)
    expect(isPressed('Mod+K', press('K', { ctrlKey: true }))).toBe(true)
    expect(isPressed('Mod+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false)
    expect(isPressed('Mod+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true)
    expect(isPressed('Mod+K', press('k'))).toBe(false)
    expect(isPressed('Mod+K', press('k', { ctrlKey: true, altKey: true }))).toBe(false)
    expect(isPressed('Mod+K', press('k', { ctrlKey: true, metaKey: true }))).toBe(false)
    expect(isPressed('?', press('?', { shiftKey: true }))).toBe(true)
    expect(isPressed('F', press('f', { ctrlKey: true }))).toBe(false)
    expect(isPressed('F', press('f'))).toBe(true)
  })

  it('are one action each, and none of them is another one', () => {
    const keys = Object.values(actionKeys).map((one) => one.keys)
    expect(new Set(keys).size).toBe(keys.length)
    // What has the focus keeps its keys.
    const held = focusKeys.map((one) => one.keys)
    expect(keys.filter((one) => held.includes(one))).toEqual([])
  })

  it('are shown key by key', () => {
    expect(shownKeys('Mod+K')).toEqual(['Ctrl', 'K'])
    expect(shownKeys('?')).toEqual(['?'])
  })

  it('are letters where somebody writes', () => {
    expect(isWriting(document.createElement('input'))).toBe(true)
    expect(isWriting(document.createElement('textarea'))).toBe(true)
    expect(isWriting(document.createElement('button'))).toBe(false)
    expect(isWriting(null)).toBe(false)
  })
})
