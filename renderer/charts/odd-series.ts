/** Series that leave a careless chart without a scale. Tests of every chart, and of the whole application, draw them. */
export const oddSeries: Readonly<Record<string, readonly number[]>> = {
  empty: [],
  single: [0.5],
  constant: [1, 1],
  zero: [0, 0],
  negative: [-3, -2.5, -4, -1],
  nothing: [Number.NaN, Number.NaN],
  infinite: [0.5, Infinity, 0.25, -Infinity],
  neighbours: [0.30000000000000004, 0.3],
  onebits: [1, 1.0000000000000004],
  integers: [9007199254740990, 9007199254740991],
  huge: [1e300, -1e300],
  hugest: [1.7e308, -1.7e308],
  tiny: [1e-300, 2e-300],
  denormal: [5e-324, 1e-323],
  span: [1e-300, 1e300],
  zeroes: [1, 0, 0.5, 0],
  diverged: [0.5, 12, 4e6, 1.3e13]
}
