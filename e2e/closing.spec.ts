/** Work is never lost by a click: closing the window, quitting, changing projects, and a process that is killed. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'
import { newProject } from './steps'

test.setTimeout(180_000)

interface SavedRun {
  status: string
  step: number
  message: string | null
}

function savedRun(app: PhasescopeApp, project: string): { folder: string; run: SavedRun } {
  const runs = join(app.projects, project, 'runs')
  const [id] = readdirSync(runs).filter((name) => !name.startsWith('.'))
  return { folder: join(runs, id), run: JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8')) as SavedRun }
}

/** A run that goes on for as long as any of these tests. */
async function train(app: PhasescopeApp, name: string): Promise<void> {
  const { page } = app
  await newProject(page, name)
  await page.locator('[data-page="design"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'MNIST' }).click()
  await page.locator('#param-trainSamples').fill('256')
  await page.locator('#param-epochs').fill('50000')
  await page.locator('#seeds').fill('0')
  await page.locator('[data-test="start-runs"]').click()
  await expect(page.locator('[data-status="running"]').first()).toBeVisible({ timeout: 60_000 })
  const project = name.toLowerCase()
  await expect.poll(() => savedRun(app, project).run.step, { timeout: 60_000 }).toBeGreaterThan(0)
}

/** What the question about runs in training is answered with, by number of the button; the questions are counted. */
async function answerWith(electron: ElectronApplication, response: number): Promise<void> {
  await electron.evaluate(({ dialog }, given) => {
    const asked = globalThis as unknown as { asked: unknown[] }
    asked.asked = []
    dialog.showMessageBox = ((_window: unknown, options: unknown) => {
      asked.asked.push(options)
      return Promise.resolve({ response: given, checkboxChecked: false })
    }) as typeof dialog.showMessageBox
  }, response)
}

async function closeWindow(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) if (window.isVisible()) window.close()
  })
}

function questions(electron: ElectronApplication): Promise<{ message: string; buttons: string[] }[]> {
  return electron.evaluate(() => (globalThis as unknown as { asked: never[] }).asked)
}

function isVisible(electron: ElectronApplication): Promise<boolean> {
  return electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()))
}

test('closing the window in training asks once, and each answer does what it says', async ({ app }) => {
  await train(app, 'closing')
  const electron = app.electron!

  await answerWith(electron, 2)
  await closeWindow(electron)
  await closeWindow(electron)
  const [question, again] = await questions(electron)
  expect(question.message).toBe('1 run is in training.')
  expect(question.buttons).toEqual(['Keep training in the background', 'Stop at a checkpoint and quit', 'Cancel'])
  expect(again).toBeDefined()
  expect(await isVisible(electron)).toBe(true)

  await answerWith(electron, 0)
  await closeWindow(electron)
  await expect.poll(() => isVisible(electron)).toBe(false)
  const { step } = savedRun(app, 'closing').run
  await expect.poll(() => savedRun(app, 'closing').run.step, { timeout: 30_000 }).toBeGreaterThan(step)
  expect(savedRun(app, 'closing').run.status).toBe('running')
  // A second start hands over to the first one and ends.
  const env = { ...(process.env as Record<string, string>), ...(await environmentOf(electron)) }
  const second = spawn(process.env.ELECTRON_EXEC_PATH!, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root], {
    env,
    stdio: 'ignore'
  })
  await new Promise((resolve) => second.once('exit', resolve))
  await expect.poll(() => isVisible(electron)).toBe(true)

  await answerWith(electron, 1)
  const gone = new Promise((resolve) => electron.process().once('exit', resolve))
  await closeWindow(electron)
  await gone
  const { run, folder } = savedRun(app, 'closing')
  expect(run.status).toBe('interrupted')
  expect(run.message).toMatch(/^Stopped at step \d+ of \d+ when the project was closed\. Continue it/)
  expect(readdirSync(join(folder, 'checkpoints'))).toContain(String(run.step))
})

async function environmentOf(electron: ElectronApplication): Promise<Record<string, string>> {
  return electron.evaluate(() => ({ PHASESCOPE_USER_DATA: process.env.PHASESCOPE_USER_DATA! }))
}

test('quitting waits for a checkpoint, and a continued run says from which step', async ({ app }) => {
  await train(app, 'quitting')
  // As the menu and the system do; twice, as a user does who thinks that the first time was lost.
  const gone = new Promise((resolve) => app.electron!.process().once('exit', resolve))
  await app.electron!.evaluate(({ app: application }) => {
    application.quit()
    application.quit()
  })
  await gone
  const { run, folder } = savedRun(app, 'quitting')
  expect(run.status).toBe('interrupted')
  expect(readdirSync(join(folder, 'checkpoints'))).toContain(String(run.step))

  await app.reopen()
  await app.page.getByText('quitting', { exact: true }).first().click()
  await app.page.locator('[data-page="train"]').click()
  await app.page
    .getByRole('button', { name: /Resume/ })
    .first()
    .click()
  await expect(app.page.getByText(`Goes on from step ${run.step}.`).first()).toBeVisible({ timeout: 60_000 })
  await expect.poll(() => savedRun(app, 'quitting').run.step, { timeout: 60_000 }).toBeGreaterThan(run.step)
})

test('a project that is left goes on training, and the start page says so', async ({ app }) => {
  const { page } = app
  await train(app, 'left')
  await page.locator('[data-test="all-projects"]').click()
  await expect(page.locator('[data-test="trains-here"]')).toContainText('1 training')
  await app.capture('start-training')
  const { step } = savedRun(app, 'left').run
  await page.locator('[data-test="open-sample"]').click()
  await expect(page.locator('[data-test="trains-elsewhere"]')).toContainText('Also training: left')
  await expect.poll(() => savedRun(app, 'left').run.step, { timeout: 30_000 }).toBeGreaterThan(step)
  await expect(runningRows(page)).toHaveCount(0)
  await app.capture('sample-while-training')
  await page.locator('[data-test="close-project"]').click()
  await page.getByText('left', { exact: true }).first().click()
  await page.locator('[data-page="train"]').click()
  await expect(page.locator('[data-status="running"]').first()).toBeVisible()
  await page
    .getByRole('button', { name: /^Cancel/ })
    .first()
    .click()
  await expect(page.locator('[data-status="cancelled"]').first()).toBeVisible({ timeout: 30_000 })
})

function runningRows(page: Page): ReturnType<Page['locator']> {
  return page.locator('[data-status="running"]')
}

test('a process that is killed in training loses nothing that was written', async ({ app }) => {
  await train(app, 'killed')
  const gone = new Promise((resolve) => app.electron!.process().once('exit', resolve))
  app.electron!.process().kill('SIGKILL')
  await gone
  await app.reopen()
  await app.page.getByText('killed', { exact: true }).first().click()
  await app.page.locator('[data-page="train"]').click()
  await app.page
    .getByRole('button', { name: /Resume/ })
    .first()
    .click()
  // It had no checkpoint of its own yet, or one: either is said, with the steps that are trained again.
  await expect(app.page.getByText(/Goes on from step \d+|Begins again at step 0/).first()).toBeVisible({
    timeout: 60_000
  })
})
