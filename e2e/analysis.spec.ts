/** The sides of an analysis beyond the linked views: models and restarts, the runs together, runs never seen. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, root, test } from './app'

test('an analysis can be trusted and compared: restarts, convergence, detours, distances', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()

  // Posterior under the curves, three readings of it.
  await expect(page.locator('[data-test="posterior"] canvas')).toBeVisible()
  await page.locator('[data-test="posterior"]').hover()
  await page.locator('[data-test="probability"]').click()
  await page.getByText('Log-likelihood per point', { exact: true }).click()
  await app.capture('analysis-likelihood')

  // The heatmap explains itself, in place.
  const heatmap = page.locator('[data-test="heatmap"]')
  await heatmap.getByRole('application').focus()
  await page.keyboard.press('ArrowRight')
  await expect(heatmap).toContainText(/mean −?\d.*σ \d.*zeros [<\d].*above [<\d].*below [<\d]/)
  await expect(heatmap.getByRole('status')).toHaveText(/standard deviation .+% zeros, .+% above, .+% below$/)
  await page.keyboard.press('+')
  const all = page.locator('[data-test="heatmap-all-values"]')
  await expect(all).toHaveText('−2.8 to 6.8')
  await page.keyboard.press('0')
  await expect(all).toHaveCount(0)
  await page.locator('[data-test="heatmap-help"]').click()
  const guide = page.locator('[data-test="heatmap-guide"]')
  await expect(guide).toContainText('the share of a column outside of −4 to 8')
  await expect(guide.locator('[data-guide="change"]')).toContainText(/Clear from epoch [\d.]+ on: 20% of the values/)
  await page.locator('[data-test="heatmap-help"]').click()
  const beside = page.locator('[data-test="mean-histograms"]')
  await page.locator('[data-test="heatmap-beside"]').click()
  await expect(beside).toHaveAttribute('data-groups', '1')
  await expect(page.locator('[data-test="beside-classes"]')).toBeDisabled()
  await page.locator('[data-test="beside-states"]').click()
  await expect(beside).toHaveAttribute('aria-label', /S1 Learning, \d+ columns.+S2 Generalising, \d+ columns/)
  await app.capture('analysis-heatmap')
  await page.locator('[data-test="heatmap-beside"]').click()
  await expect(beside).toHaveCount(0)

  await page.locator('[data-state-row="1"]').click()
  await expect(page.locator('[data-test="inspector"]')).toContainText('Rule for the name')
  await app.capture('analysis-state-rule')

  await expect(page.locator('[data-test="trust"]')).toContainText('Two phases.')
  await page.locator('[data-test="side-models"]').click()
  await expect(page.locator('[data-test="verdict"]')).toContainText('also explained by runs that drift without phases')
  const board = page.locator('[data-test="leaderboard"]')
  await expect(board.locator('tbody tr')).toHaveCount(24)
  await expect(board.locator('tbody tr.chosen')).toHaveCount(1)
  await app.capture('models')
  // Another restart comes into use, and the states keep their numbers.
  await board.getByRole('button', { name: 'Use' }).first().click()
  await expect(board.locator('tbody tr').nth(1)).toHaveClass(/chosen/)
  await board.locator('tbody tr').first().getByRole('button', { name: 'Use' }).click()
  await expect(board.locator('tbody tr').first()).toHaveClass(/chosen/)
  await page.locator('[data-test="save-report"]').click()
  await expect(page.getByText(/Saved in the project as reports.+README\.md/)).toBeVisible()
  await page.locator('[data-test="all-restarts"]').click()
  await app.capture('models-all')

  await page.locator('[data-test="side-across"]').click()
  await expect(page.locator('[data-test="convergence"] button')).toHaveCount(10)
  await expect(page.locator('[data-test="detours"] tbody tr')).toHaveCount(2)
  await expect(page.locator('[data-test="distances"] canvas')).toBeVisible()
  await expect(page.locator('[data-test="dwell"] circle').first()).toBeVisible()
  await app.capture('across')
  await page.locator('#convergence-threshold').fill('0.85')
  await expect(page.locator('[data-test="regression"] tbody tr').first()).toBeVisible()
  await page.locator('[data-test="wasserstein"]').click()
  await app.capture('across-regression')
})

test('a run in training shows its state as it comes, and the ribbon shows runs the model has not seen', async ({
  app
}) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()
  await page.locator('[data-page="design"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'MNIST' }).click()
  await expect(page.locator('[data-hook="fc1"]')).toBeVisible()
  await page.locator('#param-trainSamples').fill('600')
  await page.locator('#param-epochs').fill('30')
  await page.locator('#seeds').fill('11')
  await page.locator('#rec-metrics').fill('1')
  await page.locator('[data-test="start-runs"]').click()
  await expect(page.locator('[data-test="phase-now"]')).toContainText('State at epoch', { timeout: 60_000 })
  await app.capture('train-phase')
  await page.locator('[data-test="phase-now"] button').click()
  await expect(page.locator('[data-test="ribbon"]')).toBeVisible()
  await expect(page.getByText('1 unseen run')).toBeVisible()
  await expect(page.locator('[data-test="posterior"] canvas')).toBeVisible()
  await app.capture('analysis-unseen')
})

test('a fit can be cancelled, and what is on screen stays', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle')).toHaveCount(2)
  await page.locator('[data-test="open-fit"]').click()
  await page.locator('#fit-max').fill('8')
  await page.locator('#fit-restarts').fill('200')
  await page.locator('#fit-iterations').fill('5000')
  await page.locator('[data-test="start-fit"]').click()
  const cancel = page.locator('[data-test="cancel-fit"]')
  await expect(cancel).toContainText(/Cancel, [1-9]\d* of/)
  await cancel.click()
  await expect(page.locator('[data-test="open-fit"]')).toBeVisible()
  await expect(page.locator('.handle')).toHaveCount(2)
  // Nothing is left at work: another fit goes through at once, and its states keep their numbers.
  await page.locator('[data-test="open-fit"]').click()
  await page.locator('#fit-min').fill('4')
  await page.locator('#fit-max').fill('4')
  await page.locator('#fit-restarts').fill('2')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('.handle')).toHaveCount(4)
  await expect(page.locator('[data-test="inspector"]')).toContainText('keep their numbers')
})

test('a name that is being typed when a fit ends goes to the analysis it was typed in', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await page.locator('[data-state-row="1"]').click()
  const field = page.getByLabel('Name of the state')
  const before = await field.inputValue()
  await field.fill('Not this')
  await field.press('Escape')
  await expect(field).toHaveValue(before)

  // Long enough to type a name meanwhile, also where the page is slower than the fit.
  await page.locator('[data-test="open-fit"]').click()
  await page.locator('#fit-restarts').fill('200')
  await page.locator('#fit-max').fill('8')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('[data-test="cancel-fit"]')).toBeVisible()
  await field.fill('Half typed')
  // The new analysis is shown, without a selected state.
  await expect(field).toHaveCount(0, { timeout: 120_000 })
  const analyses = join(app.projects, '..', 'user', 'sample', 'analyses')
  const renamed = (): string[] =>
    readdirSync(analyses).filter((id) =>
      readFileSync(join(analyses, id, 'analysis.json'), 'utf8').includes('Half typed')
    )
  const [first] = readdirSync(join(root, 'resources', 'sample', 'analyses'))
  await expect.poll(renamed).toEqual([first])
  expect(readFileSync(join(analyses, first, 'analysis.json'), 'utf8')).not.toContain('Not this')
})
