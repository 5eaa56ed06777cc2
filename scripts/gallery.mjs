/**
 * `npm run gallery [-- --seeds N] [--only NAME,NAME] [--page]`: trains every network of the gallery, broken in one known way or healthy, and
 * says which readings lead. Ends with exit code 1 where one is wrong. All of it takes about four minutes a seed on two cores.
 * `--page` writes the sections of docs/diagnosis.md, and a picture of each rule that speaks.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { bundle } from './lib/bundle.mjs'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1' }, only: { type: 'string' }, page: { type: 'boolean' } }
})
const programs = await bundle('gallery', {
  gallery: 'src/diagnosis/testing/gallery.ts',
  exhibit: 'src/diagnosis/testing/exhibit.ts',
  page: 'src/diagnosis/testing/page.ts'
})
const { gallery } = await import(programs.gallery)
const { exhibited, faultOf } = await import(programs.exhibit)
const { pictureOf, rulesAsMarkdown } = await import(programs.page)
const [document, pictures] = ['docs/diagnosis.md', 'docs/images/diagnosis']
const only = values.only?.split(',')

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
