/**
 * Series that leave a careless chart without a scale: every page that draws them must go on answering. The geometry is
 * tested beside the charts (renderer/charts/odd-series.test.ts); this is the same in a real browser, where a tick loop
 * without an end takes the whole page with it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { oddSeries } from '../renderer/charts/odd-series'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'

const points = 24
const names = Object.keys(oddSeries)
/** Those that leave a metric behind; of an empty column there is none. */
const drawn = names.filter((name) => oddSeries[name].length > 0)

/** As a program would write it; a missing value is an empty cell. */
function cell(value: number | undefined): string {
  return value === undefined ? '' : String(value).replace('Infinity', 'inf')
}
function valueAt(name: string, row: number): number | undefined {
  const values = oddSeries[name]
  // Short series end early, longer ones come round again.
  return values.length < 2 ? values[row] : values[row % values.length]
}
/** Two levels, so that there are states to find. */
const level = (row: number, run: number): number => (row < 10 + run ? 5 : 1) + 0.1 * Math.sin(3 * row + run)

function write(folder: string, name: string, header: string[], cells: (row: number) => (number | undefined)[]): void {
  mkdirSync(folder, { recursive: true })
  const rows = Array.from({ length: points }, (_, row) => [row, row, ...cells(row)].map(cell).join())
  writeFileSync(join(folder, `${name}.csv`), [['step', 'epoch', ...header].join(), ...rows, ''].join('\n'))
}

/** One run for each series, as its loss and accuracy; and two runs that hold all of them. */
function projectOf(app: PhasescopeApp): string {
  const folder = join(app.projects, '..', 'elsewhere')
  for (const name of names) {
    write(join(folder, `of ${name}`), name, ['loss/val', 'accuracy/val', 'level'], (row) => [
      valueAt(name, row),
      valueAt(name, row),
      level(row, 0)
    ])
  }
  for (const run of [0, 1]) {
    write(join(folder, 'all series'), `wide ${'ab'[run]}`, ['level', ...names.map((name) => `loss/${name}`)], (row) => [
      level(row, run),
      ...names.map((name) => valueAt(name, row))
    ])
  }
  const project = join(app.projects, 'odd')
  const sources = [...names.map((name) => join(folder, `of ${name}`)), join(folder, 'all series')]
  execFileSync(
    process.execPath,
    // Folder by folder, so that each is an experiment of its own.
    [join(root, 'bin', 'phasescope.js'), 'import', ...sources, '--project', project, '--create'],
    { cwd: root, stdio: 'ignore' }
  )
  return project
}

async function openProject(app: PhasescopeApp, folder: string): Promise<void> {
  if (app.electron) {
    await app.electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [path] })) as typeof dialog.showOpenDialog
    }, folder)
    await app.page.locator('[data-test="open-project"]').click()
  } else {
    await app.page.locator('[data-test="open-project"]').click()
    await app.page.locator('#project-path').fill(folder)
    await app.page.getByRole('button', { name: 'Open', exact: true }).click()
  }
}

/** Does what a user would; a page that never ends drawing never comes back from it. Times are told, not judged. */
async function answers(what: string, act: () => Promise<void>): Promise<void> {
  const began = performance.now()
  await act()
  console.log(`${what}: ${Math.round(performance.now() - began)} ms`)
}

async function frames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))
  )
}

test('odd series are drawn on every page, and the page goes on answering', async ({ app }) => {
  const { page } = app
  // Fewer than the test has: a page that hangs is told as such.
  page.setDefaultTimeout(20_000)
  await openProject(app, projectOf(app))

  for (const name of names) {
    await answers(`train ${name}`, async () => {
      await page.locator('[data-page="runs"]').click()
      await page.getByRole('button', { name, exact: true }).click()
      // A series without points is said in words.
      const shown = page.locator('[data-test="live-curves"] canvas').or(page.getByText('without losses or accuracies'))
      await expect(shown.first()).toBeVisible()
      await frames(page)
      for (const axis of ['linear', 'log']) {
        const button = page.getByRole('button', { name: axis, exact: true }).first()
        // Where nothing is above zero there is no logarithmic axis, and the button says so.
        if (axis === 'log' && (await button.isDisabled())) await expect(button).toHaveAttribute('title', /above zero/)
        else await button.click()
        await frames(page)
      }
    })
    if (['negative', 'constant', 'diverged', 'integers'].includes(name)) await app.capture(`odd-train-${name}`)
  }

  await answers('explore', async () => {
    await page.locator('[data-page="explore"]').click()
    await expect(page.locator('[data-card] canvas').first()).toBeVisible()
    for (const name of drawn) {
      await page.locator(`[data-card="loss/${name}"]`).scrollIntoViewIfNeeded()
      await frames(page)
    }
    await page.locator('[data-test="log-y"]').click()
    for (const name of drawn) {
      await page.locator(`[data-card="loss/${name}"]`).scrollIntoViewIfNeeded()
      await frames(page)
    }
  })

  await page.locator('[data-page="analyze"]').click()
  await page.locator('[data-test="open-fit"]').click()
  await page.locator('.n-modal .n-base-selection').first().click()
  await page.locator('.n-base-select-option:visible', { hasText: 'all series' }).click()
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('[data-test="readout"]').first()).toBeVisible()
  for (const name of drawn) {
    await answers(`analyze ${name}`, async () => {
      await page.locator('[data-test="lower-metric"]').click()
      await page.locator('.n-base-select-option:visible').getByText(`loss/${name}`, { exact: true }).click()
      await frames(page)
      await page.locator('[data-test="mode-mean"]').click()
      await frames(page)
      await page.getByRole('button', { name: 'run', exact: true }).click()
      await frames(page)
    })
  }
  await answers('models', async () => {
    await page.locator('[data-test="side-models"]').click()
    await expect(page.locator('[data-test="leaderboard"]')).toBeVisible()
    await frames(page)
  })
})
