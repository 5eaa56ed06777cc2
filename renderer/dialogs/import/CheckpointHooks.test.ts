// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import CheckpointHooks from './CheckpointHooks.vue'

const module = (path: string, matrices = 1) => ({ path, matrices, values: 10 })
const modules = [module('wte'), module('h', 0), module('h.0'), module('h.1')]

function panel(chosen: string[]) {
  const wrapper = mount(CheckpointHooks, { props: { modules, chosen } })
  const last = (): unknown => wrapper.emitted('choose')?.at(-1)?.[0]
  return { wrapper, last }
}

describe('choosing hook points of checkpoints', () => {
  it('toggles a module, in the order of the modules', async () => {
    const { wrapper, last } = panel(['h.1'])
    const boxes = wrapper.findAll<HTMLInputElement>('[data-test="hook-point"]')
    expect(boxes.map((box) => [box.attributes('aria-label'), box.element.checked])).toEqual([
      ['wte', false],
      ['h', false],
      ['h.0', false],
      ['h.1', true]
    ])
    await boxes[0].trigger('change')
    expect(last()).toEqual(['wte', 'h.1'])
    await boxes[3].trigger('change')
    expect(last()).toEqual([])
  })

  it('chooses and drops all that the filter shows', async () => {
    const { wrapper, last } = panel(['wte'])
    await wrapper.get('input[id="hook-filter"]').setValue('h.')
    await wrapper.get('[data-test="hooks-all"]').trigger('click')
    // A module that only holds others is not chosen with all.
    expect(last()).toEqual(['wte', 'h.0', 'h.1'])
    await wrapper.setProps({ chosen: ['wte', 'h.0', 'h.1'] })
    await wrapper.get('[data-test="hooks-none"]').trigger('click')
    expect(last()).toEqual(['wte'])
  })
})
