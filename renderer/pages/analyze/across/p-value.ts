/** p and q values as tables write them: three decimals, small ones as a bound. */
export function pValue(value: number | null): string {
  if (value === null) return '\u2013'
  return value < 0.001 ? '< 0.001' : value.toFixed(3)
}
