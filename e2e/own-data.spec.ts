/** Data as people have them: what was understood is shown, what only they can say is asked, every file is accounted for. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { encode } from 'fast-png'
import { expect, type PhasescopeApp, test } from './app'
import { giveFolder, newProject } from './steps'

function write(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
}

async function openData(page: Page): Promise<void> {
  await page.locator('[data-page="design"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Your own network' }).click()
  await page.locator('[data-test="data-select"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Add data' }).click()
  await expect(page.locator('[data-test="data-dialog"]')).toBeVisible()
}

async function answer(page: Page, text: string): Promise<void> {
  await page.locator('[data-test="data-question"] .n-base-selection').click()
  await page.locator('.n-base-select-option', { hasText: text }).first().click()
}

/** A disc or a square on transparent ground. */
function shape(kind: 'disc' | 'square', radius: number): Uint8Array {
  const size = 24
  const data = new Uint8Array(size * size * 4)
  for (let i = 0; i < size * size; i++) {
    const [dx, dy] = [(i % size) - 12, Math.floor(i / size) - 12]
    const inside = kind === 'disc' ? dx * dx + dy * dy < radius * radius : Math.max(Math.abs(dx), Math.abs(dy)) < radius
    data.set([kind === 'disc' ? 40 : 150, 60, 90, inside ? 255 : 0], i * 4)
  }
  return encode({ width: size, height: size, channels: 4, depth: 8, data })
}

async function withData(app: PhasescopeApp, name: string, fill: (folder: string) => void): Promise<void> {
  const folder = join(app.projects, '..', name)
  fill(folder)
  await newProject(app.page, 'Own data')
  await openData(app.page)
  await giveFolder(app, 'data', folder)
}

test('pictures: damaged ones are listed and left out, the rest is shown as it will be seen', async ({ app }) => {
  const { page } = app
  await withData(app, 'shapes', (folder) => {
    for (const kind of ['disc', 'square'] as const) {
      for (let i = 0; i < 9; i++)
        write(folder, `training_set/${kind}/${i}.png`, shape(kind, 4 + (i % 5) + (i > 4 ? 0.5 : 0)))
      for (let i = 0; i < 3; i++) write(folder, `test_set/${kind}/${i}.png`, shape(kind, 8.6 + i / 2))
    }
    write(folder, 'training_set/disc/empty.png', '')
    write(folder, 'training_set/square/cut.png', shape('square', 5).subarray(0, 60))
    write(folder, 'seg_pred/1.png', shape('disc', 3))
    write(folder, 'readme.md', '# Shapes')
  })
  await expect(page.locator('[data-test="data-question"]')).toContainText('2 of 26 pictures cannot be read')
  await app.capture('data-damaged')
  await answer(page, 'Leave 2 pictures out')
  await expect(page.locator('[data-test="data-facts"]')).toContainText('18 to train, 6 to validate')
  await expect(page.locator('[data-test="data-dialog"]')).toContainText('Transparent pictures lie on white.')
  await page.locator('[data-test="left-files"] summary').click()
  await expect(page.locator('[data-test="left-files"]')).toContainText('seg_pred/1.png')
  await app.capture('data-pictures')
  await page.locator('[data-test="add-data"]').click()
  await expect(page.locator('[data-test="data-dialog"]')).toHaveCount(0)
})

test('a table: row numbers, words and empty cells, and inputs that are chosen', async ({ app }) => {
  const { page } = app
  await withData(app, 'passengers', (folder) => {
    const rows = Array.from({ length: 40 }, (_, i) => {
      const age = i % 9 === 4 ? '' : String(20 + ((i * 7) % 50))
      return `${i + 1},${i % 3 ? 1 : 0},${1 + (i % 3)},"Doe, ${i}",${i % 2 ? 'male' : 'female'},${age},${(i * 3.7 + 7).toFixed(2)}`
    })
    write(folder, 'train.csv', `PassengerId,Survived,Pclass,Name,Sex,Age,Fare\n${rows.join('\n')}\n`)
  })
  await expect(page.locator('[data-test="data-question"]')).toContainText('have empty cells ("Age" 4)')
  await app.capture('data-gaps')
  await answer(page, 'Fill empty cells')
  await expect(page.locator('[data-test="data-facts"]')).toContainText('40')
  const dialog = page.locator('[data-test="data-dialog"]')
  await expect(dialog).toContainText('Left out, as they only tell the rows apart: "PassengerId".')
  await expect(dialog).toContainText('Words as one-hot: "Sex" (2).')
  await app.capture('data-table')
  await page.locator('[data-test="add-data"]').click()
  await expect(dialog).toHaveCount(0)
})
