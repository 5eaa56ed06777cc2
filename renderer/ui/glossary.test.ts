// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { glossary, glossaryPage } from './glossary'
import GlossaryTerm from './GlossaryTerm.vue'

const shown = (): string | undefined => document.querySelector('[role="tooltip"]')?.textContent

describe('the glossary', () => {
  it('is docs/glossary.md, word for word', () => {
    // A star or an underscore of a formula would be markup there.
    for (const { text } of Object.values(glossary)) expect(text).not.toMatch(/[*_<>|]/)
    expect(readFileSync('docs/glossary.md', 'utf8').trim()).toBe(glossaryPage())
  })

  it('has two or three sentences for a term, and no term twice', () => {
    const entries = Object.values(glossary)
    expect(new Set(entries.map(({ term }) => term)).size).toBe(entries.length)
    for (const { term, text } of entries) expect(text.length, term).toBeLessThanOrEqual(260)
  })
})

describe('a term', () => {
  let term: ReturnType<typeof mount> | null = null
  afterEach(() => term?.unmount())
  const place = (): ReturnType<typeof mount> =>
    (term = mount(GlossaryTerm, { props: { of: 'bic' }, slots: { default: 'BIC' }, attachTo: document.body }))

  it('is explained on focus and until it loses it, and to readers of the screen all the time', async () => {
    const button = place().get('button')
    expect(button.attributes('aria-description')).toBe(glossary.bic.text)
    expect(shown()).toBeUndefined()
    await button.trigger('focus')
    expect(shown()).toContain(glossary.bic.text)
    await button.trigger('blur')
    expect(shown()).toBeUndefined()
  })

  it('is closed by Escape, which nobody else hears then', async () => {
    const button = place().get('button')
    let heard = 0
    const listen = (): void => void (heard += 1)
    document.addEventListener('keydown', listen)
    await button.trigger('focus')
    await button.trigger('keydown', { key: 'Escape' })
    expect(shown()).toBeUndefined()
    expect(heard).toBe(0)
    await button.trigger('keydown', { key: 'Escape' })
    expect(heard).toBe(1)
    document.removeEventListener('keydown', listen)
  })
})
