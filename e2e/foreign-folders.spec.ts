/** Output folders of other tools, dropped whole: what was understood is shown before anything is written, and may be changed. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { encodeSafetensors } from '../src/formats/safetensors'
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
  cpSync(join(testdata, 'lightning-phases', 'lightning_logs'), folder, { recursive: true })
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
  await dialog.getByRole('button', { name: 'Fit states' }).click()
  await app.capture('fit-lightning')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('[data-test="ribbon"] canvas')).toBeVisible({ timeout: 60_000 })
  await app.capture('states-lightning')
  await page.locator('[data-page="runs"]').click()
  await page.locator('tr.run .open').first().click()
  await page.locator('[data-page="train"]').click()
  await expect(page.locator('[data-test="live-curves"] canvas').first()).toBeVisible()
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

test('weights beside several logs ask of which they are, and any runs can be joined and kept apart', async ({
  app
}) => {
  const { page } = app
  const folder = join(app.projects, '..', 'elsewhere', 'out')
  mkdirSync(folder, { recursive: true })
  for (const name of ['first', 'second']) writeFileSync(join(folder, `${name}.csv`), 'step,loss\n10,3\n20,2\n')
  for (const step of [10, 20]) {
    const weights = [{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(step, 2, 3, 4) }]
    writeFileSync(join(folder, `step_${step}.safetensors`), encodeSafetensors(weights))
  }
  await newProject(page, 'Asked')
  await drop(page, folder)
  const dialog = page.locator('[data-test="import-dialog"]')
  await expect(page.getByRole('button', { name: 'Import 3 runs' })).toBeVisible()
  const question = dialog.locator('[data-test="join-with"]')
  await expect(question).toHaveCount(1)
  await app.capture('import-asks')
  await question.selectOption({ label: 'second · out/second.csv' })
  await expect(page.getByRole('button', { name: 'Import 2 runs' })).toBeVisible()
  await expect(question).toHaveCount(0)
  await app.capture('import-joined')
  await dialog.locator('[data-test="keep-apart"]').click()
  await expect(page.getByRole('button', { name: 'Import 3 runs' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Join first with another run' }).click()
  await dialog.locator('[data-test="join-with"]').selectOption({ label: 'second · out/second.csv' })
  await page.getByRole('button', { name: 'Import 2 runs' }).click()
  await expect(page.locator('[data-test="import-result"]')).toContainText('2 runs imported')
})
