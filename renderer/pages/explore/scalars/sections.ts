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

/** What says only whether something else went well: last among its like. */
const checks = /\/(?:nonfinite|zeros)$/

/**
 * Sections and the tags within them in natural order (`layer2` before `layer10`); tags without a section last.
 * @param leading tags that people look at first, the first of them first: they lead their section, and it leads the others
 */
export function sectionsOf<T extends { tag: string }>(
  tags: readonly T[],
  filter: Matcher | null,
  leading: readonly string[] = []
): Section<T>[] {
  const places = new Map(leading.map((tag, i) => [tag, i]))
  const placeOf = (tag: string): number => places.get(tag) ?? leading.length + Number(checks.test(tag))
  const found = new Map<string, T[]>()
  for (const item of tags) {
    if (filter && !filter.test(item.tag)) continue
    const name = sectionOf(item.tag)
    found.set(name, [...(found.get(name) ?? []), item])
  }
  const sections = [...found].map(([name, items]) => ({
    name,
    tags: items.sort((a, b) => placeOf(a.tag) - placeOf(b.tag) || compareNaturally(a.tag, b.tag))
  }))
  /** Its first tag's; one with no leading tag is as good as any other. */
  const rank = (section: Section<T>): number => Math.min(placeOf(section.tags[0].tag), leading.length)
  return sections.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(a.name === noSection) - Number(b.name === noSection) ||
      compareNaturally(a.name, b.name)
  )
}
