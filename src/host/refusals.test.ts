import { expect, it } from 'vitest'
import { Refusals } from './refusals'

function guesses(count: number) {
  const clock = { ms: 1_000_000 }
  const slow: number[] = []
  const refusals = new Refusals(
    () => void slow.push(clock.ms),
    () => clock.ms
  )
  const outcome = { refused: 0, tooMany: 0 }
  const guess = (): void =>
    refusals.add(
      () => void outcome.refused++,
      () => void outcome.tooMany++
    )
  for (let i = 0; i < count; i++) guess()
  return { refusals, outcome, clock, slow, guess }
}

it('refuses a few at once, lets a few wait, and turns the rest away', () => {
  const { refusals, outcome, slow } = guesses(100)
  expect(outcome).toEqual({ refused: 5, tooMany: 79 })
  expect(slow).toHaveLength(1)
  refusals.close()
  expect(outcome).toEqual({ refused: 21, tooMany: 79 })
})

it('takes longer each time, up to a second', () => {
  const { refusals, guess } = guesses(5)
  const delays = Array.from({ length: 8 }, () => {
    guess()
    return refusals.delayMs()
  })
  expect(delays).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000])
  refusals.close()
})

it('forgets after a minute of peace', () => {
  const { refusals, outcome, clock, guess } = guesses(5)
  clock.ms += 60_001
  guess()
  expect(outcome).toEqual({ refused: 6, tooMany: 0 })
  expect(refusals.delayMs()).toBe(0)
})

it('answers what waits when its time has come', async () => {
  const { outcome } = guesses(6)
  expect(outcome.refused).toBe(5)
  await expect.poll(() => outcome.refused).toBe(6)
})
