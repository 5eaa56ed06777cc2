/** Long and hostile texts: in pieces, off the page, and given up in time. */
import { Worker as Thread } from 'node:worker_threads'
import { marked } from 'marked'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pieceEnd, textSize } from './long-text'
import { MarkdownParser } from './markdown-parser'
import { partsOf } from './markdown-worker'

describe('pieces of a text', () => {
  it('are the whole text, cut between paragraphs where there are some', () => {
    const paragraphs = Array.from({ length: 400 }, (_, i) => `Paragraph ${i} `.repeat(i % 40)).join('\n\n')
    for (const text of [paragraphs, 'x'.repeat(100_001), 'a b '.repeat(30_000), '🙂'.repeat(40_000), '']) {
      const pieces: string[] = []
      for (let at = 0; at < text.length;) {
        const end = pieceEnd(text, at, 10_000)
        expect(end - at).toBeGreaterThan(0)
        expect(end - at).toBeLessThanOrEqual(10_000)
        pieces.push(text.slice(at, end))
        at = end
      }
      expect(pieces.join('')).toBe(text)
      for (const piece of pieces) expect(piece).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/)
      if (text === paragraphs) for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n\n')).toBe(true)
    }
  })

  it('have sizes for people', () => {
    expect([0, 65_536, 5_000_000].map(textSize)).toEqual(['1 kB', '66 kB', '5.0 MB'])
  })
})

describe('parts of Markdown', () => {
  it('are together what it is as a whole', () => {
    const text = `# A\n\n${'word '.repeat(3000)}\n\n[a]\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n- x\n- y\n\n[a]: https://a.org\n\n${'- item\n'.repeat(3000)}`
    const parts = partsOf(text)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.join('')).toBe(marked.parse(text, { async: false }))
  })

  it('end on what is nested, open or endless', () => {
    for (const text of [
      '[',
      '![',
      '> ',
      '- ',
      '*a',
      '<a ',
      '`',
      '**_',
      '|a',
      '(((',
      '\\',
      '&#',
      '<!--',
      '[a](',
      '~~'
    ].map((s) => s.repeat(16_384 / s.length))) {
      try {
        expect(partsOf(text).join('').length).toBeGreaterThan(0)
      } catch (error) {
        // A worker answers with "cannot be laid out".
        expect(error).toBeInstanceOf(Error)
      }
    }
  })
})

/** A worker of the page as a thread of this process: it answers with the text in capitals, or never, or it fails. */
function thread(): Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'> {
  const program = `
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', ({ id, text }) => {
      if (text === 'hang') for (;;);
      if (text === 'fail') throw new Error('a bug')
      parentPort.postMessage(text === 'refuse' ? { id, ok: false } : { id, ok: true, parts: [text.toUpperCase()] })
    })`
  const worker = new Thread(program, { eval: true })
  onTestFinished(() => void worker.terminate())
  return {
    postMessage: (message: unknown) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
    addEventListener: (name: string, listener: unknown) => {
      const told = listener as (event: unknown) => void
      worker.on(name, (data: unknown) => told({ data }))
    }
  } as Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>
}

describe('the parser', () => {
  it('gives up a text that takes too long, that fails or is refused, and goes on with the next in a new worker', async () => {
    let begun = 0
    const parser = new MarkdownParser(() => {
      begun += 1
      return thread()
    }, 6000)
    const texts = ['a', 'hang', 'b', 'fail', 'c', 'refuse', 'd']
    expect(await Promise.all(texts.map((text) => parser.parse(text)))).toEqual([
      ...[['A'], null, ['B'], null, ['C'], null, ['D']]
    ])
    expect(begun).toBe(3)
  })
})
