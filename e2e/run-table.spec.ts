/** The run table: columns from everything, groups by anything, labels, views that are kept, and the way back from each change. */
import { expect, test } from './app'

test('runs are arranged, labelled and put away, by keyboard too, and everything can be taken back', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()
  await page.locator('[data-page="runs"]').click()
  const rows = page.locator('tr.run')
  await expect(rows).toHaveCount(10)

  // Best first with the first click, also over groups.
  await page.getByRole('columnheader', { name: 'val acc' }).getByRole('button').click()
  const accuracies = await rows.locator('td:nth-child(6)').allTextContents()
  const numbers = accuracies.map(Number)
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a))

  // A column that nobody has offered, sorted by as well.
  await page.locator('[data-test="columns"]').click()
  await page.locator('[data-test="column-search"]').fill('max("loss/val") - last("loss/val")')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  const typed = page.getByRole('columnheader', { name: 'max("loss/val") - last("loss/val")' })
  await typed.getByRole('button').click()
  await expect(typed).toHaveAttribute('aria-sort', 'ascending')
  await expect(rows.first().locator('td').last()).toHaveText(/^\d+\.\d+$/)

  // Groups have what their runs have in common.
  await page.locator('[data-test="group-by"]').click()
  await page.locator('.n-base-select-option', { hasText: 'path of states' }).click()
  const group = page.locator('tr.group').first()
  await expect(group).toContainText('path = ')
  await expect(group).toContainText('±')
  await app.capture('runs-grouped')

  await page.locator('[data-test="saved-views"]').click()
  await page.getByLabel('Name of the view').fill('by path')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.keyboard.press('Escape')
  await page.locator('[data-test="group-by"]').click()
  await page.locator('.n-base-select-option', { hasText: 'nothing' }).click()
  await expect(page.locator('tr.group')).toHaveCount(0)

  // By keyboard: three runs, a star for each, and back.
  await page.getByRole('grid', { name: 'Runs' }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('3 selected')).toBeVisible()
  await page.locator('[data-test="star-runs"]').click()
  await expect(page.locator('svg.star')).toHaveCount(3)
  await page.keyboard.press('Control+z')
  await expect(page.locator('svg.star')).toHaveCount(0)
  await page.keyboard.press('Control+Shift+z')
  await expect(page.locator('svg.star')).toHaveCount(3)

  await page.locator('[data-test="edit-runs"]').click()
  await page.locator('#run-tag').fill('paper')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.locator('tr.run .badge', { hasText: 'paper' })).toHaveCount(3)
  await app.capture('runs-labelled')
  // However far it is scrolled, it is seen which run a row is.
  await page.setViewportSize({ width: 1024, height: 700 })
  await page.locator('.table.scroll').evaluate((table) => table.scrollTo(10_000, 0))
  await expect(rows.first().locator('.open')).toBeInViewport()
  await app.capture('runs-scrolled')
  await page.setViewportSize({ width: 1440, height: 900 })

  await page.locator('[data-test="archive-runs"]').click()
  await expect(rows).toHaveCount(7)
  await page.getByLabel('Filter runs').fill('archived and "paper" in tags')
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(3)
  await page.getByLabel('Clear the filter').click()
  await expect(rows).toHaveCount(7)
  // Nor are they anywhere else unasked.
  await page.locator('[data-page="analyze"]').click()
  await page.locator('[data-test="open-fit"]').click()
  await expect(page.getByRole('dialog')).toContainText('All finished runs, 7')
  await page.keyboard.press('Escape')
  await page.locator('[data-page="explore"]').click()
  await expect(page.getByText('7 of 10 shown')).toBeVisible()
  await page.locator('[data-page="runs"]').click()

  // What is removed comes back from the trash.
  await rows.first().locator('.check input').click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(rows).toHaveCount(6)
  await page.locator('[data-test="notice-action"]').click()
  await expect(rows).toHaveCount(7)
  // And before that the archive.
  await page.getByRole('grid', { name: 'Runs' }).focus()
  await page.keyboard.press('Control+z')
  await expect(rows).toHaveCount(10)

  // Two sides, one of them the baseline.
  await page.getByRole('grid', { name: 'Runs' }).focus()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.locator('[data-test="compare-runs"]').click()
  const compared = page.locator('[data-test="compare-table"]')
  await expect(compared.locator('thead button')).toHaveCount(2)
  await compared.locator('thead button').first().click()
  await expect(compared).toContainText(/[+−]0\.\d/)
  await expect(page.locator('[data-test="compare-curves"]')).toBeVisible()
  await expect(page.locator('[data-test="compare-states"]')).toBeVisible()
  await expect(page.locator('[data-test="compare-maps"] canvas').first()).toBeVisible()
  // As high as it takes to be read, not what is left over.
  const drawn = page.locator('[data-test="compare-maps"] canvas').first()
  await expect.poll(async () => (await drawn.boundingBox())?.height).toBe(220)
  await app.capture('compare')
  await page.locator('[data-test="compare-back"]').click()

  await page.reload()
  await page.locator('[data-page="runs"]').click()
  await page.locator('[data-test="saved-views"]').click()
  await page.getByRole('button', { name: /^by path/ }).click()
  await expect(page.locator('tr.group').first()).toContainText('path = ')
  await expect(page.locator('tr.run .badge', { hasText: 'paper' })).toHaveCount(3)
})
