/**
 * `npm run gallery [-- --seeds N] [--only NAME,NAME] [--page] [--envelope N]`: trains every network of the gallery, broken in one known way or healthy, and
 * says which readings lead. Ends with exit code 1 where one is wrong. All of it takes about four minutes a seed on two cores.
 * `--envelope N`: what is learned from 20 healthy seeds, tried on N other healthy ones and on broken networks of the same recipe.
 * `--page` writes the sections of docs/diagnosis.md, and a picture of each rule that speaks.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { bundle } from './lib/bundle.mjs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    only: { type: 'string' },
    page: { type: 'boolean' },
    envelope: { type: 'string' }
  }
})
const programs = await bundle('gallery', {
  gallery: 'src/diagnosis/testing/gallery.ts',
  exhibit: 'src/diagnosis/testing/exhibit.ts',
  page: 'src/diagnosis/testing/page.ts',
  envelope: 'src/diagnosis/envelope.ts'
})
const { gallery } = await import(programs.gallery)
const { exhibited, faultOf } = await import(programs.exhibit)
const { envelopeOf, outsideOf } = await import(programs.envelope)
const { pictureOf, rulesAsMarkdown } = await import(programs.page)
const [document, pictures] = ['docs/diagnosis.md', 'docs/images/diagnosis']
const only = values.only?.split(',')

if (values.envelope) {
  await tryEnvelope(Number(values.envelope))
  process.exit(0)
}

let wrong = 0
console.log('| network | broken | must lead | leads | right | seconds |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const exhibit of gallery) {
  if (only && !only.includes(exhibit.name)) continue
  const [led, faults] = [new Set(), []]
  const began = Date.now()
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { run, readings } = await exhibited(exhibit, seed)
    if (values.page && seed === 1) draw(exhibit, run, readings)
    const [lead] = readings.filter(({ severity }) => severity !== 'note')
    led.add(lead ? `${lead.rule} (${lead.severity})` : 'nothing')
    const fault = faultOf(exhibit, readings)
    if (fault) faults.push(`seed ${seed}: ${fault}`)
  }
  wrong += faults.length
  const seconds = ((Date.now() - began) / 1000 / Number(values.seeds)).toFixed(1)
  const right = `${Number(values.seeds) - faults.length} of ${values.seeds}`
  const said = [...led].join(', ') + (faults.length > 0 ? `; ${faults.join('; ')}` : '')
  const must = exhibit.leads.join(' or ') || 'nothing'
  console.log(`| ${exhibit.name} | ${exhibit.broken ?? ''} | ${must} | ${said} | ${right} | ${seconds} |`)
}
if (values.page) {
  const [begin, end] = ['<!-- made by npm run gallery -- --page -->', '<!-- end -->']
  const text = readFileSync(document, 'utf8')
  const made = rulesAsMarkdown((id) => existsSync(`${pictures}/${id}.svg`))
  writeFileSync(
    document,
    `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${made}\n\n${text.slice(text.indexOf(end))}`
  )
}
process.exit(wrong > 0 ? 1 : 0)

/** The first network of which a rule speaks shows it; one that it has to lead in goes before. */
function draw({ name, leads }, run, readings) {
  mkdirSync(pictures, { recursive: true })
  for (const reading of readings) {
    const file = `${pictures}/${reading.rule}.svg`
    if (existsSync(file) && !leads.includes(reading.rule)) continue
    const picture = pictureOf(run, reading, name)
    if (picture) writeFileSync(file, picture)
  }
}

/** Of one recipe: what 20 healthy seeds taught, on healthy seeds that it has not seen, and on broken networks. */
async function tryEnvelope(held) {
  const named = (name) => gallery.find((one) => one.name === name)
  const recorded = async (name, seed) => (await exhibited(named(name), seed)).recorded
  const healthy = []
  for (let seed = 1; seed <= 20; seed++) healthy.push(await recorded('relu', seed))
  const envelope = envelopeOf(healthy)
  console.log(`| network | seeds | outside | of what |`)
  console.log(`| --- | --- | --- | --- |`)
  const sameRecipe = [
    'rate far too high',
    'rate too high',
    'rate too low',
    'rate a little too low',
    'born dead',
    'all zeros'
  ]
  for (const name of [
    'relu',
    ...sameRecipe,
    'weight decay',
    'large inputs',
    'nothing to see',
    'a hole in the data',
    'other pictures'
  ]) {
    const count = name === 'relu' ? held : 5
    const tags = new Map()
    for (let seed = 101; seed < 101 + count; seed++) {
      const found = outsideOf(await recorded(name, seed), envelope)
      if (found) tags.set(found.evidence[0].tag, (tags.get(found.evidence[0].tag) ?? 0) + 1)
    }
    const outside = [...tags.values()].reduce((sum, one) => sum + one, 0)
    console.log(`| ${name} | ${count} | ${outside} | ${[...tags].map(([tag, n]) => `${tag} ${n}`).join(', ')} |`)
  }
}
