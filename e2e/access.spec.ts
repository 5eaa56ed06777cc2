/** What axe has to say of every page and dialog, in both themes: nothing that keeps anybody out. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { writeExploreLogs } from './explore-logs'
import { chooseFolder, newProject } from './steps'

interface Finding {
  id: string
  impact: string
  nodes: { target: string[]; html: string; any: { message: string }[] }[]
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Best practices that are asked for beside what is critical or serious. */
const alsoAsked = [
  'page-has-heading-one',
  'landmark-one-main',
  'region',
  'empty-table-header',
  'scrollable-region-focusable'
]
/** The only rules whose answer a theme can change. */
const rulesOfColor = ['color-contrast', 'link-in-text-block']

async function check(page: Page, where: string): Promise<string[]> {
  // Through the debugger: the content security policy of the page lets no script in.
  await page.evaluate(`if (!window.axe) { ${axeSource} }`)
  const found: string[] = []
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((name) => {
      ;(window as unknown as { phasescopeTheme(name: string): void }).phasescopeTheme(name)
    }, theme)
    const violations = await page.evaluate(
      async (rules) => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        const axe = (window as unknown as { axe: { run(options: object): Promise<{ violations: unknown }> } }).axe
        const options = rules ? { runOnly: { type: 'rule', values: rules } } : {}
        const { violations } = await axe.run({ ...options, resultTypes: ['violations'] })
        return violations as Finding[]
      },
      theme === 'dark' ? null : rulesOfColor
    )
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'critical' && impact !== 'serious' && !alsoAsked.includes(id)) continue
      for (const { target, html, any } of nodes)
        found.push(`${where}, ${theme}: ${id} at ${target.join(' ')}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`)
    }
  }
  return found
}

/** Nothing moves, so that nothing is looked at half faded in. */
async function still(app: PhasescopeApp): Promise<Page> {
  await app.page.emulateMedia({ reducedMotion: 'reduce' })
  return app.page
}

async function escape(page: Page, gone: string): Promise<void> {
  await page.keyboard.press('Escape')
  await expect(page.locator(gone)).toHaveCount(0)
}

test('axe finds nothing serious on any page of the sample project, nor in its dialogs', async ({ app }) => {
  const page = await still(app)
  const found: string[] = []
  const look = async (where: string): Promise<void> => void found.push(...(await check(page, where)))
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible()
  await look('Start')
  await page.locator('[data-test="new-project"]').click()
  await expect(page.locator('[data-test="create-project"]')).toBeVisible()
  await look('New project')
  await escape(page, '[data-test="create-project"]')
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()
  await expect(page.locator('[data-test="posterior"] canvas')).toBeVisible()
  await look('Phases')
  await page.locator('[data-test="heatmap-help"]').click()
  await page.locator('[data-test="heatmap-beside"]').click()
  await expect(page.locator('[data-test="mean-histograms"] canvas')).toBeVisible()
  await look('Heatmap, explained')
  await page.locator('[data-test="heatmap-help"]').click()
  await page.locator('[data-test="heatmap-beside"]').click()
  await page.getByRole('button', { name: 'Table and export of the metrics' }).click()
  await expect(page.getByRole('menuitem', { name: 'Show as table' })).toBeFocused()
  await look('Menu of a panel')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('table', { name: /the first 500 of/ })).toBeVisible()
  await look('Table of the curves')
  await escape(page, '[data-test="data-table"]')
  await page.locator('[data-state-row="0"]').click()
  await look('Phases with a state')
  await page.locator('[data-test="layout-menu"]').click()
  await look('Menu of layouts')
  await page.getByRole('menuitemradio', { name: 'Compare' }).click()
  await expect(page.locator('[data-test="agreement"]')).toBeVisible()
  await look('Compare')
  await page.locator('[data-test="layout-menu"]').click()
  await page.getByRole('menuitem', { name: 'Save layout as…' }).click()
  await expect(page.getByLabel('Name of the layout')).toBeVisible()
  await look('Save layout')
  await escape(page, '[data-test="layouts"]')
  await page.locator('[data-test="layout-menu"]').click()
  await page.getByRole('menuitemradio', { name: 'Grokking story' }).click()
  await page.locator('[data-test="open-fit"]').click()
  await expect(page.locator('[data-test="start-fit"]')).toBeVisible()
  await look('Fit')
  await escape(page, '[data-test="start-fit"]')
  await page.keyboard.press('Control+k')
  await expect(page.getByLabel('Find an action')).toBeFocused()
  await look('Palette')
  await escape(page, '[data-test="palette"]')
  await page.keyboard.press('?')
  await expect(page.locator('[data-test="shortcuts"]')).toBeVisible()
  await look('Shortcuts')
  await escape(page, '[data-test="shortcuts"]')
  await page.keyboard.press('Control+i')
  await expect(page.locator('[data-test="import-folder"]')).toBeVisible()
  await look('Import')
  await escape(page, '[data-test="import-folder"]')
  await page.locator('[data-test="side-models"]').click()
  await expect(page.locator('[data-test="leaderboard"] tbody tr')).toHaveCount(24)
  await look('Models')
  await page.locator('[data-test="remove-analysis"]').click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await look('Confirmation')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.locator('[data-test="side-across"]').click()
  await expect(page.locator('[data-test="detours"] tbody tr').first()).toBeVisible()
  await expect(page.locator('[data-test="distances"] canvas')).toBeVisible()
  await look('Across')
  // What shows that a page is there and has its content.
  const pages = {
    runs: 'tr.run',
    design: '[data-hook]',
    train: 'canvas',
    logs: '.empty',
    settings: '[data-test="device"], [data-test="how"]'
  }
  for (const [name, content] of Object.entries(pages)) {
    await page.locator(`[data-page="${name}"]`).click()
    await expect(page.locator(`main ${content}`).first()).toBeVisible()
    await look(name)
    if (name !== 'runs') continue
    await page.getByLabel(/^Select all runs of /).click()
    await page.locator('[data-test="columns"]').click()
    await expect(page.locator('[data-test="column-search"]')).toBeVisible()
    await look('Columns')
    await page.keyboard.press('Escape')
    await page.locator('[data-test="edit-runs"]').click()
    await expect(page.locator('#run-tag')).toBeVisible()
    await look('Tags')
    await escape(page, '#run-tag')
    await page.locator('[data-test="compare-runs"]').click()
    await expect(page.locator('[data-test="compare-maps"] canvas').first()).toBeVisible()
    await look('Compare')
  }
  expect(found).toEqual([])
})

test('axe finds nothing serious in the tabs of Explore', async ({ app }) => {
  const page = await still(app)
  await newProject(page, 'Boards')
  await chooseFolder(app, writeExploreLogs(join(app.projects, '..')))
  await page.locator('[data-test="start-import"]').click()
  await page.locator('[data-test="close-import"]').click()
  const found: string[] = []
  await page.locator('[data-page="explore"]').click()
  await expect(page.locator('[data-run]')).toHaveCount(2)
  const tabs = {
    scalars: '[data-card] canvas',
    histograms: '[data-panel-of] canvas',
    images: '[data-card] img',
    audio: '[data-card] audio',
    text: '[data-card] h1',
    pr: '[data-card] svg',
    hparams: '[data-session]',
    graph: '[data-node]'
  }
  for (const [id, content] of Object.entries(tabs)) {
    await page.locator(`[data-test="tab-${id}"]`).click()
    await expect(page.locator(content).first()).toBeVisible()
    found.push(...(await check(page, `Explore, ${id}`)))
  }
  expect(found).toEqual([])
})
