/** What a project remembers of its views may be, wherever it comes from: another's project, an older version, a request. */

/** Characters of the text. */
export const mostViews = 1_000_000
/** Objects and lists within each other; those of the interface are 5 deep. */
const deepestViews = 32

/** What is wrong with the text of views, as a sentence's end; null when it may be used. */
export function viewsProblem(text: string): string | null {
  if (text.length > mostViews) {
    return `it is larger than ${(mostViews / 1e6).toLocaleString('en')} MB`
  }
  // Before it is parsed: what is nested a hundred thousand times exhausts the parser's stack in some engines.
  if (depthOf(text) > deepestViews) return `it is nested more than ${deepestViews} deep`
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no JSON object'
  } catch {
    return 'it is no valid JSON'
  }
  return null
}

/** Brackets that are open at once, those within texts left out. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]
    if (quoted) {
      if (sign === '\\') i += 1
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '{' || sign === '[') deepest = Math.max(deepest, ++depth)
    else if (sign === '}' || sign === ']') depth -= 1
  }
  return deepest
}
