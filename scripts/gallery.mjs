/**
 * `npm run gallery [-- --seeds N] [--only NAME,NAME]`: trains every network of the gallery, broken in one known way or healthy, and
 * says which readings lead. Ends with exit code 1 where one is wrong. All of it takes about four minutes a seed on two cores.
 */
import { parseArgs } from 'node:util'
import { bundle } from './lib/bundle.mjs'

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1' }, only: { type: 'string' } } })
const programs = await bundle('gallery', {
  gallery: 'src/diagnosis/testing/gallery.ts',
  exhibit: 'src/diagnosis/testing/exhibit.ts'
})
const { gallery } = await import(programs.gallery)
const { exhibited, faultOf } = await import(programs.exhibit)
const only = values.only?.split(',')

let wrong = 0
console.log('| network | broken | must lead | leads | right | seconds |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const exhibit of gallery) {
  if (only && !only.includes(exhibit.name)) continue
  const [led, faults] = [new Set(), []]
  const began = Date.now()
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { readings } = await exhibited(exhibit, seed)
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
process.exit(wrong > 0 ? 1 : 0)
