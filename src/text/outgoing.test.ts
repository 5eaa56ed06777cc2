/** What leaves for terminals, spreadsheets and pages: the text stays what it says, and none of them obeys it. */
import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { csvCell, csvText, textOfCell } from './csv'
import { markdownCode, markdownText } from './markup'
import { visible, visibleJson } from './visible'

/** Texts of the signs that matter, at random. */
function* texts(count: number): Iterable<string> {
  const rng = new Rng(20261126)
  const signs = [
    ...'=+-@\t\r\n\'"\\,;|<>&`*_[]()#!~$:/.a1 \u001b\u009b\u202e\u2066\u200f\u0007',
    'www.',
    'http://',
    '<b>'
  ]
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: rng.integer(12) }, () => signs[rng.integer(signs.length)]).join('')
  }
}

describe('visible texts', () => {
  it('show what a terminal would obey', () => {
    expect(visible('\u001b]0;title\u0007\u009b2J\r\n\tdone\u202e')).toBe(
      '\\x1b]0;title\\x07\\x9b2J\\r\\n\\tdone\\u202e'
    )
    expect(visible('two\nlines\tand\u001b', true)).toBe('two\nlines\tand\\x1b')
    expect(visible('Größe 损失 🙂 אבג')).toBe('Größe 损失 🙂 אבג')
  })

  it('as JSON are the same value', () => {
    for (const text of texts(2000)) {
      const json = visibleJson(JSON.stringify({ [text]: [text] }, null, 2))
      expect(JSON.parse(json)).toEqual({ [text]: [text] })
      expect(json).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }
  })
})

describe('cells of a spreadsheet', () => {
  it.each([
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+1+1', "'+1+1"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', `"'\tx"`],
    ["'=x", "''=x"],
    ['-1.5e-3', '-1.5e-3'],
    ['loss/train', 'loss/train'],
    ['a,b', '"a,b"']
  ])('%s', (text, cell) => {
    expect(csvCell(text)).toBe(cell)
  })

  it('are numbers with every digit, and come back as the text they were', () => {
    expect([-0, 1 / 3, -Infinity, NaN].map(csvCell)).toEqual(['-0', '0.3333333333333333', '-Infinity', 'NaN'])
    for (const text of texts(5000)) {
      const cell = csvCell(text)
      const inside = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
      expect(textOfCell(inside)).toBe(text)
      if (!/^[+-]?(\d|\.\d|Infinity|NaN)/.test(text)) expect(inside).not.toMatch(/^[=+\-@\t\r]/)
    }
    expect(
      csvText([
        ['run', '=x'],
        [1, 'a']
      ])
    ).toBe("run,'=x\n1,a\n")
  })
})

describe('texts on a page of Markdown', () => {
  const inLine = (text: string): string => marked.parse(`before ${markdownText(text)} after`, { async: false })
  const inTable = (text: string): string => marked.parse(`| a |\n| --- |\n| ${markdownText(text)} |`, { async: false })
  const atStart = (text: string): string => marked.parse(markdownText(text), { async: false })

  it.each([
    '<script>alert(1)</script>',
    '<img src=https://tracker/x.png>',
    '![x](https://tracker/x.png)',
    '[x](javascript:alert(1))',
    'https://tracker/?a=b www.tracker.org me@tracker.org',
    '# title',
    '- item',
    '1. item',
    '***',
    '`code` **bold** _it_ ~~gone~~',
    '| a | b |'
  ])('%s stays a text', (text) => {
    for (const html of [inLine(text), inTable(text), atStart(text)]) {
      expect(html).not.toMatch(/<(?!\/?(p|table|thead|tbody|tr|th|td)[ >])/)
      const shown = html
        .replace(/<[^>]+>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&')
      expect(shown).toContain(text)
    }
  })

  it('makes no element of any text', () => {
    for (const text of texts(3000)) {
      for (const html of [inLine(text), inTable(text), atStart(text)]) {
        expect(html, JSON.stringify(text)).not.toMatch(/<(?!\/?(p|table|thead|tbody|tr|th|td)[ >])/)
      }
    }
  })

  it('keeps names as they are read', () => {
    expect(markdownText('weights/blocks.0.mlp_in/l2 (seed 3)')).toBe('weights/blocks.0.mlp_in/l2 (seed 3)')
  })

  it('of code cannot end the block', () => {
    const html = marked.parse(markdownCode(['echo ```', '```', '<b>'], 'sh'), { async: false })
    expect(html).toBe('<pre><code class="language-sh">echo ```\n```\n&lt;b&gt;\n</code></pre>\n')
  })
})
