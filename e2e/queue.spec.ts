/** Before a run: how long it takes and what is paid for observing. While runs train: all of them on one page, whatever started them. */
import { expect, test } from './app'
import { ask, newProject } from './steps'

const small = { trainSamples: 500, validationSamples: 200, hidden1: 32, hidden2: 32, initScale: 1, weightDecay: 0 }

test('the time is known before the first run, and all experiments train on one page', async ({ app }) => {
  test.setTimeout(240_000)
  const { page } = app
  await newProject(page, 'Queue')
  await page.locator('[data-page="design"]').click()
  // Long enough that its beginning is all that is trained.
  await page.locator('#param-epochs').fill('20000')
  await page.locator('#param-epochs').press('Enter')
  await expect(page.locator('[data-test="estimate"][data-measured="true"]')).toBeVisible({ timeout: 120_000 })
  await expect(page.locator('.cost h3')).toContainText(/^4 runs, about \d/)
  await expect(page.locator('[data-test="hook-cost"]')).toHaveCount(await page.locator('[data-chosen-hook]').count())
  await app.capture('estimate')

  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const start = (name: string, seeds: number[], epochs: number): Promise<unknown> =>
    ask(page, 'training.start', {
      name,
      seeds,
      experiment: 'mnist',
      backend: 'wasm',
      hooks: ['fc1'],
      params: { ...small, epochs },
      record: { ...defaultRecord, activationsEvery: 100 }
    })
  await start('First', [0, 1], 3)
  await page.locator('[data-page="train"]').click()
  const first = page.locator('[data-ended-group]').filter({ hasText: 'First' })
  await expect(first).toContainText('2 runs', { timeout: 60_000 })
  await expect(first).toHaveAttribute('aria-expanded', 'true')
  await start('Second', [0, 1, 2], 5000)
  await start('Third', [0, 1], 5000)
  // Those at work are of one experiment, those that wait of two, and those that have ended of a third.
  await expect(page.locator('[data-run]').filter({ hasText: 'Second' })).toHaveCount(2, { timeout: 60_000 })
  await expect(page.locator('[data-waiting]')).toHaveText([/Second s2/, /Third s0/, /Third s1/])
  await expect(page.locator('[data-test="under-way"]')).toContainText('of 5 runs, 2 at work')
  await expect(first).toBeVisible()
  await app.capture('queue')
  await page.locator('[data-waiting]').filter({ hasText: 'Third s1' }).click()
  await expect(page.getByText('Waiting for a free core.')).toBeVisible()
})
