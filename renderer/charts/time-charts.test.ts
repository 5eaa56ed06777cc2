// @vitest-environment happy-dom
/** Charts over time by keyboard, mounted: one stop of Tab, keys that move the cursor, words for where it stands. */
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import StateRibbon from './StateRibbon.vue'
import type { RibbonRow } from './StateRibbon.vue'
import { segmentsOf } from './time-axis'

const times = [0, 10, 20, 30]
const rows = ['a', 'b', 'c'].map((runId, i): RibbonRow => ({
  runId,
  label: `seed ${i}`,
  segments: segmentsOf([0, 0, 1, 1], times, [1, 2]),
  times,
  total: '20'
}))

function ribbon(props: object = {}) {
  return mount(StateRibbon, { props: { rows, domain: { min: 0, max: 30 }, chosenRun: 'b', ...props } })
}

describe('the ribbon by keyboard', () => {
  it('has one stop of Tab, and moves the cursor by points', async () => {
    const shown = ribbon({ cursor: 10 })
    expect(shown.element.querySelectorAll('[tabindex="0"]')).toHaveLength(0)
    expect(shown.attributes('tabindex')).toBe('0')
    await shown.trigger('keydown', { key: 'ArrowRight' })
    await shown.trigger('keydown', { key: 'End' })
    await shown.trigger('keydown', { key: 'Escape' })
    expect(shown.emitted('hover')).toEqual([[20], [30], [null]])
  })

  it('chooses runs, stays within them, and chooses the state under the cursor', async () => {
    const shown = ribbon({ cursor: 30 })
    await shown.trigger('keydown', { key: 'ArrowDown' })
    await shown.trigger('keydown', { key: 'ArrowUp' })
    await shown.trigger('keydown', { key: 'Enter' })
    expect(shown.emitted('pickRun')).toEqual([['c'], ['a']])
    expect(shown.emitted('pickState')).toEqual([[1, 30]])
    const last = ribbon({ chosenRun: 'c' })
    await last.trigger('keydown', { key: 'ArrowDown' })
    expect(last.emitted('pickRun')).toEqual([['c']])
    // Without a cursor there is no state under it.
    await last.trigger('keydown', { key: 'Enter' })
    expect(last.emitted('pickState')).toBeUndefined()
  })

  it('says where the cursor stands, but not to the pointer', async () => {
    const shown = ribbon({ cursor: 10, place: 'step 80, seed 1, S1 Learning' })
    const words = (): string => shown.get('[aria-live="polite"]').text()
    expect(words()).toBe('')
    await shown.trigger('keydown', { key: 'ArrowLeft' })
    expect(words()).toBe('epoch 10, step 80, seed 1, S1 Learning')
    await shown.setProps({ cursor: null })
    expect(words()).toBe('seed 1: S1 to 15, S2 to 30')
    await shown.trigger('pointermove', { movementX: 2, movementY: 0 })
    expect(words()).toBe('')
  })

  it('keeps the cursor where keys have put it, until the pointer moves', async () => {
    const shown = ribbon({ cursor: 10 })
    await shown.trigger('keydown', { key: 'ArrowRight' })
    // What a browser tells of a pointer at rest when something appears under it.
    await shown.trigger('pointermove', { movementX: 0, movementY: 0 })
    await shown.trigger('mouseleave')
    expect(shown.emitted('hover')).toEqual([[20]])
    await shown.trigger('pointermove', { movementX: 3, movementY: 0 })
    await shown.trigger('mouseleave')
    expect(shown.emitted('hover')).toEqual([[20], [null]])
  })

  it('leaves keys of the window to the window', async () => {
    const shown = ribbon({ cursor: 10 })
    await shown.trigger('keydown', { key: 'ArrowLeft', ctrlKey: true })
    await shown.trigger('keydown', { key: 'f' })
    expect(shown.emitted('hover')).toBeUndefined()
  })
})
