/** The part of docs/diagnosis.md that is made from the rules, and its pictures. */
import { ruleTitles, type Reading } from '../../domain/reading'
import { rules } from '../rules'
import type { ObservedRun } from '../observed'

/** @param hasPicture whether there is a picture of a rule */
export function rulesAsMarkdown(hasPicture: (id: string) => boolean): string {
  return rules
    .map(({ id, formula, source, advice, thresholds }) => {
      const rows = Object.entries(thresholds).map(([name, { about, usual }]) => `| \`${name}\` | ${about} | ${usual} |`)
      const table = rows.length > 0 ? ['| threshold | what | usual |', '| --- | --- | --- |', ...rows].join('\n') : ''
      const picture = hasPicture(id) ? `![${ruleTitles[id]}](images/diagnosis/${id}.svg)` : ''
      return [
        `### ${ruleTitles[id]} (\`${id}\`)`,
        `${formula}`,
        picture,
        table,
        `**What to do.** ${advice}`,
        `Source: ${source}`
      ]
        .filter((part) => part !== '')
        .join('\n\n')
    })
    .join('\n\n')
}

const [width, height, left, top] = [520, 130, 12, 30]

/** The evidence of a reading as a picture for both themes: gray on nothing. */
export function pictureOf(run: ObservedRun, { evidence, since, text }: Reading, of: string): string | null {
  const drawn = evidence.flatMap(({ tag, limit }) => {
    const course = run.series(tag)
    return course ? [{ tag, limit, course }] : []
  })
  const [first] = drawn
  if (!first) return null
  const panels = drawn.slice(0, 2).map(({ tag, limit, course }, i) => {
    const values = Array.from(course.values).map((value) => (Number.isFinite(value) ? value : null))
    const finite = [...values, limit].filter((value): value is number => value !== null)
    let [low, high] = [Math.min(...finite), Math.max(...finite)]
    const log = low > 0 && high / low > 50
    if (log) [low, high] = [Math.log(low), Math.log(high)]
    if (!(high > low)) [low, high] = [low - 0.5, high + 0.5]
    const panel = (width - left * 2 - 20) / Math.min(2, drawn.length)
    const x0 = left + i * (panel + 20)
    const last = course.steps[course.steps.length - 1] || 1
    const x = (step: number): string => (x0 + (step / last) * (panel - 4)).toFixed(1)
    const y = (value: number): string =>
      (top + (height - top - 22) * (1 - ((log ? Math.log(value) : value) - low) / (high - low))).toFixed(1)
    const points = values.flatMap((value, k) =>
      value === null || (log && value <= 0) ? [] : [`${x(course.steps[k])},${y(value)}`]
    )
    const line =
      limit !== null && (!log || limit > 0)
        ? `<line x1="${x(0)}" x2="${x(last)}" y1="${y(limit)}" y2="${y(limit)}" stroke="#c98a1b" stroke-dasharray="4 3"/>`
        : ''
    const begin =
      since === null
        ? ''
        : `<line x1="${x(since)}" x2="${x(since)}" y1="${top}" y2="${height - 22}" stroke="#888" stroke-dasharray="1 3"/>`
    return `<text x="${x0}" y="${top - 8}" fill="#888">${tag}${log ? ' (log)' : ''}</text>${begin}${line}<polyline points="${points.join(' ')}" fill="none" stroke="#4a7bd0" stroke-width="1.6"/><text x="${x0}" y="${height - 6}" fill="#888">steps 0 to ${last}</text>`
  })
  const title = `<title>${of}: ${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">${title}${panels.join('')}</svg>\n`
}
