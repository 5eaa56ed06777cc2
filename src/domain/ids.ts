/** How many and how long the names in a request may be: a question costs what it asks for. docs/limits.md */
import { z } from './words'

export const mostIds = 10_000
export const mostTags = 10_000

/** Of a run, an analysis, a data set, a grant, a job. */
export const id = z.string().max(300)
/** Longer tags are in the file and in exports, and on no page. */
export const longestTag = 10_000
/** As recorded; a writer may use any text. */
export const tagName = z.string().max(longestTag)

function once(values: string[]): string[] {
  return [...new Set(values)]
}

/** Each run once: asking twice would cost twice and say nothing more. */
export const someIds = z.array(id).max(mostIds).transform(once)
export const oneOrMoreIds = z.array(id).min(1).max(mostIds).transform(once)
export const someTags = z.array(tagName).max(mostTags).transform(once)
