/** The main journey without a pointer and without eyes: keys, roles, names, and what is said aloud. */
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './app'

const mostStops = 90

/** Goes on by Tab until something has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible()
  for (let stop = 0; stop < mostStops; stop++) {
    await page.keyboard.press('Tab')
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`Not reached within ${mostStops} stops of Tab: ${wanted.toString()}`)
}

test('from the start page to Explore by keyboard alone', async ({ app }) => {
  const { page } = app
  const press = (key: string): Promise<void> => page.keyboard.press(key)
  const heading = page.getByRole('heading', { level: 1 })
  await expect(heading).toHaveText(/Phasescope/)
  await tabTo(page, page.getByRole('button', { name: 'Open the sample project' }))
  await press('Enter')
  await expect(heading).toHaveText(/Handwritten digits.*Phases/)

  await test.step('past the bars, and a state on the map', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Skip to the page' }))
    await press('Enter')
    await expect(page.getByRole('main')).toBeFocused()
    const state = page.getByRole('region', { name: 'Training map' }).getByRole('button', { name: /^State 2, / })
    await tabTo(page, state)
    await press('Enter')
    await expect(state).toHaveAttribute('aria-pressed', 'true')
    await expect(page.getByRole('textbox', { name: 'Name of the state' })).toHaveValue('Generalising')
  })

  await test.step('the curves, then a run and a moment of the ribbon', async () => {
    const curves = page.getByRole('application', {
      name: /^Curves from epoch 0 to 150\. Validation accuracy: 0\.\d+ at/
    })
    await tabTo(page, curves)
    await press('ArrowRight')
    await press('Shift+ArrowRight')
    const said = curves.getByRole('status')
    await expect(said).toHaveText(/^epoch 9, step 72, seed 0, S1 Learning, Validation accuracy 0\.\d+$/)

    const ribbon = page.getByRole('application', { name: /^State paths of 10 runs/ })
    await tabTo(page, ribbon)
    // The cursor is the same one.
    await press('ArrowDown')
    await expect(ribbon.getByRole('status')).toHaveText(/^epoch 9, step 72, seed 1, S1 Learning$/)
    await press('Enter')
    await expect(ribbon.getByRole('status')).toHaveText(/S1 Learning, chosen$/)
    await press('End')
    await expect(ribbon.getByRole('status')).toHaveText(/^epoch 150, .+ S2 Generalising$/)
    await expect(page.getByRole('region', { name: 'Metrics' })).toContainText('seed 1')

    const heatmap = page.getByRole('application', { name: /histograms from epoch/ })
    await tabTo(page, heatmap)
    await press('ArrowLeft')
    await expect(heatmap.getByRole('status')).toHaveText(/seed 1, S2 Generalising, mean .+, standard deviation/)
    await press('Escape')
    await expect(heatmap.getByRole('status')).toHaveText('')
    await expect(page.getByRole('button', { name: /^State 1, / })).toHaveAttribute('aria-pressed', 'false')
  })

  await test.step('the palette, and Explore', async () => {
    await press('Control+k')
    await expect(page.getByRole('combobox', { name: 'Find an action' })).toBeFocused()
    await page.keyboard.type('explore')
    await expect(page.getByRole('option', { name: /Go to Explore/ })).toHaveAttribute('aria-selected', 'true')
    await press('Enter')
    await expect(heading).toHaveText(/Explore/)
    await expect(page.getByRole('tab', { name: 'Scalars' })).toHaveAttribute('aria-selected', 'true')
  })
})
