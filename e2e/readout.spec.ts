/** A number whose last digits are cut off is another number: what has no room is left out as a whole. */
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'

async function resize(app: PhasescopeApp, width: number, height: number): Promise<void> {
  if (!app.electron) return app.page.setViewportSize({ width, height })
  await app.electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.fromId(1)!.setContentSize(size.width, size.height),
    { width, height }
  )
  await expect.poll(() => app.page.evaluate(() => innerWidth)).toBe(width)
}

/** Values of the readout that can be seen, and those of them that are cut. */
function valuesOf(page: Page): Promise<{ whole: string[]; cut: string[] }> {
  return page.locator('[data-test="readout"]').evaluate((readout) => {
    const room = readout.getBoundingClientRect()
    const found = { whole: [] as string[], cut: [] as string[] }
    for (const value of readout.querySelectorAll('b')) {
      const box = value.getBoundingClientRect()
      if (box.top >= room.bottom - 1 || box.left >= room.right) continue
      const isWhole = box.right <= room.right + 0.5 && box.bottom <= room.bottom + 4 && box.left >= room.left
      found[isWhole ? 'whole' : 'cut'].push(value.textContent)
    }
    return found
  })
}

test('the readout of the metrics leaves pairs out, and cuts none', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('[data-test="readout"]')).toContainText('epoch')
  // Before the curves are there, dashes stand for their values.
  await expect(page.locator('[data-test="readout"]')).not.toContainText('–')
  const counts: number[] = []
  for (const width of [1600, 1440, 1360, 1280, 1200, 1120, 1024, 960, 900]) {
    await resize(app, width, 800)
    // The window has its size before the page has looked at it.
    await expect.poll(async () => (await valuesOf(page)).cut, { message: `${width} pixels` }).toEqual([])
    counts.push((await valuesOf(page)).whole.length)
    if (width === 1440 || width === 1024) await app.capture(`readout-${width}`)
  }
  // There is something to read, and there are widths at which something has to be left out.
  expect(Math.max(...counts)).toBe(4)
  expect(Math.min(...counts)).toBeLessThan(4)
})
