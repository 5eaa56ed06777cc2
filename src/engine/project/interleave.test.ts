/**
 * Requests that come in the middle of others: open, close, switch, start, cancel, remove, refit, rename, at every await. The
 * long form is `npm run trials -- interleave --long`.
 */
import { expect, it, vi } from 'vitest'
import { interleave } from '../testing/interleaving'

vi.mock('node:fs/promises', async (original) => {
  const { gatedFiles } = await import('../testing/scheduler')
  return gatedFiles(await original())
})

const first = Number(process.env.PHASESCOPE_INTERLEAVE_SEED ?? 1)
const count = Number(process.env.PHASESCOPE_INTERLEAVE_COUNT ?? 24)

it.each([154, 217])('the script of seed %i, which once fell, holds', async (seed) => {
  expect((await interleave(seed)).wrong).toEqual([])
})

it(`scripts of seeds ${first} to ${first + count - 1} leave everything as it was asked for`, async () => {
  const fell: string[] = []
  let requests = 0
  let steps = 0
  for (let seed = first; seed < first + count; seed++) {
    const played = await interleave(seed).catch((error: Error) => ({
      wrong: [error.stack ?? error.message],
      requests: 0,
      steps: 0
    }))
    requests += played.requests
    steps += played.steps
    fell.push(...played.wrong.map((sentence) => `seed ${seed}: ${sentence}`))
  }
  console.log(
    `interleave: seeds ${first} to ${first + count - 1}, ${requests} requests, ${steps} steps, ${fell.length} wrong`
  )
  expect(fell).toEqual([])
}, 1_800_000)
