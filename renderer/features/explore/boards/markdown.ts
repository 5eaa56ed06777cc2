/**
 * Markdown of foreign logs as HTML that is safe in this page: made by marked, cleaned by DOMPurify, and then without
 * anything that would leave the page by itself. Pictures are named, not loaded; only https addresses stay links, which
 * both hosts open outside of the application.
 */
import DOMPurify from 'dompurify'
import { Marked } from 'marked'

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // DOMPurify takes handlers away, but Chromium complains of each before that, as soon as it parses one.
    html: ({ text }) => text.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/[\s/]on\w+\s*=/gi, ' data-was='))
  }
})

const tags = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'kbd'],
  ...['em', 'strong', 'b', 'i', 'u', 'del', 's', 'sub', 'sup', 'span', 'div', 'a', 'img'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'dl', 'dt', 'dd']
]
const attributes = ['href', 'title', 'alt', 'src', 'align', 'start', 'colspan', 'rowspan']

export function renderMarkdown(text: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(marked.parse(text) as string, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true
  })
  for (const image of fragment.querySelectorAll('img')) replace(image, `[image: ${image.alt || 'without a name'}]`)
  for (const link of fragment.querySelectorAll('a')) {
    const address = link.getAttribute('href') ?? ''
    if (!isHttps(address)) {
      replace(link, link.textContent, address)
      continue
    }
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
    link.title = address
  }
  return fragment
}

function replace(element: Element, text: string, title = element.getAttribute('src') ?? ''): void {
  const words = element.ownerDocument.createElement('span')
  words.textContent = text
  words.title = title
  element.replaceWith(words)
}

function isHttps(address: string): boolean {
  try {
    return new URL(address).protocol === 'https:'
  } catch {
    return false
  }
}
