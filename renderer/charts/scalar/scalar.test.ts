import { describe, expect, it } from 'vitest'
import { bandOutlines, oddityShape } from './canvas-chart'
import { projection } from './frame'
import type { Frame } from './frame'
import { extentOf, inView, isAscending, piecesOf, pointAt, withDetail } from './model'
import type { DrawnCurve } from './model'
import { boxed, fromUnit, limited, movedBy, scaleOver, toUnit, withoutOutliers, zoomedAt } from '../scales'
import type { Scale } from '../scales'
import { svgOf } from './svg-chart'
import { labelled, ticksOf } from '../ticks'
import { oddities, trace } from './trace'

const linear: Scale = { min: 0, max: 200, log: false }
const log: Scale = { min: 0.01, max: 100, log: true }

function curveOf(x: number[], y: number[], rest: Partial<DrawnCurve> = {}): DrawnCurve {
  const xs = Float64Array.from(x)
  const pieces = rest.pieces ?? []
  return {
    id: 'a',
    name: 'a',
    color: '#2976f7',
    x: xs,
    y: Float64Array.from(y),
    raw: null,
    band: null,
    pieces,
    steps: xs,
    wallTimes: xs,
    counts: null,
    parts: null,
    ascending: isAscending(xs, pieces),
    ...rest
  }
}

describe('scales', () => {
  it('go from values to units and back', () => {
    for (const scale of [linear, log]) {
      for (const unit of [0, 0.25, 0.5, 1, 1.3]) expect(toUnit(fromUnit(unit, scale), scale)).toBeCloseTo(unit, 12)
    }
    expect(toUnit(1, log)).toBeCloseTo(0.5, 12)
    expect([0, -1, Number.NaN].map((value) => toUnit(value, log))).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  it('zoom around the pointer, which stays where it is', () => {
    for (const scale of [linear, log]) {
      const value = fromUnit(0.3, scale)
      const zoomed = { ...zoomedAt(scale, 0.3, 0.5), log: scale.log }
      expect(toUnit(value, zoomed)).toBeCloseTo(0.3, 10)
      expect(toUnit(fromUnit(1, zoomed), scale) - toUnit(fromUnit(0, zoomed), scale)).toBeCloseTo(0.5, 10)
      const back = { ...zoomedAt(zoomed, 0.3, 2), log: scale.log }
      expect(back.min / scale.max).toBeCloseTo(scale.min / scale.max, 10)
      expect(back.max).toBeCloseTo(scale.max, 8)
    }
  })

  it('move and take a box', () => {
    expect(movedBy(linear, 0.25)).toEqual({ min: 50, max: 250 })
    expect(movedBy(log, 0.25).min).toBeCloseTo(0.1, 10)
    expect(boxed(linear, 0.75, 0.25)).toEqual({ min: 50, max: 150 })
    expect(boxed(log, 0.5, 1).min).toBeCloseTo(1, 10)
  })

  it('never become so narrow that numbers run out', () => {
    let scale: Scale = { min: 1e6, max: 1e6 + 1, log: false }
    for (let i = 0; i < 200; i++) scale = { ...zoomedAt(scale, 0.5, 0.5), log: false }
    expect(scale.max).toBeGreaterThan(scale.min)
    expect(boxed(linear, 0.5, 0.5)).toEqual({ min: 0, max: 200 })
  })

  it('give the data air, and constants room', () => {
    expect(scaleOver({ min: 0, max: 10 }, false, {}, 0.05)).toEqual({ min: -0.5, max: 10.5, log: false })
    expect(scaleOver({ min: 0, max: 10 }, false, {}, 0)).toEqual({ min: 0, max: 10, log: false })
    expect(scaleOver({ min: 5, max: 5 }, false, {}, 0)).toEqual({ min: 4.5, max: 5.5, log: false })
    expect(scaleOver({ min: 0, max: 0 }, false, {}, 0.05)).toEqual({ min: -1, max: 1, log: false })
    expect(scaleOver(null, false, {}, 0.05).max).toBeGreaterThan(0)
    const positive = scaleOver({ min: 0, max: 10 }, true, {}, 0.05)
    expect(positive.min).toBeGreaterThan(0)
    expect(scaleOver({ min: -3, max: -1 }, true, {}, 0.05).min).toBeGreaterThan(0)
  })

  it('let limits win over the data, unless they leave nothing', () => {
    expect(limited(linear, { min: 10 })).toEqual({ min: 10, max: 200, log: false })
    expect(limited(linear, { max: 50, min: null })).toEqual({ min: 0, max: 50, log: false })
    expect(limited(linear, { min: 300 })).toEqual({ min: 300, max: 600, log: false })
    expect(limited(linear, { min: 9, max: 3 })).toEqual(linear)
    expect(limited(log, { min: -1 })).toEqual(log)
  })

  it('leave outliers out, but nothing where all values are alike', () => {
    expect(withoutOutliers({ min: 0.1, max: 1e6 }, [0.25, 0.75])).toEqual({ min: 0.1, max: 1 })
    expect(withoutOutliers({ min: 0, max: 1 }, [0.1, 0.9])).toEqual({ min: 0, max: 1 })
    expect(withoutOutliers({ min: 0, max: 7 }, [3, 3])).toEqual({ min: 0, max: 7 })
  })
})

describe('ticks', () => {
  const texts = (scale: Scale, most = 5, kind?: 'number' | 'seconds' | 'clock'): string[] =>
    ticksOf(scale, most, kind).map((tick) => tick.label)

  it('are told apart whatever the numbers are', () => {
    expect(texts(linear)).toEqual(['0', '50', '100', '150', '200'])
    expect(texts({ min: 12_340, max: 12_380, log: false })).toEqual([
      '12.34\u2009k',
      '12.35\u2009k',
      '12.36\u2009k',
      '12.37\u2009k',
      '12.38\u2009k'
    ])
    expect(texts({ min: -0.4, max: 0.2, log: false }, 4)).toEqual(['\u22120.4', '\u22120.2', '0', '0.2'])
    expect(texts({ min: 0, max: 3e-5, log: false }, 4)).toEqual(['0', '1e\u22125', '2e\u22125', '3e\u22125'])
    for (const [min, max] of [
      [0, 1e-9],
      [1e8, 1e8 + 40],
      [-7e5, 9e5],
      [0.99991, 0.99994],
      [3, 2e10]
    ]) {
      const labels = texts({ min, max, log: false })
      expect(new Set(labels).size, labels.join(' | ')).toBe(labels.length)
      expect(labels.length).toBeGreaterThanOrEqual(2)
    }
  })

  it('of thousands have thin spaces, but none behind the point', () => {
    expect(labelled([1000, 1000.5]).map((tick) => tick.label)).toEqual(['1\u2009000.0', '1\u2009000.5'])
    expect(labelled([0.12345, 0.12346])[0].label).toBe('0.12345')
    expect(labelled([-0.05, -1e-17, 0.05]).map((tick) => tick.label)).toEqual(['\u22120.05', '0', '0.05'])
  })

  it('on a logarithmic axis are powers of ten', () => {
    expect(texts(log)).toEqual(['0.01', '0.1', '1', '10', '100'])
    expect(texts({ min: 1e-12, max: 1, log: true }, 4).length).toBeLessThanOrEqual(4)
    expect(texts({ min: 1, max: 1e9, log: true }, 4)).toEqual(['1', '1\u2009000', '1e6', '1e9'])
  })

  it('on less than two decades lie between them', () => {
    expect(texts({ min: 0.8, max: 7, log: true })).toEqual(['1', '2', '5'])
    expect(texts({ min: 2.1, max: 2.9, log: true }).length).toBeGreaterThanOrEqual(3)
  })

  it('of durations are seconds, minutes, hours, days', () => {
    expect(texts({ min: 0, max: 120, log: false }, 5, 'seconds')).toEqual([
      '0 s',
      '30 s',
      '1:00 min',
      '1:30 min',
      '2:00 min'
    ])
    expect(texts({ min: 0, max: 4 * 3600, log: false }, 5, 'seconds')).toEqual(['0 h', '1 h', '2 h', '3 h', '4 h'])
    expect(texts({ min: 0, max: 0.4, log: false }, 4, 'seconds')).toEqual(['0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s'])
  })

  it('of times of day begin with the hour', () => {
    const noon = new Date(2026, 0, 5, 12, 7).getTime() / 1000
    expect(texts({ min: noon, max: noon + 3600, log: false }, 5, 'clock')).toEqual(['12:15', '12:30', '12:45', '13:00'])
    const days = ticksOf({ min: noon, max: noon + 5 * 86_400, log: false }, 5, 'clock')
    expect(days[0].label).toBe('6 Jan')
  })
})

describe('a curve', () => {
  it('that restarts has pieces, and is still ascending within them', () => {
    const x = [0, 10, 20, 10, 20, 30]
    expect(isAscending(Float64Array.from(x), [])).toBe(false)
    expect(isAscending(Float64Array.from(x), [0, 3])).toBe(true)
    const curve = curveOf(x, [1, 2, 3, 4, 5, 6], { pieces: [0, 3] })
    expect(piecesOf(curve)).toEqual([
      [0, 3],
      [3, 6]
    ])
    // The last attempt that reaches there stands for the run.
    expect(curve.y[pointAt(curve, 19, 1)]).toBe(5)
    expect(curve.y[pointAt(curve, 1, 1)]).toBe(1)
    expect(pointAt(curve, 40, 1)).toBe(-1)
  })

  it('against another metric may turn back', () => {
    const curve = curveOf([0, 2, 1], [1, 2, 3])
    expect(curve.ascending).toBe(false)
    expect(pointAt(curve, 1.1, 0.2)).toBe(2)
  })

  it('is looked at only where it can be seen', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i)
    expect(inView(x, 0, 100, { min: 40, max: 42 })).toEqual([39, 44])
    expect(inView(x, 0, 100, { min: -5, max: 500 })).toEqual([0, 100])
  })

  it('spans its finite values, and the positive ones on a logarithmic axis', () => {
    const curve = curveOf([0, 1, 2, 3, 4], [-5, Number.NaN, 2, Infinity, 7])
    expect(extentOf([curve], 'y', false)).toEqual({ min: -5, max: 7 })
    expect(extentOf([curve], 'y', true)).toEqual({ min: 2, max: 7 })
    expect(extentOf([curve], 'x', true)).toEqual({ min: 1, max: 4 })
    expect(extentOf([curveOf([0], [Number.NaN])], 'y', false)).toBeNull()
  })

  it('takes in the points of a closer look and keeps the rest', () => {
    const whole = curveOf([0, 10, 20, 30, 40], [0, 1, 2, 3, 4])
    const detail = curveOf([10, 12, 14, 16, 18, 20], [1, 1.2, 1.4, 1.6, 1.8, 2])
    const joined = withDetail(whole, detail, { min: 9, max: 21 })
    expect([...joined.x]).toEqual([0, 10, 12, 14, 16, 18, 20, 30, 40])
    expect([...joined.y]).toEqual([0, 1, 1.2, 1.4, 1.6, 1.8, 2, 3, 4])
    expect(isAscending(joined.x, [])).toBe(true)
  })
})

describe('drawing', () => {
  const frame: Frame = {
    width: 120,
    height: 120,
    left: 10,
    top: 10,
    right: 10,
    bottom: 10,
    x: { min: 0, max: 10, log: false },
    y: { min: 0, max: 10, log: false }
  }
  function drawn(x: number[], y: number[], every = 1): string {
    const said: string[] = []
    trace(
      Float64Array.from(x),
      Float64Array.from(y),
      0,
      x.length,
      projection(frame),
      {
        moveTo: (px, py) => said.push(`M${px},${py}`),
        lineTo: (px, py) => said.push(`L${px},${py}`),
        dot: (px, py) => said.push(`dot ${px},${py}`)
      },
      every
    )
    return said.join(' ')
  }

  it('breaks at NaN and shows what stands alone', () => {
    expect(drawn([0, 1, 2, 3], [0, 10, Number.NaN, 5])).toBe('M10,110 L20,10 M40,60 dot 40,60')
    expect(drawn([0], [5])).toBe('M10,60 dot 10,60')
  })

  it('skips points while it moves, but neither gaps nor the end', () => {
    expect(drawn([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], 3)).toBe('M10,110 L40,110 L50,110')
    expect(drawn([0, 1, 2, 3], [0, Number.NaN, 0, 0], 2)).toBe('M10,110 dot 10,110 M30,110 L40,110')
  })

  it('cuts what is out of all bounds', () => {
    expect(projection(frame).y(1e12)).toBe(-20_000)
    expect(projection({ ...frame, y: { min: 1, max: 10, log: true } }).y(0)).toBeNaN()
  })

  it('marks values that are no finite numbers, one mark where they crowd', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i / 100)
    const marks = oddities(x, new Float64Array(1000).fill(Infinity), projection(frame), frame)
    expect(marks.length).toBeLessThan(20)
    expect(marks.every(({ kind }) => kind === 'infinite')).toBe(true)
    expect(Math.min(...oddityShape(50, 'infinite', frame).map(([, y]) => y))).toBe(frame.top)
    expect(Math.max(...oddityShape(50, '-infinite', frame).map(([, y]) => y))).toBe(110)
  })

  it('closes a band around each stretch of numbers', () => {
    const band = { low: Float64Array.from([0, 1, Number.NaN, 1, 1]), high: Float64Array.from([2, 3, 3, 3, 3]) }
    const outlines = bandOutlines(Float64Array.from([0, 1, 2, 3, 4]), band, 0, 5, projection(frame))
    expect(outlines.map((outline) => outline.length)).toEqual([4, 4])
    expect(outlines[0]).toEqual([
      [10, 90],
      [20, 80],
      [20, 100],
      [10, 110]
    ])
  })
})

describe('the picture for a paper', () => {
  const theme = { text1: '#16191c', text2: '#434a51', text3: '#5f676f', axis: '#a9b0b6', grid: '#eef0f1' }
  const picture = (curves: DrawnCurve[]): string =>
    svgOf({
      title: 'loss <val>',
      xName: 'Step',
      yName: 'loss/val',
      xKind: 'number',
      curves,
      legend: curves,
      theme,
      x: { min: 0, max: 10, log: false },
      y: { min: 0.1, max: 10, log: true }
    })

  it('has text, vector paths, axes with names and a legend', () => {
    const svg = picture([curveOf([0, 5, 10], [1, 2, 3], { name: 'run-1 & more' })])
    expect(svg).toContain('<rect width="560"')
    expect(svg).toContain('fill="#ffffff"')
    expect(svg).toContain('>loss &lt;val&gt;</text>')
    expect(svg).toContain('>Step</text>')
    expect(svg).toContain('>loss/val</text>')
    expect(svg).toContain('>run-1 &amp; more</text>')
    expect(svg).toMatch(/<path d="M64 \S+L[^"]+" stroke="#2976f7"/)
    expect(svg).not.toContain('<image')
    expect(svg).not.toContain('NaN')
  })

  it('draws raw values faint, bands filled, gaps open', () => {
    const band = { low: Float64Array.from([1, 1]), high: Float64Array.from([3, 3]) }
    expect(picture([curveOf([0, 10], [2, 2], { band })])).toContain('fill-opacity="0.18"')
    const smoothed = picture([curveOf([0, 10], [2, 2], { raw: Float64Array.from([1, 3]) })])
    expect(smoothed).toContain('stroke-opacity="0.28"')
    const broken = picture([curveOf([0, 1, 2, 3], [1, 1, Number.NaN, 1])])
    expect(broken).toContain('<circle')
    expect(broken).toContain('<polygon')
  })

  it('says how many runs its legend leaves out', () => {
    const many = Array.from({ length: 50 }, (_, i) => curveOf([0, 1], [1, 1], { id: String(i), name: `run ${i}` }))
    const svg = picture(many)
    expect(svg).toContain('>and 20 more</text>')
    expect(svg).not.toContain('>run 45<')
  })
})
