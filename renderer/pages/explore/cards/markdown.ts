/**
 * HTML that markdown-worker.ts has made of foreign Markdown, safe in this page: cleaned by DOMPurify, and then without anything that
 * would leave the page by itself. Pictures are named, not loaded; only https addresses stay links, which both hosts open outside of
 * the application.
 */
import DOMPurify from 'dompurify'

const tags = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'kbd'],
  ...['em', 'strong', 'b', 'i', 'u', 'del', 's', 'sub', 'sup', 'span', 'div', 'a', 'img'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'dl', 'dt', 'dd']
]
const attributes = ['href', 'title', 'alt', 'src', 'align', 'start', 'colspan', 'rowspan']

/** @param html of some blocks */
export function cleanHtml(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
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
