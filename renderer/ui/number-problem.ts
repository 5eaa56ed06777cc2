/** What is wrong with a typed number, as a sentence about it. */
export interface NumberRule {
  label: string
  integer: boolean
  least?: number
  most?: number
}

/** @returns null where it can be used */
export function numberProblem(typed: string, { label, integer, least, most }: NumberRule): string | null {
  const plain = typed.trim().replace(',', '.')
  const value = Number(plain)
  const shown = `"${typed.trim().slice(0, 40)}"`
  const kind = integer ? 'a whole number' : 'a number'
  if (plain === '') return `${label}: ${kind} is missing.`
  if (!Number.isFinite(value)) return `${label}: ${shown} is not a number.`
  if (integer && !Number.isInteger(value)) return `${label}: ${shown} is not a whole number.`
  if (integer && !Number.isSafeInteger(value)) return `${label}: ${shown} is too large.`
  if (least !== undefined && value < least) return `${label}: at least ${least}.`
  if (most !== undefined && value > most) return `${label}: at most ${most}.`
  return null
}
