/** Rows as CSV (RFC 4180): text that needs it is quoted, numbers keep every digit, NaN and infinities in words. */
export function toCsv(header: string[], rows: (string | number)[][]): string {
  const cell = (value: string | number): string => {
    const text = String(value)
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [header, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n'
}
