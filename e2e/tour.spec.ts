/** The tour: offered before anything is open, by keyboard too, and gone at any point. */
import { expect, test } from './app'

test('newcomers are shown around the sample project', async ({ app }) => {
  const { page } = app
  const bubble = page.locator('.driver-popover')
  const progress = bubble.locator('.driver-popover-progress-text')

  await test.step('from the start page, place by place', async () => {
    await page.locator('[data-test="take-tour"]').click()
    const places: string[] = []
    for (let i = 1; i <= 9; i++) {
      await expect(progress).toHaveText(`${i} of 9`)
      // What is pointed at is there; only the last words are about the window as a whole.
      if (i < 9) await expect(page.locator('.driver-active-element:not(#driver-dummy-element)').first()).toBeVisible()
      places.push((await bubble.locator('.driver-popover-title').textContent()) ?? '')
      if (i === 5) await app.capture('tour')
      await bubble.getByRole('button', { name: i < 9 ? 'Next' : 'Done' }).click()
    }
    expect(new Set(places).size).toBe(9)
    await expect(bubble).toHaveCount(0)
    await expect(page.locator('[data-page="design"][aria-current="page"]')).toBeVisible()
  })

  await test.step('again from the palette, by keyboard, until Escape', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('tour')
    await page.keyboard.press('Enter')
    await expect(progress).toHaveText('1 of 9')
    // Keys count when the bubble has arrived.
    await page.waitForTimeout(800)
    await page.keyboard.press('ArrowRight')
    await expect(progress).toHaveText('2 of 9')
    await page.waitForTimeout(800)
    await page.keyboard.press('ArrowLeft')
    await expect(progress).toHaveText('1 of 9')
    await page.keyboard.press('Escape')
    await expect(bubble).toHaveCount(0)
    // The page is as usable as before.
    await page.locator('[data-page="runs"]').click()
    await expect(page.locator('tr.run').first()).toBeVisible()
  })
})
