/** The product's main job in the real application: sample, then train, hook, fit and look. */
import type { Page } from '@playwright/test'
import { expect, test } from './app'

async function goTo(page: Page, target: string): Promise<void> {
  await page.locator(`[data-page="${target}"]`).click()
}

/** Clicks a state's disc on the canvas, where its keyboard handle says that it lies. */
async function clickState(page: Page, state: number): Promise<void> {
  const box = await page.locator(`.handle[data-state="${state}"]`).boundingBox()
  expect(box).not.toBeNull()
  await page.mouse.click(box!.x + box!.width / 2, box!.y + box!.height / 2)
}

test('the sample project fills every view', async ({ app }) => {
  const { page } = app
  await expect(page.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
  await app.capture('start')
  await page.locator('[data-test="open-sample"]').click()

  await expect(page.locator('.handle').first()).toBeAttached()
  const states = await page.locator('.handle').count()
  expect(states).toBeGreaterThanOrEqual(2)
  await expect(page.locator('[data-test="readout"]')).toContainText('epoch')
  await expect(page.locator('[data-test="ribbon"] canvas')).toBeVisible()
  await expect(page.locator('[data-test="heatmap"] canvas')).toBeVisible()
  await app.capture('analysis')

  await clickState(page, 1)
  for (const view of ['ribbon', 'heatmap']) {
    await expect(page.locator(`[data-test="${view}"]`)).toHaveAttribute('data-highlight', '1')
  }
  await app.capture('analysis-state')
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-test="ribbon"]')).toHaveAttribute('data-highlight', '')
  await page.locator('[data-transition]').first().click()
  await expect(page.locator('[data-test="inspector"]')).toContainText('Probability on leaving')
  await app.capture('analysis-transition')

  await page.locator('[data-test="tab-selection"]').click()
  await expect(page.locator('.apexcharts-svg')).toBeVisible()
  // The runs' own line over the two bands and the line of the surrogates.
  const third = await page.locator('.apexcharts-marker[index="3"][j="2"]').first().boundingBox()
  await page.mouse.click(third!.x + third!.width / 2, third!.y + third!.height / 2)
  await expect(page.locator('.handle')).toHaveCount(3)
  await page.locator(`[data-k="${states}"]`).click()
  await expect(page.locator('.handle')).toHaveCount(states)
  await page.locator('[data-test="mode-mean"]').click()
  await app.capture('analysis-selection')

  await goTo(page, 'runs')
  await expect(page.locator('tr.run')).not.toHaveCount(0)
  expect(await page.locator('tr.run').count()).toBeGreaterThanOrEqual(8)
  await app.capture('runs')
  await goTo(page, 'train')
  await expect(page.locator('[data-test="live-curves"] canvas').first()).toBeVisible()
  await app.capture('train-finished')
  await goTo(page, 'logs')
  await app.capture('logs')
  await goTo(page, 'settings')
  await app.capture('settings')
})

test('new project, train four seeds, fit, and follow a state through every view', async ({ app }) => {
  const { page } = app
  test.setTimeout(300_000)
  await page.locator('[data-test="new-project"]').click()
  await page.getByLabel('Name').fill('Digits, first try')
  await page.locator('[data-test="create-project"]').click()

  await expect(page.locator('[data-hook="blocks.0.mlp"]')).toBeVisible()
  await app.capture('design-transformer')
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'MNIST' }).click()
  await expect(page.locator('[data-hook="fc1"]')).toBeVisible()
  await page.getByRole('button', { name: 'All off' }).click()
  await page.locator('[data-hook="fc1"]').click()
  await page.locator('[data-hook="fc2"]').click()
  await expect(page.locator('[data-chosen-hook]')).toHaveCount(2)
  await page.locator('#param-trainSamples').fill('600')
  await page.locator('#param-epochs').fill('14')
  await page.locator('#seeds').fill('0-3')
  await page.locator('#rec-metrics').fill('1')
  await app.capture('design')

  await page.locator('[data-test="start-runs"]').click()
  const curves = page.locator('[data-test="live-curves"]')
  await expect(curves).toBeVisible({ timeout: 60_000 })
  const points = async (): Promise<number> => Number(await curves.getAttribute('data-points'))
  const before = await points()
  await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(before)
  await app.capture('train-live')
  await measureWhileTraining(page, app.electron)

  await goTo(page, 'runs')
  await expect(page.locator('tr.run [data-status="done"]')).toHaveCount(4, { timeout: 200_000 })

  await goTo(page, 'analyze')
  await page.locator('[data-test="open-fit"]').click()
  await page.locator('#fit-max').fill('5')
  await page.locator('#fit-restarts').fill('4')
  await app.capture('fit')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('.handle').first()).toBeAttached({ timeout: 120_000 })

  await page.locator('[data-test="tab-selection"]').click()
  await page.locator('[data-k="3"]').click()
  await expect(page.locator('.handle')).toHaveCount(3)
  await expect(page.locator('header')).toContainText(['K = 3'])
  await clickState(page, 1)
  await expect(page.locator('[data-test="ribbon"]')).toHaveAttribute('data-highlight', '1')
  await expect(page.locator('[data-test="heatmap"]')).toHaveAttribute('data-highlight', '1')
  await expect(page.locator('.charts[data-highlight]')).toHaveAttribute('data-highlight', '1')
  await expect(page.locator('.handle[data-state="1"]')).toHaveAttribute('aria-pressed', 'true')
  await app.capture('analysis-own')
})

/** Printed, not asserted: this machine's speed is not the product's. */
async function measureWhileTraining(
  page: Page,
  electron: import('@playwright/test').ElectronApplication | null
): Promise<void> {
  const answers: number[] = []
  for (const target of ['runs', 'train', 'logs', 'train', 'runs', 'train']) {
    // From the click to the frame that shows its answer, timed inside the page: the driver's own time is not counted.
    const answeredMs = await page.evaluate(async (name) => {
      const began = performance.now()
      document.querySelector<HTMLElement>(`[data-page="${name}"]`)!.click()
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
      return performance.now() - began
    }, target)
    await page.locator(`[data-page="${target}"][aria-current="page"]`).waitFor()
    answers.push(Math.round(answeredMs))
  }
  console.log(`A click on another page while four seeds train, to its frame: ${answers.join(', ')} ms`)
  if (!electron) return
  const delay = await electron.evaluate(() =>
    (globalThis as unknown as { phasescopeLoopDelay(): object }).phasescopeLoopDelay()
  )
  console.log(`Main process event loop delay while training: ${JSON.stringify(delay)} ms`)
}
