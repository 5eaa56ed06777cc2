/**
 * Exponential moving average, debiased, as TensorBoard draws it: the average starts at 0 and is divided by
 * 1 - weight^n, where n counts the finite values so far. Constant series stay as they are, non-finite values pass
 * through without touching the average.
 *
 * @param weight in [0, 1); 0 gives the values back
 * @param out receives [end - start] values
 */
export function smooth(
  values: Float64Array,
  start: number,
  end: number,
  weight: number,
  out = new Float64Array(end - start)
): Float64Array {
  let constant = true
  for (let i = start + 1; i < end && constant; i++) constant = values[i] === values[start]
  if (weight === 0 || constant) {
    out.set(values.subarray(start, end))
    return out
  }
  let average = 0
  let debias = 1
  for (let i = start; i < end; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) {
      out[i - start] = value
      continue
    }
    average = average * weight + (1 - weight) * value
    debias *= weight
    out[i - start] = average / (1 - debias)
  }
  return out
}
