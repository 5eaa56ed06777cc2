/** Runs found by expressions: what is offered, what is wrong and where, metrics and states of the sample. */
import { expect, test } from './app'

test('the filter takes words and expressions, offers what may follow, and says what it cannot read', async ({
  app
}) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()
  await page.locator('[data-page="runs"]').click()
  const filter = page.getByLabel('Filter runs')
  const rows = page.locator('tbody tr:not(.group)')
  const all = await rows.count()
  expect(all).toBeGreaterThan(9)

  await filter.fill('seed 3')
  await expect(rows).toHaveCount(1)

  // By keyboard alone: a name, an operator, a number.
  await filter.fill('')
  await filter.pressSequentially('see')
  await expect(page.locator('[data-test="filter-options"]')).toContainText('seed')
  await app.capture('filter-offered')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(filter).toHaveValue('seed')
  await filter.pressSequentially(' < 3 and last("acc')
  await expect(page.locator('[data-test="filter-options"]')).toContainText('accuracy/val"')
  await page.keyboard.press('Tab')
  await expect(filter).toHaveValue(/last\("accuracy\/(val|train)"$/)
  await filter.pressSequentially(') > 0')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(3)
  await app.capture('filter-expression')

  await filter.fill('path ~ "1 2" and entered(2) > 0')
  await page.keyboard.press('Enter')
  await expect(rows.first()).toBeVisible()
  await filter.fill('seed = 3')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test="filter-problem"]')).toHaveText('Column 6: "=" is written == here.')
  await app.capture('filter-problem')
  await page.locator('[data-test="filter-problem"]').click()
  expect(await filter.evaluate((input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!))).toBe('=') // prettier-ignore
  await filter.fill('seed == 99')
  await expect(page.getByText('No run matches')).toBeVisible()
  await page.getByLabel('Clear the filter').click()
  await expect(rows).toHaveCount(all)

  // The same chooses the runs of a fit; what cannot be read, or has not been yet, starts none.
  await page.locator('[data-page="analyze"]').click()
  await page.keyboard.press('f')
  await page.locator('.n-modal .n-base-selection').first().click()
  await page.locator('.n-base-select-option', { hasText: 'a filter finds' }).click()
  const inFit = page.getByLabel('Filter runs of the fit')
  const start = page.locator('[data-test="start-fit"]')
  await inFit.fill('seed < 4')
  await expect(page.getByText('of 4 runs')).toBeVisible()
  await expect(start).toBeEnabled()
  await inFit.fill('seed < ')
  await expect(start).toBeDisabled()
  await expect(page.getByText('The filter cannot be read.')).toBeVisible()
})
