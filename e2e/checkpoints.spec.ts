/** Checkpoints that PyTorch wrote: dropped on the window, hook points chosen in the tree, curves as of any run. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from './app'
import { newProject } from './steps'

const testdata = fileURLToPath(new URL('../testdata/checkpoints/torch', import.meta.url))

test('a dropped folder of checkpoints becomes a run of weight metrics at the chosen modules', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'elsewhere', 'pytorch run')
  cpSync(testdata, folder, { recursive: true })
  await newProject(page, 'Checkpoints')
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files: [folder], dragOperationsMask: 1 }
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  }
  const dialog = page.locator('[data-test="import-dialog"]')
  const boxes = dialog.locator('[data-test="hook-point"]')
  await expect(boxes).toHaveCount(13)
  await expect(dialog.locator('[data-test="import-file"]')).toContainText('pytorch run/ckpt_*')
  await expect(dialog).toContainText('3 checkpoints to measure at 13 hook points')
  await app.capture('import-checkpoints')

  const start = dialog.locator('[data-test="start-import"]')
  await dialog.locator('[data-test="hooks-none"]').click()
  await expect(start).toBeDisabled()
  await expect(dialog).toContainText('Choose at least one module to measure.')
  await dialog.getByRole('checkbox', { name: 'square_5x5' }).check()
  await dialog.getByPlaceholder('Filter modules').fill('conv')
  await dialog.locator('[data-test="hooks-all"]').click()
  await expect(dialog).toContainText('3 checkpoints to measure at 3 hook points')
  await start.click()
  await expect(page.locator('[data-test="import-result"]')).toContainText('1 run imported')
  await dialog.locator('[data-test="close-import"]').click()
  await expect(page.getByText('pytorch run').first()).toBeVisible()
  await app.capture('imported-checkpoints')
})
