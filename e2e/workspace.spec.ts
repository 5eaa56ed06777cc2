/** Panels are moved, maximised, closed, kept and folded: nothing is ever out of reach, or too small to be read. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'

async function openSample(app: PhasescopeApp): Promise<Page> {
  await app.page.locator('[data-test="open-sample"]').click()
  await expect(app.page.locator('.handle').first()).toBeAttached()
  await expect(app.page.locator('[data-panel="activations"]')).toBeVisible()
  return app.page
}
const panel = (page: Page, id: string): Locator => page.locator(`[data-panel="${id}"]`)
async function boxOf(page: Page, id: string): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await panel(page, id).boundingBox())!
}
/** As a keyboard does: the menu of a panel, and items of it by their first letters are no matter here. */
async function place(page: Page, id: string, ...labels: string[]): Promise<void> {
  await page.locator(`[data-dock-menu="${id}"]`).focus()
  await page.keyboard.press('Enter')
  for (const label of labels) {
    const item = page.getByRole('menu').locator(`[data-label="${label}"]`)
    await expect(item).toBeVisible()
    for (let i = 0; i < 12 && !(await item.evaluate((one) => one === document.activeElement)); i++)
      await page.keyboard.press('ArrowDown')
    await expect(item).toBeFocused()
    await page.keyboard.press('Enter')
  }
}
async function layout(page: Page, item: string): Promise<void> {
  await page.locator('[data-test="layout-menu"]').click()
  await page.getByRole('menu').locator(`[data-label="${item}"]`).click()
}
async function resize(app: PhasescopeApp, width: number, height: number): Promise<void> {
  await app.page.setViewportSize({ width, height })
  await expect.poll(() => app.page.evaluate(() => innerWidth)).toBe(width)
}

test('panels are docked by dragging their titles, and what is in them stays', async ({ app }) => {
  const page = await openSample(app)
  await page.locator('[data-test="mode-mean"]').click()
  const ribbon = await boxOf(page, 'ribbon')
  await page.locator('[data-panel="metrics"] h2').hover()
  await page.mouse.down()
  await page.mouse.move(ribbon.x + 300, ribbon.y + 120, { steps: 5 })
  await page.mouse.move(ribbon.x + 300, ribbon.y + ribbon.height - 24, { steps: 5 })
  const preview = page.locator('[data-test="drop-preview"]')
  await expect(preview).toContainText('Metrics')
  await app.capture('workspace-drag')
  // The preview is where it will be.
  await page.waitForTimeout(250)
  const shown = (await preview.boundingBox())!
  await page.mouse.up()
  await expect(preview).toHaveCount(0)
  const docked = await boxOf(page, 'metrics')
  for (const side of ['x', 'y', 'width', 'height'] as const)
    expect(Math.abs(docked[side] - shown[side]), side).toBeLessThan(2)
  await expect(page.locator('[data-test="mode-mean"]')).toHaveAttribute('aria-pressed', 'true')

  // Into the middle of another one it becomes a tab; Escape drops nothing.
  const map = await boxOf(page, 'map')
  await page.locator('[data-panel="inspector"] h2').hover()
  await page.mouse.down()
  await page.mouse.move(map.x + 150, map.y + 200, { steps: 5 })
  await expect(preview).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(preview).toHaveCount(0)
  await page.mouse.up()
  await expect(page.getByRole('tab', { name: 'Inspector' })).toHaveCount(0)
  await page.locator('[data-panel="inspector"] h2').hover()
  await page.mouse.down()
  await page.mouse.move(map.x + map.width / 2, map.y + map.height / 2, { steps: 8 })
  await page.mouse.up()
  await expect(page.getByRole('tab', { name: 'Inspector' })).toHaveAttribute('aria-selected', 'true')
  await expect(panel(page, 'map')).toBeHidden()
  await layout(page, 'Reset to Grokking story')
  await expect(panel(page, 'map')).toBeVisible()
  expect(await boxOf(page, 'map')).toEqual(map)
})

test('the same by keyboard: moved, maximised, closed and opened again', async ({ app }) => {
  const page = await openSample(app)
  await place(page, 'inspector', 'Move left of', 'Training map')
  expect((await boxOf(page, 'inspector')).x).toBeLessThan((await boxOf(page, 'map')).x)
  await expect(page.locator('[data-dock-menu="inspector"]')).toBeFocused()
  await place(page, 'inspector', 'Into a tab with', 'State profile')
  const tab = page.getByRole('tab', { name: 'Inspector' })
  await expect(tab).toHaveAttribute('aria-selected', 'true')
  await tab.focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('tab', { name: 'State profile' })).toBeFocused()
  await expect(page.getByRole('tabpanel', { name: 'State profile' })).toBeVisible()

  const handle = page.getByRole('separator', { name: 'Width between Training map and Metrics' })
  const before = Number(await handle.getAttribute('aria-valuenow'))
  await handle.focus()
  await page.keyboard.press('ArrowRight')
  await expect(handle).toHaveAttribute('aria-valuenow', String(before + 16))

  // The one that has the focus, by its key; Escape gives the page back and keeps the selection.
  await page.locator('[data-state="1"]').focus()
  await page.keyboard.press('Enter')
  const small = await boxOf(page, 'map')
  await page.locator('[data-dock-menu="map"]').focus()
  await page.keyboard.press('m')
  await expect(panel(page, 'metrics')).toBeHidden()
  expect((await boxOf(page, 'map')).width).toBeGreaterThan(1300)
  await app.capture('workspace-maximised')
  await page.keyboard.press('Escape')
  await expect(panel(page, 'metrics')).toBeVisible()
  expect(await boxOf(page, 'map')).toEqual(small)
  await expect(page.locator('[data-state="1"]')).toHaveAttribute('aria-pressed', 'true')

  await place(page, 'ribbon', 'Hide')
  await expect(panel(page, 'ribbon')).toHaveCount(0)
  await page.locator('[data-test="panels-menu"]').focus()
  await page.keyboard.press('Enter')
  const item = page.getByRole('menuitemcheckbox', { name: 'State ribbon' })
  await expect(item).toHaveAttribute('aria-checked', 'false')
  await app.capture('workspace-panels')
  await item.click()
  await expect(panel(page, 'ribbon')).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('layout health')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'Inspector' })).toBeVisible()
  expect((await boxOf(page, 'activations')).width).toBeGreaterThan(700)
  await app.capture('workspace-layer-health')
})

test('a layout is saved under a name, kept with the project, and a damaged one is none', async ({ app }) => {
  let page = await openSample(app)
  await place(page, 'activations', 'Move right of', 'Metrics')
  await layout(page, 'Save layout as…')
  const name = page.getByLabel('Name of the layout')
  await name.fill('Compare')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toHaveText('Compare is a preset; choose another name.')
  await name.fill('Side by side')
  await app.capture('workspace-save')
  await page.keyboard.press('Enter')
  await expect(name).toHaveCount(0)
  await layout(page, 'Grokking story')
  await layout(page, 'Side by side')
  const beside = await boxOf(page, 'activations')
  expect(beside.x).toBeGreaterThan((await boxOf(page, 'metrics')).x)
  await page.locator('[data-test="layout-menu"]').click()
  await expect(page.getByRole('menuitemradio', { name: 'Side by side' })).toHaveAttribute('aria-checked', 'true')
  await app.capture('workspace-layouts')
  await page.keyboard.press('Escape')

  const views = join(app.projects, '..', 'user', 'sample', 'views.json')
  await expect.poll(() => readFileSync(views, 'utf8')).toContain('Side by side')
  await app.reopen()
  page = await openSample(app)
  await expect.poll(() => boxOf(page, 'activations')).toEqual(beside)
  await layout(page, 'Rename or remove layouts…')
  await page.getByLabel('Name of Side by side').fill('Wide')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Name of Wide')).toHaveValue('Wide')
  await page.getByRole('button', { name: 'Remove Wide' }).click()
  await expect(page.locator('[data-test="layouts"]')).toHaveCount(0)

  await app.reopen(() => {
    const text = readFileSync(views, 'utf8')
    const kept = JSON.parse(text) as { value?: string }
    const damaged = (value: string): string => value.replaceAll('"root', '"ruin').replaceAll('\\"root', '\\"ruin')
    writeFileSync(
      views,
      kept.value === undefined ? damaged(text) : JSON.stringify({ ...kept, value: damaged(kept.value) })
    )
  })
  page = await openSample(app)
  await expect(page.locator('[data-panel]:visible')).toHaveCount(6)
})

test('two analyses lie side by side, and how far their paths agree is told', async ({ app }) => {
  const page = await openSample(app)
  await layout(page, 'Compare')
  const other = page.locator('[data-test="other-analysis"]')
  await expect(other).toContainText('Adjusted Rand index', { ignoreCase: true })
  await expect(other.locator('table tbody tr')).toHaveCount(7)
  await expect(panel(page, 'otherMap').locator('canvas').first()).toBeVisible()
  await expect(page.locator('[data-test="other-ribbon"] canvas')).toBeVisible()
  const k = async (): Promise<number> => panel(page, 'otherMap').locator('.handle').count()
  const shown = await panel(page, 'map').locator('.handle').count()
  expect(await k()).not.toBe(shown)
  const before = Number(await page.locator('[data-test="agreement"]').textContent())
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(1)
  await app.capture('workspace-compare')
  // The same K of the same analysis is the same: every pair of points is where it is.
  await page.locator('[data-test="other-k"]').click()
  await page.locator('.n-base-select-option', { hasText: `K = ${shown}, chosen` }).click()
  await expect(page.locator('[data-test="agreement"]')).toHaveText('1.00')
  await expect.poll(k).toBe(shown)
  // Each map has drawn itself only, and goes on when the other one has gone.
  await layout(page, 'Grokking story')
  await resize(app, 1300, 800)
  const drawn = (): Promise<number> =>
    panel(page, 'map')
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return data.reduce((count, value, i) => count + Number(i % 4 === 3 && value > 0), 0)
      })
  await expect.poll(drawn).toBeGreaterThan(1000)
})

/** Windows, and what is left of them at 200%. */
const windows = [
  [2560, 1440],
  [1920, 1080],
  [1440, 900],
  [1024, 640],
  [720, 450],
  [512, 320]
]

test('every panel can be reached in every window, and nothing lies outside of it', async ({ app }) => {
  const page = await openSample(app)
  for (const [width, height] of windows) {
    await resize(app, width, height)
    await page.waitForTimeout(300)
    const seen = page.locator('[data-panel]:visible')
    const main = (await page.locator('main').boundingBox())!
    for (const box of await seen.evaluateAll((all) =>
      all.map((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect()
        return { left, top, right, bottom }
      })
    )) {
      expect(box.right - box.left, `${width}`).toBeGreaterThan(200)
      expect(box.bottom - box.top, `${width}`).toBeGreaterThan(100)
      expect(box.left, `${width}`).toBeGreaterThanOrEqual(main.x)
      expect(box.top, `${width}`).toBeGreaterThanOrEqual(main.y)
      expect(box.right, `${width}`).toBeLessThanOrEqual(main.x + main.width)
      expect(box.bottom, `${width}`).toBeLessThanOrEqual(main.y + main.height)
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(wide, `${width}`).toBeLessThanOrEqual(0)
    for (const name of ['State profile', 'Inspector', 'Activations']) {
      const tab = page.getByRole('tab', { name, exact: true })
      // By itself, or as a tab that brings it to the front.
      if ((await tab.count()) > 0) await tab.click()
      const id = { 'State profile': 'profile', Inspector: 'inspector', Activations: 'activations' }[name]!
      await expect(panel(page, id), `${name} at ${width}`).toBeVisible()
    }
    await app.capture(`workspace-${width}`)
  }
  // What is selected is told also where the inspector is a tab.
  await resize(app, 1024, 640)
  await page.getByRole('tab', { name: 'State profile' }).click()
  await page.locator('[data-state="1"]').focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test="inspector"]')).toContainText('Rule for the name')
  // Folding is not kept.
  await resize(app, 1440, 900)
  await expect(page.getByRole('tab', { name: 'Inspector' })).toHaveCount(0)
  await expect(panel(page, 'inspector')).toBeVisible()
})

test('Train has the same, with a layout of its own', async ({ app }) => {
  const page = await openSample(app)
  await page.locator('[data-page="train"]').click()
  await expect(panel(page, 'run')).toBeVisible()
  await resize(app, 1024, 640)
  await page.getByRole('tab', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Run', exact: true })).toBeVisible()
  await app.capture('workspace-train-1024')
  await resize(app, 1440, 900)
  await place(page, 'queue', 'Hide')
  await expect(panel(page, 'queue')).toHaveCount(0)
  await page.locator('[data-page="analyze"]').click()
  await expect(panel(page, 'map')).toBeVisible()
  await page.locator('[data-page="train"]').click()
  await expect(panel(page, 'curves')).toBeVisible()
  await expect(panel(page, 'queue')).toHaveCount(0)
})
