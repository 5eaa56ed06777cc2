/** A slice of the gallery, trained for real: `npm run gallery` has all of it, with several seeds. */
import { describe, expect, it } from 'vitest'
import { diagnose } from './diagnose'
import type { Course, ObservedRun } from './observed'
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

/** A run as it was at a step, while it still trained. */
function cutAt(run: ObservedRun, step: number): ObservedRun {
  const cut = ({ steps, values }: Course): Course => {
    const count = Array.from(steps).filter((one) => one <= step).length
    return { steps: Array.from(steps).slice(0, count), values: Array.from(values).slice(0, count) }
  }
  const { outcomes, watched } = run
  return {
    ...run,
    ended: false,
    watched: watched ? { ...watched, course: cut(watched.course) } : null,
    outcomes: Object.fromEntries(
      Object.entries(outcomes).map(([name, { tag, course }]) => [name, { tag, course: cut(course) }])
    ),
    series: (tag) => {
      const course = run.series(tag)
      return course && cut(course)
    }
  }
}

it('of healthy seeds none is far from the others, and none stands still too early, at any time of its training', async () => {
  const exhibit = gallery.find(({ name }) => name === 'two classes')!
  const runs: ObservedRun[] = []
  for (let seed = 1; seed <= 6; seed++) runs.push((await exhibited(exhibit, seed)).run)
  for (const [own, run] of runs.entries()) {
    for (const share of [0.3, 0.5, 0.7, 0.9, 1]) {
      const at = (one: ObservedRun): ObservedRun => cutAt(one, share * one.totalSteps)
      const others = runs.filter((_, other) => other !== own).map((one) => at(one).outcomes)
      const readings = diagnose({ ...at(run), otherSeeds: () => others })
      expect([own, share, faultOf(exhibit, readings)]).toEqual([own, share, null])
    }
  }
})
