// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { DataFindings, DatasetInfo } from '../../../src/domain/data'
import { connectHost } from '../../bridge/host'
import { useProject } from '../../state/project'
import DataDialog from './DataDialog.vue'
import DataSelect from './DataSelect.vue'
import { countText, isPictures, predictedText } from './facts'

const found: NonNullable<DataFindings['found']> = {
  kind: 'table',
  inputShape: [2],
  classes: 2,
  classNames: ['cat', 'dog'],
  targetWidth: 0,
  train: 10,
  validation: 0,
  classCounts: [7, 3],
  labels: ['a', 'b', 'kind'],
  label: 'kind',
  inputs: [],
  notes: [],
  pictures: []
}
const dataset: DatasetInfo = {
  id: 'pets',
  name: 'Pets',
  createdAt: '2026-01-01',
  source: { kind: 'table', files: ['pets.csv'] },
  inputShape: [2],
  classes: 2,
  classNames: ['cat', 'dog'],
  targetWidth: 0,
  train: 10,
  validation: 0,
  classCounts: [7, 3],
  notes: []
}

/** Questions to the host in order, and the answers that it gives by name: each once, the last one again and again. */
let asked: { name: string; params: Record<string, unknown> }[]
let answers: Record<string, unknown[]>
let mounted: VueWrapper[]

beforeEach(() => {
  setActivePinia(createPinia())
  asked = []
  mounted = []
  answers = {
    'data.list': [{ datasets: [], problems: [] }],
    'paths.typed': [{ grant: 'token', label: 'pets.csv' }],
    'data.add': [dataset],
    'data.cancel': [{}]
  }
  connectHost({
    request: async (name, params) => {
      asked.push({ name, params: params as Record<string, unknown> })
      const [first, ...others] = answers[name] ?? []
      if (others.length > 0) answers[name] = others
      if (first instanceof Error) return { ok: false, error: { code: 'bad-request', message: first.message } }
      return { ok: true, value: first }
    },
    onEvent: () => undefined
  })
  useProject().project = { id: 'p', name: 'p' } as never
})
afterEach(() => mounted.forEach((wrapper) => wrapper.unmount()))

const findings = (change: Partial<DataFindings>): DataFindings => ({
  label: 'pets.csv',
  name: 'pets',
  found: null,
  question: null,
  problem: null,
  left: [],
  ...change
})
const dialog = (): HTMLElement => document.querySelector('[data-test="data-dialog"]')!
const part = (name: string): HTMLElement | null => document.querySelector(`[data-test="${name}"]`)

async function typed(): Promise<void> {
  const input = document.querySelector<HTMLInputElement>('#data-path')!
  input.value = '/home/me/pets.csv'
  input.dispatchEvent(new Event('input'))
  await nextTick()
  part('data-typed')!.closest('form')!.dispatchEvent(new Event('submit'))
  await flushPromises()
}

describe('the dialog', () => {
  function open(): VueWrapper {
    const wrapper = mount(DataDialog, { attachTo: document.body })
    mounted.push(wrapper)
    return wrapper
  }

  it('shows what was found and adds it under the name that it suggests', async () => {
    answers['data.inspect'] = [findings({ found })]
    const wrapper = open()
    await flushPromises()
    await typed()
    expect(part('data-facts')!.textContent).toContain('2 classes')
    expect(part('data-classes')!.textContent).toBe('cat7dog3')
    part('add-data')!.closest('form')!.dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(asked.at(-1)).toMatchObject({ name: 'data.add', params: { grant: 'token', name: 'pets', choices: {} } })
    expect(wrapper.emitted('added')).toEqual([[dataset]])
  })

  it('asks what only the user can say, and cannot add before it is answered', async () => {
    const question = {
      about: 'label' as const,
      text: 'Which column is to be predicted?',
      options: ['a', 'kind'].map((value) => ({ value, label: value }))
    }
    answers['data.inspect'] = [findings({ question }), findings({ found })]
    const wrapper = open()
    await flushPromises()
    await typed()
    expect(part('data-question')!.textContent).toContain('Which column is to be predicted?')
    expect((part('add-data') as HTMLButtonElement).disabled).toBe(true)
    wrapper.findAllComponents({ name: 'Select' })[0].vm.$emit('update:value', 'kind')
    await flushPromises()
    expect(asked.at(-1)).toMatchObject({ name: 'data.inspect', params: { choices: { label: 'kind' } } })
    expect((part('add-data') as HTMLButtonElement).disabled).toBe(false)
  })

  it('tells why data cannot be used, and why they could not be added', async () => {
    const problem = 'pets.csv, line 3: 2 columns expected, 1 found.'
    answers['data.inspect'] = [findings({ problem }), findings({ found })]
    answers['data.add'] = [new Error('The disk is full.')]
    open()
    await flushPromises()
    await typed()
    expect(dialog().querySelector('[role="alert"]')!.textContent).toBe(problem)
    dialog().querySelector<HTMLElement>('button.link')!.click()
    await nextTick()
    await typed()
    part('add-data')!.closest('form')!.dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(dialog().querySelector('[role="alert"]')!.textContent).toBe('The disk is full.')
  })
})

describe('the picker', () => {
  it('lists the data sets, those that do not fit unselectable, and says when the chosen one is gone', async () => {
    const pictures = { ...dataset, id: 'faces', name: 'Faces', inputShape: [8, 8, 1] }
    answers['data.list'] = [{ datasets: [dataset, pictures], problems: [] }]
    const props = { modelValue: 'gone', accepts: { images: true }, none: 'MNIST' }
    const wrapper = mount(DataSelect, { props, attachTo: document.body })
    mounted.push(wrapper)
    await flushPromises()
    const select = wrapper.findComponent({ name: 'Select' })
    const options = select.props('options') as { value: string; disabled?: boolean }[]
    expect(options.map(({ value, disabled }) => [value, disabled ?? false])).toEqual([
      ...[
        ['no data', false],
        ['pets', true],
        ['faces', false]
      ],
      ['add data', false]
    ])
    expect(wrapper.text()).toContain('The data set "gone" is no longer in the project.')
    select.vm.$emit('update:value', 'faces')
    select.vm.$emit('update:value', 'no data')
    expect(wrapper.emitted('update:modelValue')).toEqual([['faces'], [null]])
  })
})

describe('facts', () => {
  it('are a few words', () => {
    expect([predictedText({ classes: 0, targetWidth: 1 }), predictedText({ classes: 1200, targetWidth: 0 })]).toEqual([
      ...['1 number', '1\u2009200 classes']
    ])
    expect(countText({ train: 50000, validation: 10000 })).toBe('50\u2009000 to train, 10\u2009000 to validate')
    expect(
      [
        [28, 28, 1],
        [28, 28, 3],
        [28, 28, 2],
        [28, 28]
      ].map((inputShape) => isPictures({ inputShape }))
    ).toEqual([...[true, true, false, false]])
  })
})
