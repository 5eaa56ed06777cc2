/** What may stand where somebody is typing. */
import { curveFunctions } from './curve-functions'
import { functions } from './functions'
import type { Vocabulary } from './subject'

export interface Completion {
  /** What takes the place of the characters from `from` to the cursor. */
  text: string
  /** What it is, in a few words. */
  about: string
}

export interface Completions {
  from: number
  options: Completion[]
}

const mostShown = 12
const operators: [string, string][] = [
  ['==', 'equals'],
  ['!=', 'differs'],
  ['<', 'below'],
  ['<=', 'at most'],
  ['>', 'above'],
  ['>=', 'at least'],
  ['~', 'matches a regular expression'],
  ['in', 'is one of a list']
]
const joiners: [string, string][] = [
  ['and', 'both hold'],
  ['or', 'one holds']
]

/** @param cursor index into the text; what stands behind it is not looked at */
export function complete(text: string, cursor: number, { names, tags, values }: Vocabulary): Completions {
  const before = text.slice(0, cursor)
  const inText = openText(before)
  if (inText) {
    const { at, typed, lead } = inText
    const called = /([A-Za-z_]\w*)\s*\(\s*$/.exec(lead)
    if (called && functions.get(called[1])?.takes === 'tag') return closing(at, typed, [...tags], before[at], 'metric')
    if (called && functions.get(called[1])?.takes === 'name') {
      return closing(at, typed, [...names.keys()], before[at], 'field')
    }
    const compared = /([A-Za-z_][\w.]*)\s*(==|!=|~|!~|in\s*\[[^\]]*)\s*$/.exec(lead)
    return closing(at, typed, (compared && values.get(compared[1])) ?? [], before[at], compared?.[1] ?? '')
  }
  const typed = /[A-Za-z_][\w.]*$/.exec(before)?.[0] ?? ''
  const from = cursor - typed.length
  const lead = before.slice(0, from)
  // A number, a text or a bracket has just ended: nothing follows without a space.
  if (typed === '' && /["')\]\w.]$/.test(before)) return { from, options: [] }
  // Behind a whole value an operator follows, behind a whole comparison a joining word.
  const value = /("|'|\)|\]|[\w.])\s+$/.test(lead) && !/(^|\s|\()(and|or|not|in)\s+$/i.test(lead)
  if (value) {
    const compared = /(==|!=|<=?|>=?|!?~|\bin\b)\s*\S+\s+$/i.test(lastPart(lead))
    const words = (compared ? joiners : operators).map(([word, about]) => ({ text: `${word} `, about }))
    return { from, options: words.filter(({ text: word }) => word.startsWith(typed.toLowerCase())) }
  }
  const known = [
    ...[...names].map(([name, about]) => ({ text: name, about })),
    { text: 'path', about: 'states in order, for path ~ "1 2* 3"' },
    ...[...functions].map(([name, { about, takes }]) => ({ text: takes === 'tag' ? `${name}("` : `${name}(`, about })),
    { text: 'not ', about: 'does not hold' }
  ]
  return { from, options: ranked(known, typed) }
}

const arithmeticSigns: [string, string][] = [
  ['-', 'minus'],
  ['/', 'over'],
  ['+', 'plus'],
  ['*', 'times'],
  ['^', 'to the power of']
]

/** The same for the expression of a curve: series, functions, arithmetic. */
export function completeCurve(text: string, cursor: number, tags: readonly string[]): Completions {
  const before = text.slice(0, cursor)
  const inText = openText(before)
  if (inText) return closing(inText.at, inText.typed, tags, before[inText.at], 'metric')
  const typed = /[A-Za-z_][\w./]*$/.exec(before)?.[0] ?? ''
  const from = cursor - typed.length
  const lead = before.slice(0, from)
  if (typed === '' && /["')\w.]$/.test(before)) return { from, options: [] }
  if (/["')\w.]\s+$/.test(lead)) {
    const signs = arithmeticSigns.map(([sign, about]) => ({ text: `${sign} `, about }))
    return { from, options: typed === '' ? signs : [] }
  }
  const series = tags.map((tag) => ({ text: `"${tag.replace(/["\\]/g, '\\$&')}"`, about: 'metric' }))
  const called = [...curveFunctions].map(([name, { about, takes }]) => ({
    text: takes === 'number' ? `${name}(` : `${name}("`,
    about
  }))
  const all = [...series, ...called, { text: 'step', about: 'step of the point' }]
  return { from, options: ranked(all, typed) }
}

/** The part since the last joining word. */
function lastPart(lead: string): string {
  return lead.split(/\b(?:and|or)\b|\(/i).at(-1)!
}

/** The quoted text that the cursor stands in. */
function openText(before: string): { at: number; typed: string; lead: string } | null {
  let at = -1
  for (let i = 0; i < before.length; i++) {
    if (at < 0) {
      if (before[i] === '"' || before[i] === "'") at = i
    } else if (before[i] === '\\') i++
    else if (before[i] === before[at]) at = -1
  }
  return at < 0 ? null : { at, typed: before.slice(at + 1), lead: before.slice(0, at) }
}

function closing(at: number, typed: string, known: readonly string[], quote: string, about: string): Completions {
  const options = known.map((one) => ({ text: one.replace(/["'\\]/g, '\\$&') + quote, about }))
  return { from: at + 1, options: ranked(options, typed) }
}

/** Those that begin with what was typed, then those that have it in them. */
function ranked(known: readonly Completion[], typed: string): Completion[] {
  const wanted = typed.toLowerCase()
  const rank = ({ text }: Completion): number => {
    const at = text.toLowerCase().indexOf(wanted)
    return at < 0 ? 2 : Math.min(at, 1)
  }
  return known
    .filter((one) => rank(one) < 2)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, mostShown)
}
