/** What is wrong with a run is said in words: while it trains, at its head, in the table, and its button does what is advised. */
import { expect, test } from './app'
import { ask, newProject } from './steps'

const small = { trainSamples: 500, validationSamples: 200, hidden1: 32, hidden2: 32, initScale: 1, weightDecay: 0 }

test('a run that diverges leads with the cause, its number and a better try', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await newProject(page, 'Readings')
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const common = { seeds: [0], experiment: 'mnist', backend: 'wasm', hooks: ['fc1', 'fc2', 'fc3'] }
  const record = { ...defaultRecord, pauseOnNonFinite: false }
  await ask(page, 'training.start', {
    ...common,
    name: 'wild',
    params: { ...small, optimizer: 'sgd', learningRate: 10, epochs: 12 },
    record
  })
  await page.locator('[data-page="train"]').click()
  const lead = page.locator('[data-test="reading"]').first()
  await expect(page.locator('[data-status="done"], [data-status="failed"]').first()).toBeVisible({ timeout: 60_000 })
  await expect(lead).toHaveAttribute('data-rule', 'diverged', { timeout: 20_000 })
  await expect(lead).toContainText('Lower the learning rate from 10; try 1.')
  await expect(lead.locator('[data-test="evidence"]').first()).toContainText('loss/train')
  await app.capture('readings')

  // What the rule is made of can be read and changed, for this project.
  await lead.locator('[data-test="explain-rule"]').click()
  const rules = page.locator('[data-test="rules"]')
  await expect(rules).toContainText('1.5 times what it was at the start')
  await rules.locator('[data-of-rule="dead-units"]').click()
  const share = rules.getByLabel('Share of dead units from which the rule speaks')
  await share.fill('1')
  await share.press('Enter')
  await expect(rules.locator('[data-test="usual-threshold"]')).toHaveText('Usual: 0.5')
  await app.capture('readings-rules')
  await rules.locator('[data-test="usual-threshold"]').click()
  await expect(rules.locator('[data-test="usual-threshold"]')).toHaveCount(0)
  await page.keyboard.press('Escape')

  await lead.locator('[data-test="try-change"]').click()
  await expect
    .poll(async () =>
      (await ask<{ spec: { params: { learningRate: number } } }[]>(page, 'runs.list', {})).map(
        ({ spec }) => spec.params.learningRate
      )
    )
    .toEqual([10, 1])

  await page.locator('[data-page="runs"]').click()
  await expect(page.getByRole('row').filter({ hasText: 'The loss diverged' }).first()).toContainText('wild', {
    timeout: 20_000
  })
  await expect(page.locator('[data-status="done"] [data-test="lead"]').first()).toBeVisible()
  await app.capture('readings-table')
})
