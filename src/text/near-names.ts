/** What somebody may have meant by a name that is not known. */

/** Up to three of `known` that look like `name`, best first: common mistypings, beginnings and parts of paths. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase()
  const scored = known.map((candidate) => {
    const text = candidate.toLowerCase()
    const last = text.slice(text.lastIndexOf('.') + 1)
    const contained =
      wanted.length > 1 && (text.includes(wanted) || wanted.includes(text) || wanted.endsWith(`.${last}`))
    const distance = Math.min(editDistance(wanted, text), contained ? 1.5 : Infinity)
    return { candidate, distance, limit: Math.max(2, Math.floor(text.length / 3)) }
  })
  return scored
    .filter(({ distance, limit }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** ` Did you mean "a" or "b"?`, or the whole list when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearNames(name, known)
  if (near.length > 0) return ` Did you mean ${near.map((item) => `"${item}"`).join(' or ')}?`
  return known.length > 0 ? ` Known are: ${known.join(', ')}.` : ''
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(row[j - 1] + 1, above[j] + 1, above[j - 1] + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2] + 1)
      row.push(cost)
    }
    before = above
    above = row
  }
  return above[b.length]
}
