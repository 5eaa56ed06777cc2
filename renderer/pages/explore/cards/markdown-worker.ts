/**
 * Markdown to HTML, off the page's thread: what takes long here keeps nobody waiting, and can be ended. It knows no page, and what it
 * gives is cleaned by those who put it on one.
 */
import { Marked } from 'marked'

export interface MarkdownTask {
  id: number
  text: string
}

/** One part of HTML for each block, so that they can be put on the page one after the other. */
export type MarkdownReply = { id: number; ok: true; parts: string[] } | { id: number; ok: false }

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // DOMPurify takes handlers away, but Chromium complains of each before that, as soon as it parses one.
    html: ({ text }) => text.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/[\s/]on\w+\s*=/gi, ' data-was='))
  }
})

/** HTML that goes to the page in one part. */
const largestPart = 8192
/** A table can be one block; beyond this, cleaning it would hold up the page. */
const mostHtml = 1_000_000

export function partsOf(text: string): string[] {
  const blocks = marked.lexer(text)
  const { links } = blocks
  const parts: string[] = []
  let open = ''
  for (const block of blocks) {
    const html = marked.parser(Object.assign([block], { links }))
    // Tags that somebody opens in one block and closes in another stay together, else each would be closed at once.
    open += html
    if (open.length < largestPart || block.type === 'html') continue
    parts.push(open)
    open = ''
  }
  if (open !== '') parts.push(open)
  if (parts.some((part) => part.length > mostHtml)) throw new Error('too much HTML')
  return parts
}

// In a worker only: tests read `partsOf` where there is none.
if (typeof document === 'undefined' && typeof self !== 'undefined') {
  self.addEventListener('message', ({ data }: MessageEvent<MarkdownTask>) => {
    let reply: MarkdownReply
    try {
      reply = { id: data.id, ok: true, parts: partsOf(data.text) }
    } catch {
      // Nested so deeply that its parser has no more room.
      reply = { id: data.id, ok: false }
    }
    self.postMessage(reply)
  })
}
