/** A text in pieces that a page can show, cut where a paragraph or at least a line ends. */

/** Characters of a piece: what a person reads in an hour. */
export const pieceLength = 65_536
/** Of the last characters of a piece, those in which a good place to cut is looked for. */
const searched = 4096

/** Where the piece that begins at `from` ends. */
export function pieceEnd(text: string, from: number, length = pieceLength): number {
  const most = from + length
  if (most >= text.length) return text.length
  const first = Math.max(from + 1, most - searched)
  for (const mark of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(mark, most - mark.length)
    if (at >= first) return at + mark.length
  }
  // Half of a pair of surrogates is no letter.
  const code = text.charCodeAt(most - 1)
  return code >= 0xd800 && code <= 0xdbff ? most - 1 : most
}

/** `5.0 MB`: about the bytes of a text, for people. */
export function textSize(characters: number): string {
  return characters < 1e6 ? `${Math.max(1, Math.round(characters / 1e3))} kB` : `${(characters / 1e6).toFixed(1)} MB`
}
