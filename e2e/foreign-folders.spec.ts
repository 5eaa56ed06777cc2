/** Output folders of other tools, dropped whole: what was understood is shown before anything is written, and may be changed. */
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { newProject } from './steps'

const testdata = fileURLToPath(new URL('../testdata/imports', import.meta.url))

async function drop(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files: [folder], dragOperationsMask: 1 }
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  }
}

test('the output of Lightning becomes curves, weights and states in one drop', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'elsewhere', 'lightning_logs')
  cpSync(join(testdata, 'lightning', 'lightning_logs'), folder, { recursive: true })
  await newProject(page, 'Lightning')
  await drop(page, folder)
  const dialog = page.locator('[data-test="import-dialog"]')
  await expect(dialog.locator('[data-test="import-file"]')).toHaveCount(4)
  await expect(dialog).toContainText('2 other files not read')
  // The seeds stand in hparams.yaml, and are guesses.
  const seed = dialog.getByRole('textbox', { name: 'Seed of version_1' })
  await expect(seed).toHaveValue('2')
  await expect(seed).toHaveAttribute('title', 'A guess, from hparams.yaml')
  await app.capture('import-lightning')
  await seed.fill('7')
  await seed.press('Enter')
  await expect(seed).toHaveAttribute('title', 'Seed')
  await page.getByRole('button', { name: 'Import 2 runs' }).click()
  await expect(page.locator('[data-test="import-result"]')).toContainText('2 runs imported')
  await dialog.locator('[data-test="close-import"]').click()
  await expect(page.getByText('version_1').first()).toBeVisible()
  await app.capture('imported-lightning')
})

test('folders of many tools at once are told apart, and every file is accounted for', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'elsewhere', 'everything')
  for (const tool of ['stable-baselines3', 'mmengine', 'mlflow', 'keras', 'wandb', 'tensorboard'])
    cpSync(join(testdata, tool), join(folder, tool), { recursive: true })
  for (const tool of readdirSync(folder)) rmSync(join(folder, tool, 'expected.json'))
  await newProject(page, 'Everything')
  await drop(page, folder)
  const dialog = page.locator('[data-test="import-dialog"]')
  await expect(dialog).toContainText('Import')
  await expect(dialog.locator('[data-test="import-file"]').first()).toBeVisible()
  await app.capture('import-many')
  await dialog.locator('[data-test="left-files"] summary').click()
  await expect(dialog).toContainText('an offline file of Weights & Biases')
  await app.capture('import-many-left')
  const apart = dialog.locator('[data-test="keep-apart"]').first()
  const before = await dialog.locator('[data-test="keep-apart"]').count()
  await apart.click()
  await expect(dialog.locator('[data-test="keep-apart"]')).toHaveCount(before - 1)
})
