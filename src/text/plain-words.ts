/** Filters that are plain words and no expressions. */

/** Whether a text has neither a sign nor a word of an expression: each of its words has to be found. */
export function isPlain(text: string): boolean {
  return !/[=!<>~()[\]"'&|^]|(^|\s)(and|or|not|in)(\s|$)/i.test(text)
}

/** Tests whether every word occurs, in any case. */
export function wordTest(words: string): (text: string) => boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return (text) => {
    const all = text.toLowerCase()
    return wanted.every((word) => all.includes(word))
  }
}
