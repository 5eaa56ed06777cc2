/** Every action by keyboard: the palette, the keys beside it, and what leaves by itself. */
import { expect, test } from './app'

test('the palette finds and does what the page offers, by keyboard alone', async ({ app }) => {
  const { page } = app
  const palette = page.locator('[data-test="palette"]')
  const field = page.getByLabel('Find an action')
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible()

  await page.keyboard.press('Control+k')
  await expect(field).toBeFocused()
  await app.capture('palette-start')
  await page.keyboard.type('sample')
  await page.keyboard.press('Enter')
  await expect(page.locator('.handle').first()).toBeAttached()
  await expect(palette).toHaveCount(0)

  // The first stop of Tab goes past the bars.
  const skip = page.getByRole('button', { name: 'Skip to the page' })
  await skip.focus()
  await app.capture('skip-link')
  await page.keyboard.press('Enter')
  await expect(page.locator('main')).toBeFocused()

  // What is offered is what the page can do now.
  await page.keyboard.press('Control+k')
  await expect(field).toBeFocused()
  const first = page.locator('#actions li').first()
  await expect(first).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowUp')
  await expect(page.locator('#actions li').last()).toHaveAttribute('aria-selected', 'true')
  await app.capture('palette')
  await page.keyboard.type('across')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Across runs' })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('nothing of the kind')
  await expect(palette).toContainText('No action has these words.')
  await page.keyboard.press('Escape')
  await expect(palette).toHaveCount(0)

  // Every page by its key, and an action that belongs to one page.
  for (const [key, name] of [
    ['2', 'design'],
    ['3', 'train'],
    ['4', 'explore'],
    ['5', 'analyze'],
    ['6', 'logs'],
    [',', 'settings'],
    ['1', 'runs']
  ]) {
    await page.keyboard.press(`Control+${key}`)
    await expect(page.locator(`[data-page="${name}"]`)).toHaveAttribute('aria-current', 'page')
  }
  await page.keyboard.press('/')
  await expect(page.getByLabel('Filter runs')).toBeFocused()
  // In a field it is a letter.
  await page.keyboard.type('a?b')
  await expect(page.getByLabel('Filter runs')).toHaveValue('a?b')
  await page.getByLabel('Filter runs').fill('')
  await page.getByLabel('Filter runs').blur()

  await page.keyboard.press('?')
  const sheet = page.locator('[data-test="shortcuts"]')
  await expect(sheet).toContainText('All actions')
  await app.capture('shortcuts')
  // Behind a dialog nothing is done by keys.
  await page.keyboard.press('Control+2')
  await expect(page.locator('[data-page="runs"]')).toHaveAttribute('aria-current', 'page')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  await page.setViewportSize({ width: 1024, height: 700 })
  await page.keyboard.press('Control+k')
  await expect(field).toBeFocused()
  await app.capture('palette-small')
})
