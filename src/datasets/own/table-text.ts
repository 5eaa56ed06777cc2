/** The text of a table, however it is packed and written. */
import { excerpt, FormatError, plural } from '../../formats/format-error'
import { gunzip, isGzip } from '../../formats/inflate'
import { type DataAnswer, type DataChoices, type DataFile, DataQuestion } from './choices'

/** Encodings that texts have which are not Unicode, the most frequent first. https://encoding.spec.whatwg.org */
const encodings: [string, string][] = [
  ['windows-1252', 'Western Europe (Latin-1)'],
  ['windows-1250', 'Central Europe'],
  ['windows-1251', 'Cyrillic'],
  ['shift_jis', 'Japanese'],
  ['gb18030', 'Chinese, simplified'],
  ['big5', 'Chinese, traditional'],
  ['euc-kr', 'Korean'],
  ['macintosh', 'Western Europe, older Macs']
]

/** @throws DataQuestion where it is not Unicode and nobody has said what else, FormatError where it is no text */
export async function tableText({ name, read }: DataFile, choices: DataChoices): Promise<string> {
  const packed = await read()
  const bytes = isGzip(packed) ? await gunzip(packed, name) : packed
  const unicode = unicodeOf(bytes)
  try {
    return new TextDecoder(unicode ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    if (bytes.includes(0)) throw new FormatError(name, null, 'is no text. Save it as CSV in UTF-8.')
    const known = encodings.find(([encoding]) => encoding === choices.encoding)
    if (known) return new TextDecoder(known[0]).decode(bytes)
    throw askEncoding(bytes, name)
  }
}

/** By its mark, or by the zeros that stand beside every Latin letter; null: UTF-8, or something else. */
function unicodeOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const start = bytes.subarray(0, 1000)
  const zeros = (parity: number): number => start.filter((value, i) => value === 0 && i % 2 === parity).length
  const most = start.length / 2
  if (most >= 2 && zeros(1) > 0.7 * most && zeros(0) === 0) return 'utf-16le'
  return most >= 2 && zeros(0) > 0.7 * most && zeros(1) === 0 ? 'utf-16be' : null
}

/** The first words that are not English show which encoding reads as it should. */
function askEncoding(bytes: Uint8Array, name: string): DataQuestion {
  const places = Array.from(bytes.keys()).filter((i) => bytes[i] > 127 && (i === 0 || bytes[i - 1] < 128)).slice(0, 3) // prettier-ignore
  const shown = (encoding: string): string => {
    const decoder = new TextDecoder(encoding)
    const words = places.map((at) => {
      const part = bytes.subarray(lineStart(bytes, at), lineEnd(bytes, at))
      const text = decoder.decode(part)
      return excerpt(text.split(/[\s,;]+/).find((word) => /[^\x00-\x7f]/.test(word)) ?? text) // eslint-disable-line no-control-regex
    })
    return [...new Set(words)].join(', ')
  }
  const answers: DataAnswer[] = encodings.map(([value, label]) => ({ value, label: `${label}: ${shown(value)}` }))
  const text = `${name} is not written in UTF-8 (${plural(places.length, 'place')} that it is told by). Which of these reads as it should?`
  return new DataQuestion('encoding', answers, text)
}

function lineStart(bytes: Uint8Array, at: number): number {
  return bytes.lastIndexOf(10, at) + 1
}

function lineEnd(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(10, at)
  return end < 0 ? bytes.length : end
}
