/** A slice of the gallery, trained for real: `npm run gallery` has all of it, with several seeds. */
import { describe, expect, it } from 'vitest'
import { exhibited, faultOf } from './testing/exhibit'
import { gallery } from './testing/gallery'

const slice = ['two classes', 'one in five', 'regression', 'born dead', 'rate far too high', 'rate too low', 'leak']
const broken = gallery.filter(({ leads }) => leads.length > 0)

it('has twenty broken networks and ten healthy ones at least', () => {
  expect(broken.length).toBeGreaterThanOrEqual(20)
  expect(gallery.length - broken.length).toBeGreaterThanOrEqual(10)
})

describe('of a network that is trained for real, the reading leads that has to', () => {
  it.each(gallery.filter(({ name }) => slice.includes(name)))('$name', async (exhibit) => {
    const { readings } = await exhibited(exhibit, 1)
    expect(faultOf(exhibit, readings)).toBeNull()
  })
})
