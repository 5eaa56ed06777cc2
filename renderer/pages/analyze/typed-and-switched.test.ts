// @vitest-environment happy-dom
/** What a user has typed or switched stays theirs while logs grow and fits end. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StateSummary } from '../../../src/domain/states'
import type { Reply } from '../../../src/contract/wire'
import { connectHost } from '../../bridge/host'
import { useRuns } from '../../state/runs'
import FitDialog from './FitDialog.vue'
import StateFacts from './phases/StateFacts.vue'

describe('the name of a state', () => {
  const stateOf = (index: number, name: string): StateSummary => ({
    index,
    name,
    number: index + 1,
    color: 1,
    rule: '',
    nameSource: 'rule',
    occupancy: 0.5,
    meanDwell: 3,
    visits: 2,
    initialShare: 1,
    finalShare: 0,
    absorbing: false,
    initial: true,
    final: false
  })
  const of = (id: string): { id: string; states: number } => ({ id, states: 3 })
  let renamed: unknown[] = []
  const mounted = () => {
    renamed = []
    const onRename = (what: unknown): number => renamed.push(what)
    return mount(StateFacts, {
      props: { state: stateOf(1, 'Learning'), of: of('first'), onRename },
      attachTo: document.body
    })
  }

  it('is given when the field is left', async () => {
    const facts = mounted()
    await facts.get('input').setValue(' Grokking ')
    await facts.get('input').trigger('blur')
    expect(renamed).toEqual([{ id: 'first', states: 3, state: 1, name: 'Grokking' }])
    facts.unmount()
    expect(renamed).toHaveLength(1)
  })

  it('is given to the analysis it was typed in when a fit takes the field away', async () => {
    const facts = mounted()
    await facts.get('input').setValue('Grokking')
    facts.unmount()
    expect(renamed).toEqual([{ id: 'first', states: 3, state: 1, name: 'Grokking' }])
  })

  it('is given to the analysis it was typed in when the field comes to show another one', async () => {
    const facts = mounted()
    await facts.get('input').setValue('Grokking')
    await facts.setProps({ state: stateOf(0, 'Other'), of: of('second') })
    expect(renamed).toEqual([{ id: 'first', states: 3, state: 1, name: 'Grokking' }])
    expect(facts.get('input').element.value).toBe('Other')
    facts.unmount()
    expect(renamed).toHaveLength(1)
  })

  it('stays as it is typed while the same state gets new numbers', async () => {
    const facts = mounted()
    await facts.get('input').setValue('Grok')
    await facts.setProps({ state: { ...stateOf(1, 'Learning 2'), visits: 3 } })
    expect(facts.get('input').element.value).toBe('Grok')
    facts.unmount()
  })

  it('is what it was after Escape', async () => {
    const facts = mounted()
    await facts.get('input').setValue('Grokking')
    await facts.get('input').trigger('keydown', { key: 'Escape' })
    expect(facts.get('input').element.value).toBe('Learning')
    await facts.get('input').trigger('blur')
    facts.unmount()
    expect(renamed).toEqual([])
  })
})

describe('the features of a fit', () => {
  const asked: { name: string; params: unknown }[] = []
  /** As the host does it, with a rule that fits on a line. */
  const featuresOf = (scalars: string[]) => ({
    chosen: scalars.filter((tag) => tag.startsWith('metric')),
    left: scalars
      .filter((tag) => !tag.startsWith('metric'))
      .map((tag) => ({ tag, reason: tag === 'lr' ? 'a schedule' : 'an outcome' })),
    outcomes: scalars.filter((tag) => tag.startsWith('loss')),
    roles: { valLoss: 'loss/val' }
  })
  let tags = { scalars: ['loss/val', 'metric a', 'metric b'], histograms: [] as string[], problems: [] as string[] }
  let push: (name: string, payload: unknown) => void = () => undefined
  const run = {
    id: 'r0',
    name: 'r0',
    group: 'g',
    groupName: 'g',
    imported: null,
    status: 'done',
    message: null,
    spec: null,
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    step: 9,
    totalSteps: 9,
    epoch: 9,
    totalEpochs: 9,
    elapsedSeconds: 1,
    last: {},
    notes: '',
    tags: [],
    log: null
  }
  let dialog: ReturnType<typeof mount>

  beforeEach(async () => {
    setActivePinia(createPinia())
    tags = { scalars: ['loss/val', 'metric a', 'metric b'], histograms: [], problems: [] }
    connectHost({
      request: (name, params): Promise<Reply> => {
        asked.push({ name, params })
        return Promise.resolve(
          name === 'runs.tags'
            ? { ok: true, value: structuredClone(tags) }
            : name === 'analysis.features'
              ? { ok: true, value: featuresOf(tags.scalars) }
              : name === 'roles.get'
                ? { ok: true, value: { chosen: {}, problem: null } }
                : name === 'roles.put'
                  ? { ok: true, value: { chosen: { valAccuracy: 'metric a' } } }
                  : { ok: false, error: { code: 'internal', message: name } }
        )
      },
      onEvent: (listener) => (push = listener)
    })
    useRuns().all = [run] as never
    dialog = mount(FitDialog, { attachTo: document.body })
    await flushPromises()
  })
  afterEach(() => dialog.unmount())

  const boxes = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.features [role="checkbox"]')]
  const textOf = (box: HTMLElement): string => box.textContent.trim()
  const ticked = (): string[] =>
    boxes()
      .filter((box) => box.getAttribute('aria-checked') === 'true')
      .map(textOf)
  async function toggle(label: RegExp): Promise<string> {
    const box = boxes().find((one) => label.test(textOf(one)))!
    box.click()
    await flushPromises()
    return textOf(box)
  }
  async function grow(): Promise<void> {
    const before = asked.length
    push('runs.grew', { runId: 'r0', step: 10 })
    await vi.waitFor(() => expect(asked.slice(before).map(({ name }) => name)).toContain('runs.tags'))
    await flushPromises()
  }

  it('of runs of several experiments are fitted as one, and that is said', async () => {
    const said = (): string | undefined => document.querySelector('[data-test="mixed"]')?.textContent
    expect(said()).toBeUndefined()
    useRuns().all = [run, { ...run, id: 'r1', spec: { experiment: 'mnist' } }] as never
    await flushPromises()
    expect(said()).toBe('These runs are of several experiments, fitted as one: imported (1 run), mnist (1 run).')
  })

  it('are fitted beyond the usual number of states where there is more, unless a number was given', async () => {
    const begin = async (): Promise<unknown> => {
      document.querySelector('[data-test="start-fit"]')!.closest('form')!.requestSubmit()
      await flushPromises()
      return asked.filter(({ name }) => name === 'analysis.start').at(-1)?.params
    }
    const note = (): string => document.querySelector('.note')!.textContent
    expect(note()).toContain('Where it does not end at 8, up to 16 are tried.')
    expect(await begin()).toMatchObject({ options: { statesMax: 8, extend: true } })
    const field = document.querySelector<HTMLInputElement>('#fit-max')!
    field.value = '6'
    field.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(note()).not.toContain('up to 16')
    const capped = (await begin()) as { options: object }
    expect(capped.options).toMatchObject({ statesMax: 6 })
    expect(capped.options).not.toHaveProperty('extend')
  })

  it('stay as they were switched while a log without histograms grows', async () => {
    expect(ticked()).toEqual(['metric a', 'metric b'])
    await toggle(/^metric b$/)
    const outcome = await toggle(/loss/i)
    const chosen = ticked()
    expect(chosen).toContain(outcome)
    expect(chosen).not.toContain('metric b')
    await grow()
    expect(ticked()).toEqual(chosen)
    tags.scalars.push('metric c')
    await grow()
    expect(new Set(ticked())).toEqual(new Set([...chosen, 'metric c']))
  })

  it('that are left out are folded away with their reasons, are found, and can be used all the same', async () => {
    tags.scalars.push('lr')
    await grow()
    const fold = () => document.querySelector<HTMLElement>('[data-test="left-out"]')!
    expect(fold().textContent).toContain('Left out (1)')
    expect(boxes().map(textOf)).toEqual(['metric a', 'metric b', 'Validation loss'])
    fold().click()
    await flushPromises()
    expect(boxes().map(textOf)).toEqual(['Learning rate a schedule', 'metric a', 'metric b', 'Validation loss'])
    await toggle(/^Learning rate/)
    expect(ticked()).toContain('Learning rate a schedule')
    fold().click()
    await flushPromises()
    const search = document.querySelector<HTMLInputElement>('[data-test="search-features"] input')!
    search.value = 'LR'
    search.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(boxes().map(textOf)).toEqual(['Learning rate a schedule'])
  })

  it('go with roles, which are shown and set for the project', async () => {
    const row = document.querySelector('[data-test="roles"]')!
    expect(row.textContent).toContain('validation loss: loss/val')
    expect(row.textContent).toContain('no validation accuracy, no training accuracy, no training loss')
    row.querySelector<HTMLElement>('[data-test="change-roles"]')!.click()
    await flushPromises()
    expect(row.querySelectorAll('.n-select')).toHaveLength(5)
    const before = asked.filter(({ name }) => name === 'analysis.features').length
    const select = dialog
      .findAllComponents({ name: 'Select' })
      .find((one) => one.attributes('data-test') === 'role-valAccuracy')!
    select.vm.$emit('update:value', 'tag metric a')
    await flushPromises()
    expect(asked.filter(({ name }) => name === 'roles.put')).toEqual([
      { name: 'roles.put', params: { role: 'valAccuracy', choice: { tag: 'metric a' } } }
    ])
    expect(asked.filter(({ name }) => name === 'analysis.features').length).toBeGreaterThan(before)
  })

  it('are those of all finished runs where these are of one kind', async () => {
    const shown = () => document.querySelector('.n-base-selection')!.textContent
    expect(shown()).toContain('All finished runs, 1')
    dialog.unmount()
    useRuns().all = [run, { ...run, id: 'r1', group: 'new', groupName: 'new', spec: { experiment: 'mnist' } }] as never
    dialog = mount(FitDialog, { attachTo: document.body })
    await flushPromises()
    expect(shown()).toContain('new, 1 run')
  })
})
