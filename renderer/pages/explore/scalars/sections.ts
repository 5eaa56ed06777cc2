/** Cards of tags in sections: what stands before the first "/" names the section. */
import type { Matcher } from '../../../../src/text/pattern'
import { compareNaturally } from '../../../state/run-groups'

export interface Section<T> {
  /** Empty for tags without a slash. */
  name: string
  tags: T[]
}

const noSection = ''

export function sectionOf(tag: string): string {
  const slash = tag.indexOf('/')
  return slash <= 0 ? noSection : tag.slice(0, slash)
}

/** Sections and the tags within them in natural order (`layer2` before `layer10`); tags without a section last. */
export function sectionsOf<T extends { tag: string }>(tags: readonly T[], filter: Matcher | null): Section<T>[] {
  const found = new Map<string, T[]>()
  for (const item of tags) {
    if (filter && !filter.test(item.tag)) continue
    const name = sectionOf(item.tag)
    found.set(name, [...(found.get(name) ?? []), item])
  }
  return [...found]
    .sort(([a], [b]) => Number(a === noSection) - Number(b === noSection) || compareNaturally(a, b))
    .map(([name, items]) => ({ name, tags: items.sort((a, b) => compareNaturally(a.tag, b.tag)) }))
}
