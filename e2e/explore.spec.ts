/** The tabs of Explore in the real application: curves of many runs, what is remembered, what is saved. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'

async function openExplore(page: Page): Promise<void> {
  await page.locator('[data-page="explore"]').click()
  await expect(page.locator('[data-curves]').first()).toBeVisible()
}

function card(page: Page, tag: string): Locator {
  return page.locator(`[data-card="${tag}"]`)
}

/** A picture of what a card has drawn, to tell whether it draws something else. */
function drawing(page: Page, tag: string): Promise<string> {
  return card(page, tag)
    .locator('canvas')
    .first()
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
}

async function curvesOf(page: Page, tag: string, count: number): Promise<void> {
  const body = card(page, tag).locator('[data-curves]')
  await expect(body).toHaveAttribute('data-curves', String(count))
  await expect(body).toHaveAttribute('data-loading', 'false')
}

/** Where the sample is copied to when it is opened. */
function sampleFolder(app: PhasescopeApp): string {
  return join(app.projects, '..', 'user', 'sample')
}

async function choose(page: Page, test: string, option: string | RegExp): Promise<void> {
  await page.locator(`[data-test="${test}"]`).click()
  await page.locator('.n-base-select-option:visible', { hasText: option }).first().click()
}

test('explore: curves of all runs, and everything that is done to them', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('[data-page="explore"]')).toBeVisible()
  await openExplore(page)
  await curvesOf(page, 'accuracy/val', 10)
  const runs = page.locator('[data-run]')
  await expect(runs).toHaveCount(10)

  await test.step('the cursor tells the runs, on every card', async () => {
    const box = (await card(page, 'accuracy/val').locator('canvas').first().boundingBox())!
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4)
    await expect(page.locator('[data-test="readouts"] tbody tr')).toHaveCount(10)
    await expect(page.locator('[data-test="readouts"] tr.nearest')).toHaveCount(1)
    await expect(page.locator('[data-card] .cursor').nth(1)).toBeAttached()
    await app.capture('explore')
    await page.mouse.move(5, 5)
    await expect(page.locator('[data-test="readouts"]')).toHaveCount(0)
  })

  await test.step('a box zooms in, a double-click shows all again', async () => {
    const whole = await drawing(page, 'accuracy/val')
    const box = (await card(page, 'accuracy/val').locator('canvas').first().boundingBox())!
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 4 })
    await page.mouse.up()
    await expect(card(page, 'accuracy/val').getByRole('button', { name: 'Reset' })).toBeVisible()
    await expect.poll(() => drawing(page, 'accuracy/val')).not.toBe(whole)
    await page.mouse.dblclick(box.x + box.width * 0.5, box.y + box.height * 0.5)
    await page.mouse.move(5, 5)
    await expect.poll(() => drawing(page, 'accuracy/val')).toBe(whole)
  })

  await test.step('smoothing and a logarithmic axis change the curves', async () => {
    const plain = await drawing(page, 'accuracy/val')
    await page.locator('[data-test="smoothing"]').fill('0.8')
    await expect.poll(() => drawing(page, 'accuracy/val')).not.toBe(plain)
    const smooth = await drawing(page, 'accuracy/val')
    await page.locator('[data-test="log-y"]').click()
    await expect.poll(() => drawing(page, 'accuracy/val')).not.toBe(smooth)
    await expect(card(page, 'accuracy/val')).toContainText('log y')
    await page.locator('[data-test="log-y"]').click()
    await expect.poll(() => drawing(page, 'accuracy/val')).toBe(smooth)
  })

  await test.step('runs are hidden, found and coloured', async () => {
    await runs.nth(1).getByRole('checkbox').uncheck()
    await curvesOf(page, 'accuracy/val', 9)
    const search = page.locator('[data-test="run-search"]')
    await search.fill('s[0-4]$')
    await expect(runs).toHaveCount(5)
    await curvesOf(page, 'accuracy/val', 4)
    await search.fill('s(')
    await expect(page.locator('[data-test="run-search-problem"]')).toHaveText('A "(" is not closed.')
    await search.fill('seed < 4 and last("accuracy/val") > 0.1')
    await expect(runs).toHaveCount(4)
    await search.fill('seed <')
    await search.blur()
    await expect(page.locator('[data-test="run-search-problem"]')).toContainText('It ends too early')
    await search.fill('')
    await expect(runs).toHaveCount(10)
    await runs.nth(0).locator('.swatch').click()
    await page.locator('[data-color="5"]').click()
    await choose(page, 'color-by', /^part of the name$/)
    await page.locator('[data-test="group-regex"]').fill('s([05])$')
    await expect(page.locator('.n-popover')).toHaveCount(0)
    await choose(page, 'color-by', /^run$/)
    const plain = await drawing(page, 'accuracy/val')
    await choose(page, 'color-by', /^state$/)
    await expect(page.locator('[data-test="state-legend"]')).toContainText('S2 Generalising')
    await expect(runs.nth(0).getByRole('img')).toHaveAttribute('aria-label', 'States: Learning, Generalising')
    await expect.poll(() => drawing(page, 'accuracy/val')).not.toBe(plain)
    await choose(page, 'color-by', /^run$/)
  })

  await test.step('tags are filtered and pinned', async () => {
    await page.locator('[data-test="tag-filter"]').fill('^loss/')
    await expect(page.locator('[data-card]')).toHaveCount(2)
    await card(page, 'loss/val').locator('[data-test="pin"]').click()
    await expect(page.locator('[data-test="pinned"] [data-card="loss/val"]')).toBeVisible()
    await page.locator('[data-test="tag-filter"]').fill('')
  })

  await test.step('curves are derived by expression, changed and removed', async () => {
    await page.locator('[data-test="derive"]').click()
    const [name, expression] = ['derived-name', 'derived-expression'].map((test) =>
      page.locator(`[data-test="${test}"]`)
    )
    const apply = page.locator('[data-test="derived-apply"]')
    await name.fill('gap')
    await expression.pressSequentially('"loss/v')
    await expect(page.locator('[data-test="derived-expression-options"]')).toContainText('loss/val"')
    await expression.press('Tab')
    await expect(expression).toHaveValue('"loss/val"')
    await expression.fill('"loss/val" - "loss/trian"')
    await expression.blur()
    const problem = page.locator('[data-test="derived-expression-problem"]')
    await expect(problem).toContainText('Column 14: No run has recorded "loss/trian". Did you mean "loss/train"')
    await expect(apply).toBeDisabled()
    await app.capture('derived-dialog')
    await expression.fill('"loss/val" - "loss/train"')
    await expect(problem).toHaveCount(0)
    await apply.click()
    await curvesOf(page, 'gap', 9)
    await expect(page.locator('[data-test="derived"]')).toContainText('= "loss/val" - "loss/train"')
    await app.capture('derived-curve')
    const plain = await drawing(page, 'gap')
    await card(page, 'gap').locator('[data-test="card-menu"]').click()
    await page.getByText('Edit this curve').click()
    await name.fill('gap of the losses')
    await expression.fill('log10("loss/val" / first("loss/val"))')
    await apply.click()
    await curvesOf(page, 'gap of the losses', 9)
    await expect.poll(() => drawing(page, 'gap of the losses')).not.toBe(plain)
    await card(page, 'gap of the losses').locator('[data-test="pin"]').click()
    await expect(page.locator('[data-test="pinned"] [data-card="gap of the losses"]')).toBeVisible()
    const views = join(sampleFolder(app), 'views.json')
    await expect.poll(() => readFileSync(views, 'utf8')).toContain('"gap of the losses":"log10(')
    await card(page, 'gap of the losses').locator('[data-test="card-menu"]').click()
    await page.getByText('Remove this curve').click()
    await expect(card(page, 'gap of the losses')).toHaveCount(0)
  })

  await test.step('groups have a centre and a band', async () => {
    await choose(page, 'group-by', 'By seed')
    await expect(page.locator('[data-test="group-legend"] li')).toHaveCount(9)
    await choose(page, 'group-by', 'By experiment')
    await curvesOf(page, 'loss/val', 1)
    await choose(page, 'center', 'Median')
    await choose(page, 'band', 'Min to max')
    await app.capture('explore-groups')
    await choose(page, 'group-by', 'Every run')
    await curvesOf(page, 'loss/val', 9)
  })

  await test.step('statistics are of a range', async () => {
    await page.locator('[data-test="table"]').click()
    const row = page.locator('[data-test="statistics-row"]')
    await expect(row).toHaveCount(9)
    const last = row.first().locator('td').last()
    const before = await last.textContent()
    await page.locator('[data-test="range-to"]').fill('400')
    await page.keyboard.press('Enter')
    await expect(last).not.toHaveText(before!)
    await expect(page.getByRole('slider', { name: 'End of the range' }).first()).toBeVisible()
    await app.capture('explore-statistics')
    await page.locator('[data-test="table"]').click()
  })

  await test.step('everything can be exported, a card for a paper', async () => {
    await page.locator('[data-test="export"]').click()
    await page.getByText('All shown runs and tags as CSV').click()
    await expect(page.locator('[data-test="notice"]')).toContainText('exports')
    const place = /exports\S*/.exec((await page.locator('[data-test="notice"]').textContent())!)![0]
    const csv = readFileSync(join(sampleFolder(app), place), 'utf8')
    expect(csv.split('\n').length).toBeGreaterThan(1000)
    await page.locator('[data-test="notice"]').getByRole('button').click()

    if (app.electron) return // Its downloads ask for a place in a dialog of the system.
    await card(page, 'loss/val').locator('[data-test="card-menu"]').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save as SVG').click()])
    const svg = readFileSync(await download.path(), 'utf8')
    expect(svg).toContain('>loss/val</text>')
    expect(svg.match(/stroke-width="1.4"/g)).toHaveLength(9)
  })

  await test.step('and all of it is there after a restart', async () => {
    const kept = join(sampleFolder(app), 'views.json')
    await expect.poll(() => readFileSync(kept, 'utf8')).toMatch(/"table":false.*"range":{/)
    await app.reopen()
    await app.page
      .getByRole('button', { name: /Handwritten digits/ })
      .first()
      .click()
    await openExplore(app.page)
    await expect(app.page.locator('[data-test="pinned"] [data-card="loss/val"]')).toBeVisible()
    await curvesOf(app.page, 'loss/val', 9)
    await expect(app.page.locator('[data-test="smoothing"]')).toHaveValue('0.8')
    await expect(app.page.locator('[data-run]').nth(1)).toHaveAttribute('data-shown', 'false')
  })
})
