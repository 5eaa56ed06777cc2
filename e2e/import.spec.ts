/** Runs of other programs: dropped on the window, looked through, imported, fitted. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { chooseFolder, newProject } from './steps'

/** Three phases of a training with two metrics and losses; the seed moves their borders. */
function csvOf(seed: number): string {
  const lines = ['epoch,step,l2,my sharpness,train_loss,eval_loss']
  for (let epoch = 0; epoch < 60; epoch++) {
    const phase = epoch < 18 + (seed % 3) ? 0 : epoch < 40 + (seed % 4) ? 1 : 2
    const wave = Math.sin(7 * epoch + 3 * seed)
    const level = [10, 4, 1][phase]
    const sharpness = [0.5, 3, 1.2][phase] + 0.05 * wave
    lines.push([epoch, epoch * 12, level + 0.2 * wave, sharpness, level / 5, (level + phase) / 5].join())
  }
  return `${lines.join('\n')}\n`
}

function folderOfRuns(app: PhasescopeApp, name: string, seeds: number): string {
  const folder = join(app.projects, '..', 'elsewhere', name)
  mkdirSync(folder, { recursive: true })
  for (let seed = 0; seed < seeds; seed++) writeFileSync(join(folder, `seed${seed}.csv`), csvOf(seed))
  return folder
}

/** Drags real paths over the window, as a file manager does. */
async function drag(page: Page, paths: string[]): Promise<{ drop(): Promise<void> }> {
  const session = await page.context().newCDPSession(page)
  const send = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
    session.send('Input.dispatchDragEvent', {
      type,
      x: 400,
      y: 300,
      data: { items: [], files: paths, dragOperationsMask: 1 }
    })
  await send('dragEnter')
  await send('dragOver')
  return {
    async drop() {
      await send('drop')
      await session.detach()
    }
  }
}

test('a dropped folder of CSVs becomes runs, one that cannot be read is told, and states are fitted to them', async ({
  app
}) => {
  const { page } = app
  const folder = folderOfRuns(app, 'three phases', 6)
  writeFileSync(join(folder, 'seed6.csv'), `${csvOf(6)}60,720,"1\n`)
  await newProject(page, 'From elsewhere')
  await app.capture('runs-empty')

  const dragged = await drag(page, [folder])
  await expect(page.locator('[data-test="drop-target"]')).toContainText('Drop to import into From elsewhere')
  await app.capture('import-drop')
  await dragged.drop()
  await expect(page.locator('[data-test="drop-target"]')).toHaveCount(0)

  const dialog = page.locator('[data-test="import-dialog"]')
  await expect(dialog.locator('[data-test="import-file"]')).toHaveCount(7)
  await expect(dialog).toContainText('Line 62: a quoted cell does not end where its line does.')
  await expect(dialog.locator('#import-group')).toHaveValue('three phases')
  await dialog.getByRole('button', { name: 'Show names' }).click()
  await expect(dialog).toContainText('weights/l2')
  await app.capture('import-review')
  await page.getByRole('button', { name: 'Import 6 runs' }).click()

  await expect(page.locator('[data-test="import-result"]')).toContainText('6 runs imported')
  await expect(page.locator('[data-test="import-result"]')).toContainText('three phases/seed6.csv, line 62')
  await app.capture('import-result')
  await page.locator('[data-test="close-import"]').click()
  await expect(page.locator('tr.run [data-status="done"]')).toHaveCount(6)
  await expect(page.locator('tr.group')).toContainText('imported from CSV')
  await app.capture('runs-imported')

  await page.getByRole('button', { name: 'Fit states to 6 runs' }).click()
  await page.locator('#fit-max').fill('3')
  await page.locator('#fit-restarts').fill('2')
  await app.capture('fit-imported')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('.handle').first()).toBeAttached({ timeout: 60_000 })
  await expect(page.locator('[data-test="ribbon"] canvas')).toBeVisible()
  await app.capture('analysis-imported')

  await page.locator('[data-page="runs"]').click()
  await page.locator('tr.run .open').first().click()
  await page.locator('[data-page="train"]').click()
  await expect(page.locator('[data-test="live-curves"] canvas').first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Run', exact: true })).toContainText('Imported from')
  await app.capture('train-imported')
})

test('an import begins a project, and asks which column counts steps', async ({ app }) => {
  const { page } = app
  const folder = folderOfRuns(app, 'clocks', 0)
  for (const seed of [1, 2]) {
    const rows = Array.from({ length: 5 }, (_, i) => `${10 * i + seed},${i / 3}`)
    writeFileSync(join(folder, `s${seed}.csv`), `seconds,a\n${rows.join('\n')}\n`)
  }
  const dialog = page.locator('[data-test="import-dialog"]')
  await chooseFolder(app, folder)
  await expect(dialog).toContainText('say which one counts steps')
  await expect(page.locator('[data-test="start-import"]')).toBeDisabled()
  await app.capture('import-unclear')
  await page.locator('[data-test="step-column"]').click()
  await page.locator('.n-base-select-option', { hasText: 'seconds' }).click()
  await expect(dialog.locator('[data-test="import-file"]').first()).toContainText('1 – 41')
  await page.getByLabel('New project').fill('Clocks of others')
  await page.getByRole('button', { name: 'Import 2 runs' }).click()
  await expect(page.locator('[data-test="import-result"]')).toContainText('2 runs imported and selected.')
  await page.locator('[data-test="close-import"]').click()
  await expect(page.locator('tr.run [data-status="done"]')).toHaveCount(2)
  await expect(page.locator('header')).toContainText(['Clocks of others'])
  await app.reopen()
  await app.page.getByRole('button', { name: /^Clocks of others/ }).click()
  await expect(app.page.locator('tr.run [data-status="done"]')).toHaveCount(2)
})

test('what cannot be imported is refused in words, and nothing of it stays', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Nothing good')
  const folder = folderOfRuns(
    app,
    'a folder with a rather long name, as people write them when they run many things',
    0
  )
  writeFileSync(join(folder, 'numbers.csv'), '1,2\n3,4\n')
  writeFileSync(join(folder, 'picture.csv'), Uint8Array.from([137, 80, 78, 71, 0, 0]))
  const dialog = page.locator('[data-test="import-dialog"]')
  if (app.electron) {
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.setContentSize(760, 560))
  } else await page.setViewportSize({ width: 760, height: 560 })
  await (await drag(page, [folder])).drop()
  await expect(dialog).toContainText('there is no header')
  await expect(dialog).toContainText('Is not a text file')
  await expect(dialog).toContainText('None of these files can be imported.')
  await expect(page.locator('[data-test="start-import"]')).toBeDisabled()
  await app.capture('import-refused-small')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toHaveCount(0)
  await chooseFolder(app, join(folder, 'nowhere'))
  await expect(dialog).toContainText('does not exist')
})
