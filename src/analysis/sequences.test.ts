import { describe, expect, it } from 'vitest'
import { buildSequenceForModel, buildSequences } from './sequences'
import { optionsOf, runOf } from './testing/builders'

const short = /hardly told from chance/
/** What else is said of the short runs here. */
const texts = (findings: { text: string }[]) => findings.map(({ text }) => text).filter((text) => !short.test(text))

describe('buildSequences', () => {
  it('z-scores per run with the population standard deviation', () => {
    const run = runOf('r', { a: [1, 2, 3, 4], b: [0, 0, 10, 10] })
    const { inputs, sequences, findings } = buildSequences([run], optionsOf({ statesMax: 1 }))
    const s = Math.sqrt(1.25)
    expect(inputs.scaling).toEqual([
      [
        { mean: 2.5, std: s },
        { mean: 5, std: 5 }
      ]
    ])
    const expected = [-1.5 / s, -1, -0.5 / s, -1, 0.5 / s, 1, 1.5 / s, 1]
    sequences[0].data.forEach((x, i) => expect(x).toBeCloseTo(expected[i], 12))
    expect(inputs.runs[0]).toEqual({
      runId: 'r',
      label: 'R',
      seed: null,
      steps: [0, 10, 20, 30],
      epochs: [0, 10, 20, 30]
    })
    expect(inputs.rows).toBe(4)
    expect(texts(findings)).toEqual([])
  })

  it('aligns on true steps, reports what it dropped, and takes epochs from their series', () => {
    const run = runOf('r', { a: [1, 2, 4, 8, 9, 7], b: [0, 1, 0, 1, NaN, 3] })
    run.series.b.steps = Float64Array.from([10, 20, 30, 40, 50, 60])
    run.series.epoch = { steps: Float64Array.from([0, 25]), values: Float64Array.from([1, 2]) }
    const { inputs, findings } = buildSequences([run], optionsOf({ statesMax: 1 }))
    expect(inputs.runs[0].steps).toEqual([10, 20, 30, 40])
    expect(inputs.runs[0].epochs).toEqual([1, 1, 2, 2])
    expect(texts(findings)).toEqual([
      'Run "R": 2 points of 7 dropped because not every feature was recorded there (missing: "a" at 1, "b" at 1).',
      'Run "R": 1 point of 5 dropped because "b" was not a finite number there.'
    ])
    expect(findings[0].severity).toBe('info')
    expect(findings[1]).toMatchObject({ severity: 'warning', runId: 'r', feature: 'b' })
  })

  it('warns where most of a run is dropped', () => {
    const run = runOf('r', { a: [1, 2, 4, 8, 9], b: [0, 1, 0, 2, 3] })
    run.series.b.steps = Float64Array.from([0, 10, 20, 31, 41])
    const severity = () =>
      buildSequences([run], optionsOf({ statesMax: 1 })).findings.find(({ text }) => text.includes('dropped'))?.severity
    expect(severity()).toBe('warning')
    run.series.b.steps = Float64Array.from([0, 10, 20, 30, 41])
    expect(severity()).toBe('info')
  })

  it('leaves out runs without a feature or without points, naming them', () => {
    const runs = [
      runOf('ok', { a: [1, 2, 5, 3, 4], b: [1, 0, 1, 2, 2] }),
      runOf('lacks', { a: [1, 2] }),
      runOf('broken', { a: [NaN, NaN], b: [1, 2] }),
      runOf('short', { a: [1], b: [1] })
    ]
    const options = optionsOf({ statesMax: 1, runIds: ['ok', 'lacks', 'broken', 'short', 'gone'] })
    const { inputs, findings } = buildSequences(runs, options)
    expect(inputs.runs.map((run) => run.runId)).toEqual(['ok'])
    expect(texts(findings)).toEqual([
      'Run "LACKS" was left out: it has no "b".',
      'Run "BROKEN": 2 points of 2 dropped because "a" was not a finite number there.',
      'Run "BROKEN" was left out: it has no usable point.',
      'Run "SHORT" was left out: it has only one usable point.',
      'Run "gone" was left out: it was not found.'
    ])
  })

  it('sets a feature that is constant in one run to 0 and leaves out one that never changes', () => {
    const runs = [
      runOf('r', { a: [1, 2, 3, 4], b: [0.1, 0.1, 0.1, 0.1], c: [5, 5, 5, 5] }),
      runOf('s', { a: [4, 2, 3, 4], b: [1, 2, 3, 9], c: [5, 5, 5, 5] })
    ]
    const built = buildSequences(runs, optionsOf({ features: ['a', 'b', 'c'], statesMax: 1 }))
    expect(built.inputs.features).toEqual(['a', 'b'])
    expect([1, 3, 5, 7].map((p) => built.sequences[0].data[p])).toEqual([0, 0, 0, 0])
    expect(built.inputs.scaling[0][1].std).toBe(0)
    expect(texts(built.findings)).toEqual([
      '"c" was left out: it never changes.',
      'Run "R": "b" never changes and was set to 0.'
    ])
  })

  it('scales over all runs or not at all', () => {
    const runs = [runOf('r', { a: [0, 0] }), runOf('s', { a: [2, 2] })]
    const all = buildSequences(runs, optionsOf({ features: ['a'], zscore: 'all', statesMax: 1 }))
    expect(all.sequences.map((sequence) => Array.from(sequence.data))).toEqual([
      [-1, -1],
      [1, 1]
    ])
    const none = buildSequences(runs, optionsOf({ features: ['a'], zscore: 'none', statesMax: 1 }))
    expect(none.sequences.map((sequence) => Array.from(sequence.data))).toEqual([
      [0, 0],
      [2, 2]
    ])
  })

  it('warns when the points are few for the parameters', () => {
    const run = runOf('r', { a: [1, 2, 3, 5], b: [0, 2, 0, 4] })
    expect(texts(buildSequences([run], optionsOf({ statesMax: 3 })).findings)).toEqual([
      '4 points of 2 features are few for 3 states with diag covariances (20 parameters). ' +
        'Use more runs, fewer features or fewer states.'
    ])
  })

  it('warns of runs with under 20 points, which no other alignment would bring more of', () => {
    const series = (rows: number) => {
      const values = Array.from({ length: rows }, (_, t) => Math.sin(t))
      return { a: values, b: values.map((value) => value * value) }
    }
    const said = (...rows: number[]) =>
      buildSequences(
        rows.map((count, r) => runOf(`r${r}`, series(count))),
        optionsOf()
      ).findings.filter(({ text }) => short.test(text))
    expect(said(20, 40)).toEqual([])
    expect(said(19, 40)).toEqual([
      {
        severity: 'warning',
        runId: 'r0',
        text: 'Run "R0" has 19 points: phases of so few are hardly told from chance. Record more often.'
      }
    ])
    expect(said(19, 12, 40)[0].text).toContain('2 of 3 runs have under 20 points, "R0" 19 points:')
  })

  it('throws in words when nothing is left', () => {
    expect(() => buildSequences([runOf('r', { a: [1, 2] })], optionsOf())).toThrow(
      'No run can be analysed. Run "R" was left out: it has no "b".'
    )
    expect(() => buildSequences([runOf('r', { a: [1, 1], b: [2, 2] })], optionsOf())).toThrow(
      'No feature changes, so there is nothing to tell phases by.'
    )
    expect(() => buildSequences([], optionsOf({ features: [] }))).toThrow('Choose at least one feature.')
  })

  it('prepares a new run for a fitted model', () => {
    const runs = [runOf('r', { a: [0, 2, 4], b: [1, 2, 1] }), runOf('new', { a: [10, 20, 30], b: [1, 1, 1] })]
    const { inputs } = buildSequences([runs[0]], optionsOf({ statesMax: 1 }))
    const made = buildSequenceForModel(runs[1], inputs, { zscore: 'run' })
    expect(made.sequence.data[0]).toBeCloseTo(-Math.sqrt(1.5), 12)
    expect([1, 3, 5].map((p) => made.sequence.data[p])).toEqual([0, 0, 0])
    expect(made.run.steps).toEqual([0, 10, 20])
  })
})
