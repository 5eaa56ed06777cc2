import { Matrix as OracleMatrix, SVD } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { goldenJson } from '../testing/golden'
import { counted, histogram } from './histogram'
import { singularValues } from './singular-values'
import { distribution, matrixMetrics, weightMetrics } from './weight-metrics'

interface GoldenCase {
  name: string
  shape: number[]
  data: (number | string)[]
  float64: Record<
    'get_matrix_metrics' | 'get_tensor_metrics' | 'get_distribution_stats',
    Record<string, number | string> | null
  >
}

describe('histograms', () => {
  const ranges = Array.from({ length: 200 }, (_, r) => (r + 1) / 10)

  it('count zero above zero for every symmetric range', () => {
    for (const range of ranges)
      for (const bins of [10, 20, 30, 32, 40, 50, 60, 64, 80, 100, 128]) {
        const { counts } = histogram(Float32Array.of(0), -range, range, bins)
        expect(counts.indexOf(1), `${range} in ${bins}`).toBe(1 + bins / 2)
      }
  })

  it('count a value on an edge above it, and its neighbours where they lie', () => {
    const bytes = new DataView(new ArrayBuffer(8))
    const next = (value: number, by: bigint): number => {
      bytes.setFloat64(0, value)
      bytes.setBigInt64(0, bytes.getBigInt64(0) + (value > 0 ? by : -by))
      return bytes.getFloat64(0)
    }
    for (const [min, max, bins] of [
      [-4, 8, 64],
      [-3, 5, 64],
      [-11, 11, 30],
      [0, 1, 20],
      [-1, 1, 50],
      [0.1, 0.7, 6],
      [-1e-12, 3e-12, 7],
      [-1e12, 3e12, 7]
    ]) {
      // The edges as an event file gives them.
      const edge = (k: number): number => min + ((max - min) * k) / bins
      for (let k = 0; k < bins; k++) {
        const found = (value: number): number => histogram(Float64Array.of(value), min, max, bins).counts.indexOf(1) - 1
        expect(found(edge(k)), `${edge(k)} of ${min} to ${max} in ${bins}`).toBe(k)
        if (edge(k) === 0) continue
        expect(found(next(edge(k), 1n)), `above ${edge(k)}`).toBe(k)
        expect(found(next(edge(k), -1n)), `below ${edge(k)}`).toBe(k - 1)
      }
      expect(histogram(Float64Array.of(max), min, max, bins).counts[bins]).toBe(1)
    }
  })
})

describe('golden metrics of the reference package', () => {
  const { cases } = goldenJson<{ cases: GoldenCase[] }>('metrics/metrics.json')
  const theirs = new Map([
    ['mean_singular_value', 'mean_lambda'],
    ['var_singular_value', 'variance_lambda']
  ])

  /** Their filters are [out, in, kh, kw], ours [kh, kw, in, out]. */
  const inOurLayout = (data: number[], shape: number[]): { data: Float64Array; shape: number[] } => {
    if (shape.length !== 4) return { data: Float64Array.from(data), shape }
    const [out, inputs, height, width] = shape
    const moved = new Float64Array(data.length)
    data.forEach((value, at) => {
      const x = at % width
      const y = Math.floor(at / width) % height
      const i = Math.floor(at / (width * height)) % inputs
      const o = Math.floor(at / (width * height * inputs))
      moved[((y * width + x) * inputs + i) * out + o] = value
    })
    return { data: moved, shape: [height, width, inputs, out] }
  }

  for (const { name, shape, data, float64 } of cases) {
    it(name, () => {
      const ours = weightMetrics(inOurLayout(data.map(Number), shape)) as unknown as Record<string, number>
      if (data.some((value) => !Number.isFinite(Number(value)))) {
        // Decision 5: theirs leaves such a matrix out; here every metric of it is NaN.
        for (const value of Object.values(ours)) expect(value).toBeNaN()
        return
      }
      const count = Math.min(...shape)
      const expected = {
        ...float64.get_matrix_metrics,
        ...float64.get_tensor_metrics,
        ...float64.get_distribution_stats
      }
      for (const [key, raw] of Object.entries(expected)) {
        if (key === 'singular_values') continue
        const metric = theirs.get(key) ?? key
        let value = Number(raw)
        // Decision 1: population variance; theirs divide by n - 1, which is NaN for one value.
        if (key === 'var_singular_value') value = count > 1 ? (value * (count - 1)) / count : 0
        if (key === 'var') value = data.length > 1 ? (value * (data.length - 1)) / data.length : 0
        // Decision 4: a zero kernel has code sparsity 0, theirs is NaN.
        if (key === 'code_sparsity' && Number.isNaN(value)) value = 0
        expect(ours[metric], key).toBeDefined()
        expect(Math.abs(ours[metric] - value), `${key}: ${ours[metric]} for ${value}`).toBeLessThanOrEqual(
          1e-5 * Math.abs(value) + 1e-12
        )
      }
    })
  }
})

describe('matrices of any scale', () => {
  it.each([1e-300, 1e-160, 1, 1e154, 1e200, 1e300])('have norms that scale with them, times %s', (scale) => {
    const data = Float64Array.of(3, -4, 0, 12)
    const own = matrixMetrics({ data: data.map((value) => value * scale), shape: [2, 2] })
    expect(own.l1 / scale).toBeCloseTo(19, 10)
    expect(own.l2 / scale).toBeCloseTo(13, 10)
    expect(own.code_sparsity).toBeCloseTo(19 / 13, 10)
  })
})

describe('decisions where the reference is odd', () => {
  const matrix = (rows: number[][]): { data: Float64Array; shape: number[] } => {
    return { data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0].length] }
  }

  it('1: variances are population variances, and one singular value has variance 0', () => {
    expect(distribution([Float64Array.of(1, 2, 3, 4)]).var).toBe(1.25)
    expect(matrixMetrics(matrix([[3, 4]]))).toMatchObject({ spectral: 5, mean_lambda: 5, variance_lambda: 0 })
  })

  it('2: the median is the lower middle value', () => {
    expect(distribution([Float64Array.of(4, 1, 3, 2)]).median).toBe(2)
    expect(distribution([Float64Array.of(5), Float64Array.of(1, 3)]).median).toBe(3)
  })

  it('3: singular values below 1e-5 count as 0 in mean and variance, but not in the spectral norm', () => {
    const small = matrixMetrics(
      matrix([
        [9e-6, 0],
        [0, 2e-6]
      ])
    )
    expect(small.spectral).toBeCloseTo(9e-6, 10)
    expect(small).toMatchObject({ mean_lambda: 0, variance_lambda: 0 })
    const mixed = matrixMetrics(
      matrix([
        [2, 0],
        [0, 9e-6]
      ])
    )
    expect(mixed.mean_lambda).toBeCloseTo(1, 12)
    expect(mixed.variance_lambda).toBeCloseTo(1, 12)
  })

  it('3: the trace is the sum of the leading diagonal', () => {
    expect(
      matrixMetrics(
        matrix([
          [1, 2, 3],
          [4, 5, 6]
        ])
      ).trace
    ).toBe(6)
  })

  it('3 and 4: ratios with a zero denominator are 0, for kernels as well', () => {
    expect(matrixMetrics({ data: new Float32Array(36), shape: [3, 3, 2, 2] })).toMatchObject({
      code_sparsity: 0,
      computational_sparsity: 0,
      spectral: 0
    })
  })

  it('4: a filter is read as [kh * kw * in, out] where the reference has no metric', () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i))
    const filter = matrixMetrics({ data, shape: [2, 2, 2, 3] })
    const { trace, spectral, computational_sparsity, mean_lambda, variance_lambda } = matrixMetrics({
      data,
      shape: [8, 3]
    })
    expect(filter).toMatchObject({ trace, spectral, computational_sparsity, mean_lambda, variance_lambda })
  })

  it('5: a matrix with a value that is not finite gives NaN throughout', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const metrics = weightMetrics(
        matrix([
          [1, bad],
          [0, 1]
        ])
      )
      for (const value of Object.values(metrics)) expect(value).toBeNaN()
    }
  })
})

describe('singular values', () => {
  it('agree with an independent decomposition on random shapes', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rng = new Rng(seed)
      // Small ones go through plain loops, larger ones through SIMD kernels.
      const smallest = seed < 30 ? 1 : 24
      const [rows, columns] = [smallest + rng.integer(20), smallest + rng.integer(40)]
      const data = Float64Array.from({ length: rows * columns }, () => rng.normal())
      const ours = singularValues(data, rows, columns)
      const oracle = new SVD(OracleMatrix.from1DArray(rows, columns, [...data]), {
        computeLeftSingularVectors: false,
        computeRightSingularVectors: false,
        autoTranspose: true
      }).diagonal
      expect(ours.length).toBe(Math.min(rows, columns))
      ours.forEach((value, i) =>
        expect(Math.abs(value - oracle[i]), `seed ${seed}, ${i}`).toBeLessThan(1e-6 * oracle[0])
      )
    }
  })

  it('find the rank: what is zero comes out below the threshold of the metrics', () => {
    const rng = new Rng(3)
    const [rows, columns, rank] = [60, 40, 5]
    const a = Float64Array.from({ length: rows * rank }, () => rng.normal())
    const b = Float64Array.from({ length: rank * columns }, () => rng.normal())
    const data = new Float64Array(rows * columns)
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++)
        for (let k = 0; k < rank; k++) data[r * columns + c] += a[r * rank + k] * b[k * columns + c]
    }
    const values = singularValues(data, rows, columns)
    expect([...values].filter((value) => value >= 1e-5).length).toBe(rank)
  })

  it('of tiny, huge, empty, zero and diagonal matrices', () => {
    expect([...singularValues([], 0, 3)]).toEqual([])
    expect([...singularValues([0, 0, 0, 0], 2, 2)]).toEqual([0, 0])
    expect([...singularValues([3, 0, 0, -4], 2, 2)]).toEqual([4, 3])
    for (const scale of [1e-200, 1e200]) {
      const [s] = singularValues([3 * scale, 4 * scale], 1, 2)
      expect(s / scale).toBeCloseTo(5, 10)
    }
  })

  it('of a matrix with many equal values converge', () => {
    const n = 64
    const data = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 2 : 0) + 1)
    const values = singularValues(data, n, n)
    expect(values[0]).toBeCloseTo(n + 2, 9)
    for (let i = 1; i < n; i++) expect(values[i]).toBeCloseTo(2, 6)
  })
})

describe('median of many values', () => {
  it('is the lower middle of the sorted values', () => {
    for (let seed = 0; seed < 30; seed++) {
      const rng = new Rng(seed)
      const values = Float32Array.from({ length: 1 + rng.integer(200) }, () =>
        rng.integer(4) === 0 ? 0 : rng.normal()
      )
      const expected = values.slice().sort()[Math.ceil(values.length / 2) - 1]
      expect(distribution([values]).median, `seed ${seed}`).toBe(expected)
    }
  })
})

describe('histogram', () => {
  it('counts every value once, the maximum in the last bin', () => {
    const values = Float32Array.of(-4, -1, -0.5, 0, 0, 0.5, 1, 1.5, NaN, Infinity)
    const result = histogram(values, -1, 1, 4)
    expect([...result.counts]).toEqual([1, 1, 1, 2, 2, 1])
    expect(result).toMatchObject({ lowest: -4, highest: 1.5, num: 8, sum: -2.5, zeros: 2, nonFinite: 2 })
    expect(result.sumSquares).toBe(16 + 1 + 0.25 + 0.25 + 1 + 2.25)
  })

  it('of single precision is the same to the bit by the kernel as by the loop', () => {
    const rng = new Rng(11)
    const odd = [NaN, Infinity, -Infinity, 0, -0, 3.4e38, -3.4e38, 1e-45, 8, -4]
    for (let round = 0; round < 300; round++) {
      const length = 250 + rng.integer(round % 10 === 0 ? 20_000 : 300)
      const [shift, scale] = [rng.normal(), 10 ** (rng.integer(5) - 2)]
      const kind = round % 5
      const values = Float32Array.from({ length }, () => {
        const v = shift + scale * rng.normal()
        if (kind === 0) return Math.max(0, v)
        if (kind === 1) return rng.integer(20) === 0 ? odd[rng.integer(odd.length)] : v
        if (kind === 2) return [0, -0, -Math.abs(v)][rng.integer(3)]
        if (kind === 3) return -4 + (12 * rng.integer(65)) / 64
        return v
      })
      const [min, max, bins] = [
        [-4, 8, 64],
        [-3, 5, 64],
        [0, 1, 20],
        [0.1, 0.7, 6],
        [-1e-6, 1e-6, 1000],
        [-1e12, 3e12, 7]
      ][rng.integer(6)]
      const near = (max - min) / 200
      // Of double precision the loop counts.
      expect(counted(values, min, max, bins, near)).toEqual(counted(Float64Array.from(values), min, max, bins, near))
      expect(counted(values, min, max, bins, near).near).toBe(values.filter((v) => Math.abs(v) < near).length)
    }
    expect(histogram(new Float32Array(300).fill(NaN), 0, 1, 2)).toMatchObject({ num: 0, lowest: 0, highest: 0 })
  })

  it('of nothing finite', () => {
    expect(histogram(Float32Array.of(NaN), 0, 1, 2)).toMatchObject({ num: 0, lowest: 0, highest: 0, nonFinite: 1 })
  })

  it('agrees with counting bin by bin', () => {
    const rng = new Rng(5)
    const values = Float64Array.from({ length: 5000 }, () => rng.normal())
    const { counts } = histogram(values, -3, 5, 64)
    for (let bin = 0; bin < 64; bin++) {
      const [low, high] = [-3 + bin / 8, -3 + (bin + 1) / 8]
      expect(counts[bin + 1]).toBe(values.filter((v) => v >= low && (v < high || (bin === 63 && v === high))).length)
    }
    expect(counts.reduce((a, b) => a + b)).toBe(5000)
  })

  it('refuses an empty range', () => {
    expect(() => histogram(Float32Array.of(1), 1, 1, 4)).toThrow('A histogram needs min < max')
  })
})
