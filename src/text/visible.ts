/**
 * Signs that a terminal obeys, or that turn a text around, instead of showing themselves: names and messages from outside hold
 * whatever their writers put there.
 */

/**
 * Control characters of ASCII and of Latin-1, line and paragraph separators, and the marks, embeddings, overrides and isolates of
 * direction. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
// eslint-disable-next-line no-control-regex -- these are what is looked for.
const obeyed = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * The text with each of them as an escape that can be read, such as `\x1b` and `\u202e`.
 * @param lines whether the text is meant to have lines and tabs of its own, which stay
 */
export function visible(text: string, lines = false): string {
  return text.replace(obeyed, (sign) => {
    if (lines && (sign === '\n' || sign === '\t')) return sign
    const code = sign.charCodeAt(0)
    return short[sign] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)
  })
}

/**
 * JSON in which the same signs are escapes, so that it is the same value and obeyed by nothing. JSON.stringify alone leaves those
 * beyond ASCII as they are.
 */
export function visibleJson(json: string): string {
  return json.replace(obeyed, (sign) => (sign === '\n' ? sign : `\\u${hex(sign.charCodeAt(0), 4)}`))
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
