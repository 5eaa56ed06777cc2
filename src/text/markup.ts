/** Texts from outside on a page of Markdown, where a name could be a picture that reports its reader, or a script. */
import { visible } from './visible'

/**
 * The text for one line of Markdown as GitHub and CommonMark read it: it shows what it says and does nothing. HTML in it is text, and
 * addresses do not become links.
 */
export function markdownText(text: string): string {
  return visible(text.replace(/\s+/g, ' '))
    .replace(/[\\`*[\]{}~$|]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/^(\s*)([#+=:-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/:\/\//g, '\\://')
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replace(/@/g, '\\@')
}

/** A name as code within a line, in a fence that it cannot close. */
export function markdownName(text: string): string {
  const shown = visible(text.replace(/\s+/g, ' '))
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : ''
  return `${fence}${space}${shown}${space}${fence}`
}

/** Lines as they are, in a block of code that none of them can close. @param language such as `sh` */
export function markdownCode(lines: readonly string[], language = ''): string {
  const shown = lines.map((line) => visible(line))
  let longest = 2
  for (const line of shown) for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...shown, fence].join('\n')
}
