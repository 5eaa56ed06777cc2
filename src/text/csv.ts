/**
 * Cells of CSV files (RFC 4180). A spreadsheet takes a cell that begins with one of a few signs for a formula, and a formula may fetch
 * an address or start a program: such texts get an apostrophe in front, which spreadsheets take for "this is text".
 * https://owasp.org/www-community/attacks/CSV_Injection
 */

/** With the apostrophes that stand before it already, so that nothing is lost when one is taken away again. */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(Infinity|NaN)$/i

/** A number with every digit, or a text that stays a text. */
export function csvCell(value: string | number | bigint): string {
  if (typeof value !== 'string') return Object.is(value, -0) ? '-0' : String(value)
  const text = formula.test(value) && !plainNumber.test(value) ? `'${value}` : value
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The text of a cell that was written so. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
}

/** @param rows cells of each line, the first may be the header */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map(csvCell).join(',') + '\n').join('')
}
