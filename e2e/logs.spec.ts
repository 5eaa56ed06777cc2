/** TensorBoard logs that another process writes: chosen, followed, seen as they grow, analysed. */
import { spawn } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeFileVersion, encodeScalars, frameRecord } from '../src/events'
import { expect, test } from './app'
import { chooseFolder, newProject } from './steps'

const fileName = 'events.out.tfevents.1700000000.host.1.0'
const steps = 300

/** Three phases with two metrics; the seed moves their borders. */
function events(seed: number): Uint8Array[] {
  const points = Array.from({ length: steps }, (_, step) => {
    const phase = step < 80 + seed * 5 ? 0 : step < 190 + seed * 7 ? 1 : 2
    const wave = Math.sin(7 * step + 3 * seed)
    return encodeScalars(1.7e9 + step, step, {
      'loss/train': [10, 4, 1][phase] + 0.2 * wave,
      'grad/norm': [0.5, 3, 1.2][phase] + 0.05 * wave
    })
  })
  return [encodeFileVersion(1.7e9), ...points].map(frameRecord)
}

/** Appends in another process, in pieces of odd sizes that respect no record. */
function appendSlowly(rest: Uint8Array, from: string, to: string, everyMs: number): void {
  writeFileSync(from, rest)
  const program = `
    const { appendFileSync, readFileSync } = require('node:fs')
    const rest = readFileSync(process.argv[1])
    let at = 0
    const next = () => {
      const size = 1 + ((at * 7919) % 1013)
      appendFileSync(process.argv[2], rest.subarray(at, at + size))
      at += size
      if (at < rest.length) setTimeout(next, ${everyMs})
    }
    next()`
  spawn(process.execPath, ['-e', program, from, to])
}

test('logs: a folder of TensorBoard logs is followed while it is written', async ({ app }) => {
  const { page } = app
  const elsewhere = join(app.projects, '..', 'elsewhere')
  const logs = join(elsewhere, 'experiments')
  for (let seed = 0; seed < 6; seed++) {
    mkdirSync(join(logs, `seed_${seed}`), { recursive: true })
    writeFileSync(join(logs, `seed_${seed}`, fileName), Buffer.concat(events(seed)))
  }
  const live = Buffer.concat(events(6))
  mkdirSync(join(logs, 'seed_6'))
  const liveFile = join(logs, 'seed_6', fileName)
  writeFileSync(liveFile, live.subarray(0, 5000))

  await newProject(page, 'Followed logs')
  await chooseFolder(app, logs)
  const dialog = page.locator('[data-test="import-dialog"]')
  await expect(dialog.locator('[data-test="import-file"]')).toHaveCount(7)
  await expect(dialog).toContainText('7 TensorBoard runs')
  await expect(dialog.getByLabel(/Read them where they lie/)).toBeChecked()
  await app.capture('import-logs')
  await page.locator('[data-test="start-import"]').click()
  await expect(page.locator('[data-test="import-result"]')).toContainText('7 runs imported')
  await page.locator('[data-test="close-import"]').click()
  await expect(page.locator('[data-test="log-folder"]')).toContainText('followed, 7 runs')
  await expect(page.locator('tr.group')).toContainText('imported from TensorBoard')
  await app.capture('runs-logs')

  await page.locator('[data-page="explore"]').click()
  const card = page.locator('[data-card="loss/train"] [data-curves]')
  await expect(card).toHaveAttribute('data-curves', '7')

  await test.step('every point appears once', async () => {
    appendSlowly(live.subarray(5000), join(elsewhere, 'rest'), liveFile, 25)
    await expect(card).toHaveAttribute('data-points', String(7 * steps), { timeout: 30_000 })
    // Nothing comes twice, however long one waits.
    await page.waitForTimeout(2500)
    await expect(card).toHaveAttribute('data-points', String(7 * steps))
  })

  await test.step('a point is shown after it has been written, and how soon is printed', async () => {
    const waits: number[] = []
    for (let n = 0; n < 5; n++) {
      const before = Number(await card.getAttribute('data-points'))
      const wrote = Date.now()
      const record = frameRecord(encodeScalars(1.7e9 + steps + n, steps + n, { 'loss/train': 1 }))
      const appended = spawn(process.execPath, [
        '-e',
        'require("node:fs").appendFileSync(process.argv[1], Buffer.from(process.argv[2], "base64"))',
        liveFile,
        Buffer.from(record).toString('base64')
      ])
      await new Promise((resolve) => appended.once('exit', resolve))
      await expect(card).toHaveAttribute('data-points', String(before + 1), { timeout: 10_000 })
      waits.push(Date.now() - wrote)
    }
    console.log(`From the write to the screen: ${waits.map((wait) => `${wait} ms`).join(', ')}`)
  })

  await test.step('a run that begins later appears', async () => {
    mkdirSync(join(logs, 'seed_7'))
    writeFileSync(join(logs, 'seed_7', fileName), Buffer.concat(events(7)))
    await expect(card).toHaveAttribute('data-curves', '8', { timeout: 10_000 })
    await app.capture('explore-logs')
  })

  await test.step('states are fitted to tags of the log', async () => {
    await page.locator('[data-page="runs"]').click()
    await page.getByLabel('Select all runs of experiments').check()
    await page.getByRole('button', { name: 'Fit states to 8 runs' }).click()
    await page.locator('#fit-max').fill('3')
    await page.locator('#fit-restarts').fill('2')
    await page.locator('[data-test="start-fit"]').click()
    await expect(page.locator('.handle').first()).toBeAttached({ timeout: 60_000 })
    await app.capture('analysis-logs')
  })

  await test.step('a folder that has gone is told, and what is known of it stays', async () => {
    renameSync(logs, join(elsewhere, 'moved'))
    await page.locator('[data-page="runs"]').click()
    const folder = page.locator('[data-test="log-folder"]')
    await expect(folder).toContainText('it does not exist', { timeout: 10_000 })
    await app.capture('runs-logs-gone')
    renameSync(join(elsewhere, 'moved'), logs)
    await expect(folder).toContainText('followed, 8 runs', { timeout: 10_000 })
    await folder.locator('[data-test="unfollow"]').click()
    await page.getByRole('button', { name: 'Stop following' }).last().click()
    await expect(page.locator('tr.run')).toHaveCount(0)
  })
})
