import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import type { Reading, Severity } from '../../domain/reading'
import { compareRuns } from '../across/compare'
import { analyse, goldenSeries, optionsOf, PAPER_FEATURES, runOf } from '../testing/builders'
import { mapFigure } from './figures'
import { reportFiles } from './page'

/** Every element is closed, and no attribute holds NaN: a browser would show an error instead of the figure. */
function wellFormed(svg: string): void {
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  const open: string[] = []
  for (const [, end, name, self] of svg.matchAll(/<(\/?)([a-z]+)(?:\s+[a-zA-Z-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end) expect(open.pop()).toBe(name)
    else if (!self) open.push(name)
  }
  expect(open).toEqual([])
  expect(svg.match(/</g)!.length).toBe([...svg.matchAll(/<\/?[a-z]+[^<>]*>/g)].length)
}

it('has every name whole on its map, also where many states leave no room under them', () => {
  const analysis = analyse(
    [runOf('a', { x: [1, 2, 1, 2], y: [2, 1, 2, 1] })],
    optionsOf({ features: ['x', 'y'], statesMin: 2, statesMax: 2 })
  )
  const [fit] = analysis.fits
  const many = Array.from({ length: 14 }, (_, k) => ({
    ...fit.stateSummaries[0],
    index: k,
    number: k + 1,
    color: k + 1,
    name: `Plateau, loss ${0.4 - k / 50} to 0.1`
  }))
  const map = mapFigure({ ...fit, stateSummaries: many })
  wellFormed(map)
  for (const { number, name } of many) expect(map).toContain(`>S${number} ${name}<`)
})

describe('report', () => {
  const runs = Array.from({ length: 8 }, (_, seed) => goldenSeries('modular_noln', seed))
  const analysis = analyse(runs, optionsOf({ features: PAPER_FEATURES, statesMax: 5, restarts: 3, folds: 4 }))
  const across = compareRuns(analysis, analysis.chosenStates, runs, {
    metric: 'accuracy/val',
    threshold: 0.9,
    direction: 'above'
  })

  it('says what is wrong with the runs, and how many have no alarm', () => {
    const reading = (severity: Severity): Reading => ({
      rule: 'dead-units',
      severity,
      hooks: ['fc1'],
      since: 0,
      text: `All units | of fc1 are ${severity}.`,
      remedy: '',
      change: null,
      evidence: []
    })
    const readings = [
      { label: 'seed 0', readings: [reading('problem'), reading('note')] },
      { label: 'seed 1', readings: [reading('note')] },
      { label: 'seed 2', readings: [] }
    ]
    const page = reportFiles({ title: 'Read', analysis, runs, across, commands: [], readings }).get('README.md')!
    expect(page).toContain('Of 3 runs 2 have no alarm.')
    expect(page).toMatch(/\| seed 0 \| problem \| Dead units \| All units .* of fc1 are problem\. \|/)
    expect(page).not.toContain('are note')
    expect(reportFiles({ title: 'None', analysis, runs, across, commands: [] }).get('README.md')).not.toContain(
      '## Readings'
    )
  })

  it('has a page with every table, and figures that browsers can show', () => {
    const files = reportFiles({ title: 'Modular', analysis, runs, across, commands: ['phasescope fit'] })
    expect([...files.keys()].sort()).toEqual(
      ['README.md', 'curves.svg', 'map.svg', 'means.svg', 'paths.svg', 'selection.svg'].sort()
    )
    for (const [name, content] of files) if (name.endsWith('.svg')) wellFormed(content)
    const page = files.get('README.md')!
    for (const name of files.keys()) if (name.endsWith('.svg')) expect(page).toContain(`](${name})`)
    expect(page).toContain(`**K = ${analysis.chosenStates}** by BIC`)
    expect(page).toContain('phasescope fit')
    const fit = analysis.fits.find((candidate) => candidate.states === analysis.chosenStates)!
    for (const state of fit.stateSummaries) expect(page).toContain(`| S${state.number} ${state.name} |`)
    for (const run of analysis.inputs.runs) expect(page).toContain(`| ${run.label} | S`)
    expect(page).toContain('### Detour states')
    expect(page).not.toMatch(/NaN|undefined|\n\n\n/)
  })

  it('works for one state, one run and a name that is no good XML', () => {
    const odd = [{ ...runOf('r', { a: [1, 2, 4], b: [0, 1, 0] }), label: '<a & "b">' }]
    const small = analyse(odd, optionsOf({ statesMax: 1 }))
    const files = reportFiles({ title: 'Small', analysis: small, runs: odd, across: null, commands: [] })
    for (const [name, content] of files) if (name.endsWith('.svg')) wellFormed(content)
    expect(files.get('README.md')).not.toContain('Convergence')
  })

  it('shows names that are Markdown, HTML or commands as what they are', () => {
    const names = [
      '<script>alert(1)</script>',
      '![](https://tracker/x.png)',
      '[x](javascript:alert(1))',
      'a | b\n# c `d` \u001b[2J\u202e'
    ]
    const odd = names.map((label, i) => ({
      ...runOf(`r${i}`, { [names[0]]: [1, 2, 4, 8], [names[3]]: [0, 1, 0, 2] }),
      label
    }))
    const small = analyse(odd, optionsOf({ features: [names[0], names[3]], statesMax: 2, restarts: 2 }))
    for (const fit of small.fits) for (const state of fit.stateSummaries) state.name = names[1]
    const files = reportFiles({
      title: names[2],
      analysis: small,
      runs: odd,
      across: null,
      commands: ['a', '```', names[0]]
    })
    for (const [name, content] of files) if (name.endsWith('.svg')) wellFormed(content)
    const page = files.get('README.md')!
    // eslint-disable-next-line no-control-regex -- a terminal that shows the page would obey them.
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/)
    const html = marked.parse(page, { async: false })
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toMatch(/<script|javascript:alert\(1\)"|<h1>c|href=/)
    for (const [, source] of html.matchAll(/<img[^>]* src="([^"]*)"/g)) expect([...files.keys()]).toContain(source)
  })
})
