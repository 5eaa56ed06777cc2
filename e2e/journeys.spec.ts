/**
 * The journeys of a newcomer, each by the clicks that it takes: a network that groks, logs of another program, the tasks with
 * pictures. Clicks and seconds are printed; pictures of every step are kept. Part of `npm run test:e2e -- --long`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { encodeFileVersion, encodeScalars, frameRecord } from '../src/events'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { giveFolder } from './steps'

/** Counts what a hand does, and keeps a picture of what it leads to. */
class Journey {
  private clicks = 0
  private steps = 0
  private readonly began = Date.now()

  constructor(
    private readonly app: PhasescopeApp,
    private readonly name: string
  ) {}

  async click(at: Locator): Promise<void> {
    await at.click()
    this.clicks += 1
  }

  /** On the canvas, where the keyboard handle of a state says that it lies. */
  async clickState(state: number): Promise<void> {
    const box = (await this.app.page.locator(`.handle[data-state="${state}"]`).boundingBox())!
    await this.app.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    this.clicks += 1
  }

  /** A click into the field, and the keys that write over what it holds. */
  async type(field: Locator, text: string): Promise<void> {
    await this.click(field)
    await this.app.page.keyboard.press('ControlOrMeta+a')
    await this.app.page.keyboard.type(text)
  }

  async newProject(name: string): Promise<void> {
    await this.click(this.app.page.locator('[data-test="new-project"]'))
    await this.app.page.keyboard.type(name)
    await this.app.page.keyboard.press('Enter')
  }

  async choose(select: Locator, option: RegExp): Promise<void> {
    await this.click(select)
    await this.click(this.app.page.locator('.n-base-select-option', { hasText: option }).first())
  }

  async step(what: string): Promise<void> {
    this.steps += 1
    await this.app.capture(`journey-${this.name}-${String(this.steps).padStart(2, '0')}-${what}`)
  }

  /** Something was done in a native dialog: the button that opens it was a click. */
  counted(clicks: number): void {
    this.clicks += clicks
  }

  end(before: string): void {
    const seconds = Math.round((Date.now() - this.began) / 1000)
    console.log(`Journey ${this.name}: ${this.clicks} clicks, ${seconds} s with its pictures (${before})`)
  }
}

test('A: several seeds of modular addition, from nothing to what drives a transition', async ({ app }) => {
  test.setTimeout(600_000)
  const { page } = app
  const journey = new Journey(app, 'grokking')
  await journey.newProject('Grokking')
  await expect(page.locator('[data-hook="blocks.0.mlp"]')).toBeVisible()
  await journey.type(page.locator('#seeds'), '0-3')
  // Of a thousandth of its length: where it leads is the same.
  await journey.type(page.locator('#param-epochs'), '20')
  await journey.step('design')
  await journey.click(page.locator('[data-test="start-runs"]'))
  await expect(page.locator('[data-test="live-curves"]')).toBeVisible({ timeout: 60_000 })
  await journey.step('train')
  const fit = page.locator('[data-test="fit-these"]')
  await expect(fit).toBeVisible({ timeout: 400_000 })
  await journey.step('trained')
  await journey.click(fit)
  await journey.step('fit')
  await journey.click(page.locator('[data-test="start-fit"]'))
  await expect(page.locator('.handle').first()).toBeAttached({ timeout: 180_000 })
  await journey.step('phases')
  await journey.click(page.locator('[data-test="tab-selection"]'))
  await journey.click(page.locator('[data-k="2"]'))
  await expect(page.locator('.handle')).toHaveCount(2)
  await journey.clickState(0)
  await journey.step('state')
  await page.keyboard.press('Escape')
  await journey.click(page.locator('[data-transition]').first())
  await expect(page.locator('[data-test="change"]')).toBeVisible()
  await journey.step('transition')
  await journey.click(page.getByRole('button', { name: 'Across runs', exact: true }))
  await journey.step('across')
  journey.end('the trial: 67, of which 22 on the straight path')
})

test('B: logs of another program, from their folder to states', async ({ app }) => {
  test.setTimeout(300_000)
  const { page } = app
  const logs = join(app.projects, '..', 'lightning_logs')
  let noise = 1
  /** A linear congruential generator, so that the logs are the same every time. */
  const random = (): number => (noise = (noise * 1664525 + 1013904223) >>> 0) / 2 ** 32 - 0.5
  for (let version = 0; version < 6; version++) {
    const home = join(logs, `version_${version}`)
    mkdirSync(home, { recursive: true })
    const points = Array.from({ length: 300 }, (_, step) => {
      const phase = step < 80 + version * 5 ? 0 : step < 190 + version * 7 ? 1 : 2
      return encodeScalars(1.7e9 + step, step, {
        'train/loss': [10, 4, 1][phase] + 0.4 * random(),
        'val/acc@1': [0.2, 0.5, 0.9][phase] + 0.04 * random(),
        grad_norm: [0.5, 3, 1.2][phase] + 0.1 * random(),
        epoch: Math.floor(step / 15)
      })
    })
    const records = [encodeFileVersion(1.7e9), ...points].map(frameRecord)
    writeFileSync(join(home, 'events.out.tfevents.1700000000.host.1.0'), Buffer.concat(records))
  }
  const journey = new Journey(app, 'logs')
  await journey.click(page.locator('[data-test="import-runs"]'))
  await giveFolder(app, 'import', logs)
  journey.counted(2)
  await expect(page.locator('[data-test="import-file"]')).toHaveCount(6)
  await journey.step('import')
  await journey.click(page.locator('[data-test="start-import"]'))
  await journey.click(page.locator('[data-test="close-import"]'))
  await expect(page.locator('tr.run')).toHaveCount(6)
  await journey.step('runs')
  await journey.click(page.locator('[data-page="explore"]'))
  await expect(page.locator('[data-curves="6"]').first()).toBeVisible()
  await journey.step('curves')
  await journey.click(page.locator('[data-page="analyze"]'))
  await journey.click(page.locator('[data-test="open-fit"]'))
  await journey.step('fit')
  await journey.click(page.locator('[data-test="start-fit"]'))
  await expect(page.locator('.handle').first()).toBeAttached({ timeout: 180_000 })
  await expect(page.locator('.handle')).toHaveCount(3)
  await journey.clickState(1)
  await journey.step('state')
  journey.end('the trial: 17, with states that could not be used')
})

test('D: captcha, nodules and a network of one’s own, to a picture of what they see', async ({ app }) => {
  test.setTimeout(300_000)
  const { page } = app
  const journey = new Journey(app, 'tasks')
  await journey.newProject('Tasks')
  await journey.choose(page.locator('[data-test="task"]'), /[Cc]aptcha/)
  await journey.step('captcha')
  await journey.choose(page.locator('[data-test="task"]'), /[Nn]odule/)
  await journey.step('nodules')
  await journey.choose(page.locator('[data-test="task"]'), /MNIST/)
  await journey.type(page.locator('#param-epochs'), '3')
  await journey.type(page.locator('#seeds'), '0')
  await journey.step('digits')
  await journey.click(page.locator('[data-test="start-runs"]'))
  await expect(page.locator('[data-test="live-curves"]')).toBeVisible({ timeout: 60_000 })
  await journey.step('train')
  await journey.click(page.locator('[data-page="explore"]'))
  await journey.click(page.locator('[data-test="tab-histograms"]'))
  await journey.step('histograms')
  journey.end('the trial: 26')
})
