/** What goes wrong is a sentence in its place, and the rest stays usable. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'

/** Opens a folder as the user would: through the native dialog, or by typing its path in the browser. */
async function openFolder(app: PhasescopeApp, folder: string): Promise<void> {
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

function copySample(app: PhasescopeApp, name: string): string {
  const folder = join(app.projects, name)
  cpSync(join(root, 'resources', 'sample'), folder, { recursive: true })
  return folder
}

test('folders that are no project are refused in words', async ({ app }) => {
  const notice = app.page.locator('[data-test="notice"]')
  await openFolder(app, join(app.projects, 'nowhere'))
  await expect(notice).toContainText('does not exist')
  const plain = join(app.projects, 'plain')
  mkdirSync(plain)
  await openFolder(app, plain)
  await expect(notice).toContainText('has no project.json')
  await expect(app.page.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
})

test('a project of a newer version is refused in words', async ({ app }) => {
  const folder = copySample(app, 'newer')
  const path = join(folder, 'project.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...manifest, schemaVersion: 99 }))
  await openFolder(app, folder)
  await expect(app.page.locator('[data-test="notice"]')).toContainText('newer Phasescope')
})

test('one damaged manifest is named and the rest stays usable', async ({ app }) => {
  const folder = copySample(app, 'damaged')
  const [first, ...others] = readdirSync(join(folder, 'runs'))
  writeFileSync(join(folder, 'runs', first, 'run.json'), '{"schemaVersion": 1, "id": ')
  await openFolder(app, folder)
  // The analysis still knows the run; its curves are gone, and nothing fails for that.
  await expect(app.page.locator('.handle').first()).toBeAttached()
  await expect(app.page.locator('[data-test="heatmap"]')).toBeVisible()
  await expect(app.page.locator('[data-test="notice"]')).toHaveCount(0)
  await app.page.locator('[data-page="runs"]').click()
  await expect(app.page.locator('[data-test="problems"]')).toContainText(first)
  await expect(app.page.locator('[data-test="problems"]')).toContainText('not valid JSON')
  await expect(app.page.locator('tr.run')).toHaveCount(others.length)
  await app.capture('runs-damaged')
})

test('a project whose folder is gone says so in the list', async ({ app }) => {
  const folder = copySample(app, 'gone')
  await openFolder(app, folder)
  await app.page.locator('[data-test="close-project"]').click()
  // Until it is closed, the project is written to.
  await expect(app.page.locator('[data-test="open-project"]')).toBeVisible()
  rmSync(folder, { recursive: true })
  await app.page.reload()
  await expect(app.page.getByText('The folder is gone')).toBeVisible()
})

test('bad hyperparameters are named under their field and nothing starts', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="new-project"]').click()
  await page.getByLabel('Name').fill('Trouble')
  await page.locator('[data-test="create-project"]').click()
  await expect(page.locator('#param-epochs')).toBeVisible()
  await page.locator('#param-epochs').fill('0')
  await expect(page.getByRole('alert')).toContainText('Epochs')
  await expect(page.locator('[data-test="start-runs"]')).toBeDisabled()
  await page.locator('#param-epochs').fill('3')
  await expect(page.locator('[data-test="start-runs"]')).toBeEnabled()
  await page.locator('#seeds').fill('5-2')
  await expect(page.getByRole('alert')).toContainText('runs backwards')
  await app.capture('design-bad-seeds')
})

test('a cancelled run keeps what it has and can go on', async ({ app }) => {
  const { page } = app
  test.setTimeout(180_000)
  await page.locator('[data-test="new-project"]').click()
  await page.getByLabel('Name').fill('Cancel')
  await page.locator('[data-test="create-project"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'MNIST' }).click()
  await page.locator('#param-trainSamples').fill('500')
  await page.locator('#param-epochs').fill('60')
  await page.locator('#seeds').fill('0')
  await page.locator('[data-test="start-runs"]').click()
  const curves = page.locator('[data-test="live-curves"]')
  await expect
    .poll(async () => Number((await curves.getAttribute('data-points').catch(() => '0')) ?? 0), { timeout: 60_000 })
    .toBeGreaterThan(3)
  await page.getByRole('button', { name: /^Cancel/ }).click()
  await expect(page.locator('[data-status="cancelled"]').first()).toBeVisible({ timeout: 30_000 })
  expect(Number(await curves.getAttribute('data-points'))).toBeGreaterThan(3)
  await page.locator('[data-test="continue-run"]').click()
  await expect(page.locator('[data-status="done"]').first()).toBeVisible({ timeout: 120_000 })
})

test('closing the application in the middle of a training loses nothing', async ({ app }) => {
  test.setTimeout(180_000)
  await app.page.locator('[data-test="new-project"]').click()
  await app.page.getByLabel('Name').fill('Closed midway')
  await app.page.locator('[data-test="create-project"]').click()
  await app.page.locator('[data-test="task"]').click()
  await app.page.locator('.n-base-select-option', { hasText: 'MNIST' }).click()
  await app.page.locator('#param-trainSamples').fill('500')
  await app.page.locator('#param-epochs').fill('60')
  await app.page.locator('#rec-checkpoint').fill('2')
  await app.page.locator('#seeds').fill('0')
  await app.page.locator('[data-test="start-runs"]').click()
  const points = async (): Promise<number> =>
    Number(
      (await app.page
        .locator('[data-test="live-curves"]')
        .getAttribute('data-points')
        .catch(() => '0')) ?? 0
    )
  await expect.poll(points, { timeout: 60_000 }).toBeGreaterThan(6)
  const before = await points()

  await app.reopen()
  await app.page.getByRole('button', { name: /^Closed midway/ }).click()
  // The queue comes back and waits for somebody to let it go on.
  await expect(app.page.locator('tr.run [data-status="paused"]')).toBeVisible()
  await app.page.locator('[data-page="train"]').click()
  await expect.poll(points).toBeGreaterThanOrEqual(before)
  await app.page.locator('[data-test="resume-waiting"]').click()
  await app.page.locator('[data-page="runs"]').click()
  await expect(app.page.locator('tr.run [data-status="done"]')).toBeVisible({ timeout: 120_000 })
})

test('a small window keeps its parts reachable', async ({ app }) => {
  const { page } = app
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('.handle').first()).toBeAttached()
  if (app.electron) {
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.setContentSize(900, 600))
  } else await page.setViewportSize({ width: 900, height: 600 })
  await page.waitForFunction(() => window.innerWidth <= 920)
  await app.capture('analysis-small')
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  await page.locator('[data-page="runs"]').click()
  await app.capture('runs-small')
})

test('the bar of restricted mode shows its words and buttons whole', async ({ app }) => {
  await openFolder(app, copySample(app, 'of others'))
  const bar = app.page.locator('[data-test="restricted"]')
  await expect(bar).toBeVisible()
  const outer = (await bar.boundingBox())!
  for (const part of await bar.locator('p, button').all()) {
    const inner = (await part.boundingBox())!
    expect(inner.y).toBeGreaterThanOrEqual(outer.y)
    expect(inner.y + inner.height).toBeLessThanOrEqual(outer.y + outer.height)
  }
  await app.capture('restricted')
})
