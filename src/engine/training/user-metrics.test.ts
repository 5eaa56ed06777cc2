/** The user's own metric functions: only after somebody trusts them, never able to harm a run, errors said by name. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testEngine, trainingRequest } from '../testing/engines'

const good = `
/** Share of evaluated examples that are called class 0. */
export function zeros({ validation }) {
  return validation.predictions.filter((p) => p === 0).length / validation.predictions.length
}
export default {
  gap: ({ scalars }) => scalars['loss/val'] - scalars['loss/train'],
  largest: ({ parameters }) => Math.max(...parameters.find(({ name }) => name === 'fc1.W').values),
  meddling: ({ parameters }) => { parameters[0].values.fill(0); return 1 },
  failing: ({ step }) => { throw new TypeError('no luck at ' + step) },
  text: () => 'seven'
}
`

async function trained(text: string, trust: boolean) {
  const { engine, home } = testEngine()
  const folder = join(home, 'project')
  const session = await engine.openOrCreateFolder(folder, 'test')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'metrics.js'), text)
  const own = (await engine.call('metrics.own', {}))!
  expect(own).toMatchObject({ text, trusted: false })
  if (trust) await engine.call('metrics.trust', { hash: own.hash })
  const [id] = await engine.training.start(session, trainingRequest())
  await engine.training.finished(id)
  expect(session.run(id).status).toBe('done')
  const { scalars } = await engine.call('runs.tags', { runIds: [id] })
  const logs = await engine.call('app.logs', {})
  const warnings = logs.filter(({ level }) => level === 'warning').map((entry) => entry.text)
  return { engine, folder, id, tags: scalars.filter((tag) => tag.startsWith('user/')), warnings }
}

it('are not used before somebody trusts them, and never after their text has changed', async () => {
  const { engine, folder, tags, warnings } = await trained(good, false)
  expect(tags).toEqual([])
  expect(warnings).toEqual(['The metric functions of this project are not used: nobody has trusted them yet.'])
  const { hash } = (await engine.call('metrics.own', {}))!
  writeFileSync(join(folder, 'metrics.js'), `${good}\n// more`)
  await expect(engine.call('metrics.trust', { hash })).rejects.toThrow('metrics.js has changed meanwhile.')
  const changed = (await engine.call('metrics.own', {}))!
  await engine.call('metrics.trust', { hash: changed.hash })
  expect(await engine.call('metrics.own', {})).toMatchObject({ trusted: true })
  writeFileSync(join(folder, 'metrics.js'), good)
  expect(await engine.call('metrics.own', {})).toMatchObject({ trusted: false })
})

it('are recorded at every point; what fails is named once and the others go on; nothing of the run changes', async () => {
  const { engine, id, tags, warnings } = await trained(good, true)
  expect(tags).toEqual(['user/gap', 'user/largest', 'user/meddling', 'user/zeros'])
  expect(warnings).toEqual([
    'The function failing of metrics.js threw TypeError: no luck at 0 (step 0).',
    'The function text of metrics.js gave string instead of a number (step 0).'
  ])
  const series = await engine.call('runs.series', {
    runIds: [id],
    tags: ['user/gap', 'loss/val', 'loss/train'],
    mostPoints: 100
  })
  const [gap, validation, training] = ['user/gap', 'loss/val', 'loss/train'].map(
    (tag) => series.find((one) => one.tag === tag)!.values
  )
  expect(gap.length).toBe(4)
  gap.forEach((value, i) => expect(value).toBeCloseTo(validation[i] - training[i], 4))
  const plain = await trained('export const nothing = () => 0', false)
  const [own] = await plain.engine.call('runs.series', { runIds: [plain.id], tags: ['loss/val'], mostPoints: 100 })
  expect([...own.values]).toEqual([...validation])
})

it.each([
  ['that cannot be read', 'export const a = (', /^metrics\.js cannot be used: .* \(step 0\)\.$/],
  ['without a function', 'export const a = 1', /^metrics\.js cannot be used: it exports no function \(step 0\)\.$/],
  [
    'that ends its thread',
    'export const a = () => process.exit(3)',
    /^metrics\.js ended its thread with code 3 \(step 0\)\.$/
  ],
  [
    'that never comes back',
    'export const a = () => { for (;;); }',
    /^metrics\.js took longer than 10 s for one point \(step 0\)\.$/
  ]
])(
  'a file %s does not hold up a run',
  async (_what, text, message) => {
    const { tags, warnings } = await trained(text, true)
    expect(tags).toEqual([])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(message)
  },
  30_000
)

it('that import what could change behind their back are refused, by line', async () => {
  const { engine, home } = testEngine()
  const folder = join(home, 'project')
  await engine.openOrCreateFolder(folder, 'test')
  const cases: [string, RegExp | null][] = [
    ["import { a } from './other.js'\nexport const b = () => a", /imports "\.\/other\.js" in line 1/],
    ["// text\nexport * from 'file:///tmp/x.mjs'", /imports "file:\/\/\/tmp\/x\.mjs" in line 2/],
    ["export const a = async () => (await import('fs' + '')).x", /imports something while it runs in line 1/],
    ["import data from 'data:text/javascript,export default 1'\nexport const a = () => data", /imports "data:/],
    ["import { sep } from 'node:path'\nexport const a = () => sep.length", null]
  ]
  for (const [text, problem] of cases) {
    writeFileSync(join(folder, 'metrics.js'), text)
    const own = (await engine.call('metrics.own', {}))!
    if (problem === null) {
      expect(own.problem).toBeNull()
      await engine.call('metrics.trust', { hash: own.hash })
    } else {
      expect(own.problem).toMatch(problem)
      await expect(engine.call('metrics.trust', { hash: own.hash })).rejects.toThrow(problem)
    }
  }
})

it('are trusted in the folder that somebody has looked at, and in no other, nor in one that is not trusted itself', async () => {
  const { engine, home } = testEngine()
  for (const name of ['one', 'two']) {
    await engine.openOrCreateFolder(join(home, name), name)
    writeFileSync(join(home, name, 'metrics.js'), good)
  }
  await engine.openFolder(join(home, 'one'))
  const { hash } = (await engine.call('metrics.own', {}))!
  await engine.call('metrics.trust', { hash })
  expect(await engine.call('metrics.own', {})).toMatchObject({ trusted: true })
  await engine.openFolder(join(home, 'two'))
  expect(await engine.call('metrics.own', {})).toMatchObject({ trusted: false })
  await engine.call('project.trust', { trusted: false })
  await expect(engine.call('metrics.trust', { hash })).rejects.toMatchObject({ code: 'untrusted' })
})
