/** What a log or a project may bring that would hold up the page: it goes on drawing, and answers a click. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { EventFileWriter } from '../src/project/event-file-writer'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { chooseFolder, newProject } from './steps'

const megabytes = 5_000_000
const tab = (page: Page, id: string): Promise<void> => page.locator(`[data-test="tab-${id}"]`).click()

/** Prose, tables, and what parsers of Markdown are slow on: open brackets, quotes and lists within each other. */
function longTexts(): Record<string, string> {
  const prose = `## A heading\n\n${'Some *words* of `code` and [a link](https://example.org/x). '.repeat(12)}\n\n| a | b |\n|---|--:|\n${'| 1 | 2 |\n'.repeat(8)}\n`
  const fill = (text: string): string => text.repeat(Math.ceil(megabytes / text.length)).slice(0, megabytes)
  return {
    'long/prose': fill(prose),
    'long/brackets': fill('['),
    'long/quotes': fill('> '),
    'long/nested': fill(`${'- '.repeat(60)}x\n\n${'*a **b '.repeat(200)}\n\n`),
    'long/letters': fill('a')
  }
}

/** Longest time between two frames until the work is done, in ms. */
async function longestGap(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const measured = window as unknown as { longest: number; measuring: boolean }
    Object.assign(measured, { longest: 0, measuring: true })
    let before = performance.now()
    const frame = (now: number): void => {
      measured.longest = Math.max(measured.longest, now - before)
      before = now
      if (measured.measuring) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  await work()
  return page.evaluate(() => {
    const measured = window as unknown as { longest: number; measuring: boolean }
    measured.measuring = false
    return measured.longest
  })
}

async function importLong(app: PhasescopeApp): Promise<void> {
  const folder = join(app.projects, '..', 'long', 'a')
  mkdirSync(folder, { recursive: true })
  const writer = new EventFileWriter(folder)
  writer.scalars(0, { [`loss/${'a'.repeat(60)}!`]: 1 })
  for (const [tag, text] of Object.entries(longTexts())) writer.text(0, tag, text)
  writer.close()
  await newProject(app.page, 'Long')
  await chooseFolder(app, join(folder, '..'))
  await app.page.locator('[data-test="start-import"]').click()
  await app.page.locator('[data-test="close-import"]').click()
  await app.page.locator('[data-page="explore"]').click()
}

test('long and hostile texts leave the page answering', async ({ app }) => {
  test.setTimeout(240_000)
  const { page } = app
  await importLong(app)
  const gap = await longestGap(page, async () => {
    await tab(page, 'text')
    for (const name of ['prose', 'brackets', 'quotes', 'nested', 'letters']) {
      const card = page.locator(`[data-card="long/${name}"]`)
      await card.scrollIntoViewIfNeeded()
      await expect(card.locator('[data-shown]')).toBeVisible({ timeout: 60_000 })
      const more = card.locator('[data-test="text-more"]')
      await expect(more).toHaveText(/Show more \(\d+ kB of 5\.0 MB\)/)
      await more.click()
      await expect(more).toHaveText(/Show more \(1[23]\d kB of 5\.0 MB\)/)
      await expect(card.locator('[data-shown]')).toBeVisible({ timeout: 60_000 })
    }
  })
  const refused = await page.locator('[data-test="text-problem"]').count()
  console.log(
    `longest time between two frames over 5 texts of 5 MB: ${gap.toFixed(0)} ms; shown as written: ${refused}`
  )
  await expect(page.locator('[data-card="long/prose"] h2').first()).toHaveText('A heading')
  await tab(page, 'scalars')
  await expect(page.locator('[data-card^="loss/"]')).toBeVisible()
})

test('an endless expression, typed or brought by a project, holds nothing up', async ({ app }) => {
  test.setTimeout(120_000)
  await importLong(app)
  await expect(app.page.locator('[data-card^="loss/"]')).toBeVisible()
  const folder = join(app.projects, readdirSync(app.projects)[0])
  const evil = '(a+)+$'
  const runs = { search: evil, shown: {}, colorBy: 'regex', regex: evil, colors: {} }
  const boards = { scalars: { tagFilter: evil }, text: { tagFilter: evil } }
  writeFileSync(join(folder, 'views.json'), JSON.stringify({ version: 1, tab: 'scalars', runs, boards }))
  await app.reopen()
  await app.page.getByText('Long', { exact: true }).first().click()
  await app.page.locator('[data-page="explore"]').click()
  const search = app.page.locator('[data-test="run-search"]')
  await expect(search.or(search.locator('input')).last()).toHaveValue(evil)
  await tab(app.page, 'text')
  await tab(app.page, 'scalars')
  await expect(app.page.getByText(`No tag matches "${evil}".`)).toBeVisible()
})
