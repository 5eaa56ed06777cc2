/** The training engine at work: the queue, runs that go on and fork, learning rates side by side, twin peaks. */
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { ask, newProject } from './steps'

const small = { model: 'mlp', epochs: 6, trainSamples: 320, validationSamples: 100, batchSize: 32, evalSamples: 100 }

interface StartOptions {
  name: string
  seeds: number[]
  params?: object
  record?: object
  rates?: number[]
}

async function start(page: Page, { name, seeds, params = {}, record = {}, ...rest }: StartOptions): Promise<string[]> {
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const { runIds } = await ask<{ runIds: string[] }>(page, 'training.start', {
    name,
    seeds,
    experiment: 'mnist',
    backend: 'wasm',
    hooks: ['fc1', 'fc2', 'fc3'],
    params: { ...small, ...params },
    record: { ...defaultRecord, metricsUnit: 'step', metricsEvery: 5, checkpointEvery: 2, ...record },
    ...rest
  })
  return runIds
}

test('the queue is reordered, by keyboard too, and waits after the application was closed', async ({ app }) => {
  const { page } = app
  await newProject(page, 'A queue')
  const { cores } = await ask<{ cores: number }>(page, 'app.info', {})
  const seeds = Array.from({ length: cores + 4 }, (_, i) => i)
  const runIds = await start(page, { name: 'A long experiment with a long name', seeds, params: { epochs: 4000 } })
  await page.locator('[data-page="train"]').click()
  const rows = page.locator('[data-waiting]')
  await expect(rows.first()).toBeVisible()
  const order = (): Promise<(string | null)[]> =>
    rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-waiting')))
  await expect.poll(async () => (await order()).length).toBeLessThan(runIds.length)
  const before = await order()
  const last = before.at(-1)!

  await page.locator(`[data-waiting="${last}"]`).hover()
  await page.locator(`[data-waiting="${last}"] [data-move="first"]`).click()
  await expect.poll(async () => (await order())[0]).toBe(last)
  await app.capture('engine-queue')
  await page.locator(`[data-waiting="${last}"]`).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(order).toEqual([before[0], last, ...before.slice(1, -1)])
  await expect(page.locator(`[data-waiting="${last}"]`)).toBeFocused()
  expect((await ask<{ runIds: string[] }>(page, 'training.order', {})).runIds).toEqual(await order())
  await page.locator(`[data-waiting="${before[0]}"]`).hover()
  await page.locator(`[data-waiting="${before[0]}"]`).getByTitle('Cancel').click()
  await expect(page.locator(`[data-waiting="${before[0]}"]`)).toHaveCount(0)

  await app.reopen()
  await app.page.getByText('A queue').first().click()
  await expect(app.page.locator('tr.run')).toHaveCount(runIds.length)
  await app.page.locator('[data-page="train"]').click()
  const again = app.page.locator('[data-test="queue"]')
  await expect(again.locator('[data-status="paused"]')).toHaveCount(runIds.length - 1)
  await expect(again).toContainText('when the project was last open')
  await expect(app.page.locator('[data-test="resume-run"]')).toBeVisible()
  await app.capture('engine-queue-restored')
  await again.locator('[data-test="resume-waiting"]').click()
  await expect(app.page.locator('[data-test="resume-waiting"]')).toHaveCount(0)
  await expect(app.page.locator('[data-run]').first()).toBeVisible()
})

test('a run is cancelled, continued, and forked with another learning rate', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Forks')
  const [parent] = await start(page, { name: 'Parent', seeds: [0], params: { epochs: 4000 } })
  await page.locator('[data-page="train"]').click()
  const checkpoints = async (): Promise<number[]> =>
    (await ask<{ steps: number[] }>(page, 'runs.checkpoints', { runId: parent })).steps
  await expect.poll(async () => (await checkpoints()).length).toBeGreaterThan(1)
  await page.getByLabel('Cancel Parent').click()
  await expect(page.locator('[data-test="continue-run"]')).toBeVisible()
  await app.capture('engine-cancelled')
  await page.locator('[data-test="train-again"]').click()
  await expect(page.getByText('stays as an earlier attempt')).toBeVisible()
  await page.locator('.n-modal').getByRole('button', { name: 'Cancel' }).click()

  await page.locator('[data-test="fork-run"]').click()
  const dialog = page.locator('[data-test="fork-dialog"]')
  await dialog.locator('#fork-learningRate').fill('-1')
  await expect(dialog.getByRole('alert')).toContainText('rate')
  await expect(dialog.locator('[data-test="start-fork"]')).toBeDisabled()
  await app.capture('engine-fork-wrong')
  await dialog.locator('#fork-learningRate').fill('0.002')
  await dialog.locator('#fork-epochs').fill('1')
  await dialog.locator('[data-test="start-fork"]').click()
  await expect(dialog.getByRole('alert')).toContainText('Give it more epochs')
  await dialog.locator('#fork-epochs').fill('4000')
  await dialog.locator('#fork-name').fill('A faster one')
  await app.capture('engine-fork')
  const from = (await checkpoints()).at(-1)!
  await dialog.locator('[data-test="start-fork"]').click()
  await expect(page.locator('[data-test="parent"]')).toContainText('goes on from step')
  await expect(page.locator('[data-test="parent"]')).toContainText('Parent')
  const runs = await ask<{ name: string; spec: { params: object; parent: object } }[]>(page, 'runs.list', {})
  const fork = runs.find(({ name }) => name === 'A faster one')!
  expect(fork.spec.parent).toEqual({ runId: parent, step: from })
  expect(fork.spec.params).toMatchObject({ learningRate: 0.002, batchSize: 32 })
  await app.capture('engine-forked')
  await page.locator('[data-test="parent"] .link').click()
  await page.locator('[data-test="continue-run"]').click()
  await expect(page.locator('[data-test="continue-run"]')).toHaveCount(0)
})

test('learning rates are compared side by side, each with its verdict', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Rates')
  const rates = [1e-5, 1e-3, 1e-2, 1, 10]
  const params = { initScale: 1, optimizer: 'sgd', momentum: 0.9, weightDecay: 0, epochs: 12, hidden1: 64, hidden2: 32 }
  const runIds = await start(page, { name: 'SGD', seeds: [0], rates, params })
  expect(runIds).toHaveLength(rates.length)
  await page.locator('[data-page="train"]').click()
  await page.getByRole('tab', { name: 'Learning rates' }).click()
  await expect(page.locator('[data-rate]')).toHaveCount(rates.length)
  expect(await page.locator('[data-rate]').evaluateAll((all) => all.map((one) => Number(one.dataset.rate)))).toEqual(
    rates
  )
  await app.capture('engine-sweep-live')
  await expect(page.locator('[data-rate="0.00001"]')).toHaveAttribute('data-conclusion', 'too-low', { timeout: 60_000 })
  await expect(page.locator('[data-rate="10"]')).toHaveAttribute('data-conclusion', 'too-high', { timeout: 60_000 })
  await expect(page.locator('[data-rate="10"]')).toContainText('the rate is too high')
  await expect(page.locator('[data-conclusion="best"]')).toHaveCount(1)
  await page.locator('[data-test="sweep"] canvas').nth(3).hover()
  await app.capture('engine-sweep')
  await page.getByRole('tab', { name: 'Loss and accuracy' }).click()
  await expect(page.locator('[data-test="live-curves"]')).toBeVisible()
  await app.capture('engine-sweep-run')
})

test('twin peaks of a hook point are followed through the epochs', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Peaks')
  await start(page, {
    name: 'Twins',
    seeds: [0],
    params: { epochs: 5, initScale: 1 },
    record: { perClass: true, activationsEvery: 1 }
  })
  await page.locator('[data-page="train"]').click()
  await expect(page.locator('.run-name', { hasText: 'Twins' }).first()).toBeVisible()
  // What is shown unasked are activations, not the gradients that come before them in the alphabet.
  await expect(page.locator('[data-tag]')).toHaveAttribute('data-tag', 'activations/fc1')
  await page.locator('[data-test="activations-view"]').getByText('Twin peaks').click()
  const peaks = page.locator('[data-test="twin-peaks"]')
  await expect(peaks).toHaveAttribute('data-epoch', '5', { timeout: 60_000 })
  await expect(peaks.locator('[data-curves="2"]')).toBeVisible()
  await expect(peaks).toContainText('zeros')
  await app.capture('engine-twin-peaks')
  await peaks.locator('[data-test="twin-epoch"]').focus()
  await page.keyboard.press('Home')
  await expect(peaks).toHaveAttribute('data-epoch', '1')
  await peaks.getByLabel('Play through the epochs').click()
  await expect(peaks).toHaveAttribute('data-epoch', '5')
  await page.locator('[data-test="activations-view"]').getByText('Over time').click()
  await page.locator('.hooks').click()
  await expect(page.locator('.n-base-select-group-header', { hasText: 'By class' })).toBeVisible()
  await app.capture('engine-tags')
  await page.locator('.n-base-select-option', { hasText: 'fc1, class 3' }).click()
  await expect(page.locator('[data-tag]')).toHaveAttribute('data-tag', 'activations/fc1/class/3')
  await app.capture('engine-class')
})
