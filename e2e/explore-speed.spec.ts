/** How fast the tabs of Explore are with 200 runs of 20 tags and 1,000 steps. Printed, not asserted: machines differ. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, root, test } from './app'

const runs = 200
const steps = 1000
const tags = ['loss/train', 'loss/val', ...Array.from({ length: 18 }, (_, i) => `weights/layer${i}/l2`)]

/** Falling curves with some noise; a linear congruential generator, so that they are the same every time. */
function csvOf(run: number): string {
  let state = run + 1
  const random = (): number => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32
  const half = 50 + random() * 200
  const lines = [['step', ...tags].join()]
  for (let step = 0; step < steps; step++) {
    const level = Math.exp(-step / half)
    lines.push([step * 10, ...tags.map((_, i) => (level + i + 0.05 * random()).toFixed(5))].join())
  }
  return `${lines.join('\n')}\n`
}

test('explore: 200 runs with 20 tags of 1,000 steps', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'many')
  mkdirSync(folder)
  for (let run = 0; run < runs; run++) writeFileSync(join(folder, `run${run}.csv`), csvOf(run))
  // The sample's folder is a project that both hosts can open without a dialog.
  await page.locator('[data-test="open-sample"]').click()
  await page.locator('[data-page="explore"]').waitFor()
  await page.locator('[data-test="all-projects"]').click()
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible()
  const project = join(app.projects, '..', 'user', 'sample')
  execFileSync(process.execPath, [join(root, 'bin', 'phasescope.js'), 'import', folder, '--project', project], {
    cwd: root
  })
  await app.reopen()
  await measure(app.page)
})

async function measure(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /Handwritten digits/ })
    .first()
    .click()
  await page.locator('[data-page="explore"]').waitFor()
  await page.locator('[data-page="runs"]').click()
  // Opening the project is not what is measured here.
  await page.waitForLoadState('networkidle')
  const firstMs = await page.evaluate(async () => {
    const began = performance.now()
    document.querySelector<HTMLElement>('[data-page="explore"]')!.click()
    while (!document.querySelector('[data-curves]:not([data-curves="0"])'))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    // The frame after the one in which it was drawn.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    return Math.round(performance.now() - began)
  })
  console.log(`First card of ${runs} runs x ${tags.length} tags x ${steps} steps: ${firstMs} ms after the click`)

  await page.locator('[data-test="run-search"]').fill('^run\\d')
  const card = page.locator('[data-card="loss/train"] [data-curves]')
  await expect(card).toHaveAttribute('data-curves', String(runs), { timeout: 60_000 })
  await expect(card).toHaveAttribute('data-loading', 'false')
  await card.locator('canvas').first().scrollIntoViewIfNeeded()
  const box = (await card.locator('canvas').first().boundingBox())!
  const [x, y] = [box.x + box.width * 0.6, box.y + box.height * 0.5]

  const moved = await framesDuring(page, async () => {
    await page.keyboard.down('Shift')
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (let i = 0; i < 120; i++) await page.mouse.move(x + Math.sin(i / 15) * 80, y + Math.cos(i / 12) * 30)
    await page.mouse.up()
    await page.keyboard.up('Shift')
  })
  console.log(`Moving a card of ${runs} runs: ${moved}`)
  const zoomed = await framesDuring(page, async () => {
    await page.keyboard.down('Control')
    for (let i = 0; i < 80; i++) await page.mouse.wheel(0, i < 40 ? -10 : 10)
    await page.keyboard.up('Control')
  })
  console.log(`Zooming it: ${zoomed}`)
}

/** Frames that the page showed meanwhile. */
async function framesDuring(page: Page, work: () => Promise<void>): Promise<string> {
  await page.evaluate(() => {
    const state = { times: [] as number[], on: true }
    Object.assign(window, { countedFrames: state })
    const tick = (now: number): void => {
      state.times.push(now)
      if (state.on) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await work()
  const times = await page.evaluate(() => {
    const state = (window as unknown as { countedFrames: { times: number[]; on: boolean } }).countedFrames
    state.on = false
    return state.times
  })
  const gaps = times.slice(1).map((time, i) => time - times[i])
  gaps.sort((a, b) => a - b)
  const perSecond = (gaps.length * 1000) / (times[times.length - 1] - times[0])
  return `${perSecond.toFixed(0)} frames per second, the slowest in twenty took ${gaps[Math.floor(gaps.length * 0.95)].toFixed(0)} ms`
}
