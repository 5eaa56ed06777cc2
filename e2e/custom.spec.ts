/** The user's own data and network, from the first window to curves: a table, a Keras model, the project's own metrics. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeNpy } from '../src/formats/npy'
import { expect, test } from './app'
import { giveFolder, newProject } from './steps'

/** Two clouds on the diagonal, two beside it: no line tells them apart. */
function clouds(): string {
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [sx, sy] = [i % 2 ? 1 : -1, i % 4 < 2 ? 1 : -1]
    const wobble = (step: number): number => 0.5 * Math.sin(i * step)
    return `${(sx + wobble(7)).toFixed(3)},${(sy + wobble(11)).toFixed(3)},${sx * sy > 0 ? 'same' : 'other'}`
  })
  return ['a,b,kind', ...rows].join('\n')
}

const keras = JSON.stringify({
  class_name: 'Sequential',
  config: {
    name: 'tiny',
    layers: [
      { class_name: 'InputLayer', config: { batch_shape: [null, 2], dtype: 'float32', name: 'points' } },
      { class_name: 'Dense', config: { name: 'hidden', units: 16, activation: 'tanh', use_bias: true } },
      { class_name: 'Dense', config: { name: 'out', units: 2, activation: 'softmax', use_bias: true } }
    ]
  }
})

const metrics = `export function gap({ scalars }) {
  return scalars['loss/val'] - scalars['loss/train']
}
`

function projectFolder(projects: string): string {
  return join(projects, readdirSync(projects)[0])
}

test("a table and a Keras model become a run with metrics of one's own", async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'clouds')
  mkdirSync(folder)
  writeFileSync(join(folder, 'clouds.csv'), clouds())
  await newProject(page, 'Own data')
  // A file that came with the project: code, so nobody runs it unasked.
  writeFileSync(join(projectFolder(app.projects), 'metrics.js'), metrics)
  await page.locator('[data-page="design"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Your own network' }).click()
  await expect(page.getByText('Choose a data set, or add one to the project.').first()).toBeVisible()
  await app.capture('custom-empty')

  await page.locator('[data-test="data-select"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Add data' }).click()
  await expect(page.locator('[data-test="data-dialog"]')).toBeVisible()
  await giveFolder(app, 'data', folder)
  await expect(page.locator('[data-test="data-facts"]')).toContainText('240')
  await app.capture('custom-data')
  await page.locator('[data-test="add-data"]').click()
  await expect(page.locator('[data-test="data-dialog"]')).toHaveCount(0)

  await page.locator('[data-test="look-at-metrics"]').click()
  await expect(page.locator('pre')).toContainText("scalars['loss/val']")
  await app.capture('custom-metrics')
  await page.locator('[data-test="trust-metrics"]').click()
  await expect(page.locator('[data-test="own-metrics"]')).toContainText('are recorded')

  await page.locator('[data-test="edit-network"]').click()
  await page
    .locator('[data-test="open-network"]')
    .setInputFiles({ name: 'tiny.json', mimeType: 'application/json', buffer: Buffer.from(keras) })
  await expect(page.getByText('Fits the data.')).toBeVisible()
  await app.capture('custom-network')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.locator('#param-epochs').fill('30')
  await page.locator('#param-learningRate').fill('0.02')
  await page.locator('#param-watched').fill('user/gap')
  await expect(page.getByText('says whether lower or higher is better').first()).toBeVisible()
  await page.locator('#param-watched').fill('accuracy')
  await app.capture('custom-watched')
  await page.locator('.n-base-select-option', { hasText: 'accuracy/val' }).click()
  await expect(page.locator('#param-watched')).toHaveValue('accuracy/val')
  await page.locator('#seeds').fill('0')
  await expect(page.locator('[data-test="start-runs"]')).toBeEnabled()
  await app.capture('custom-design')
  await page.locator('[data-test="start-runs"]').click()
  await expect(page.locator('[data-test="live-curves"]')).toBeVisible()
  await expect(page.locator('[data-status="done"]').first()).toBeVisible()
  const accuracy = await page.locator('.row .num').first().textContent()
  expect(Number(accuracy)).toBeGreaterThan(0.9)
  await expect(page.locator('[data-test="best"]')).toContainText('accuracy/val')
  await app.capture('custom-trained')

  await page.locator('[data-page="explore"]').click()
  await page.getByPlaceholder('Filter tags').fill('user/')
  await expect(page.locator('[data-card="user/gap"]')).toBeVisible()
  await app.capture('custom-own-metric')
})

test('a model from an archive says what it brings, and trains from its own weights', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, '..', 'sequences')
  mkdirSync(folder)
  // [40, 6, 2], of which the mean of the first channel tells the class.
  const inputs = Float32Array.from(
    { length: 40 * 12 },
    (_, i) => Math.sin(i * 7) / 2 + (i % 2 ? 0 : Math.floor(i / 12) % 2)
  )
  writeFileSync(join(folder, 'x_train.npy'), writeNpy({ shape: [40, 6, 2], values: inputs }))
  writeFileSync(
    join(folder, 'y_train.npy'),
    writeNpy({ shape: [40], values: Int32Array.from({ length: 40 }, (_, i) => i % 2) })
  )
  await newProject(page, 'Archive')
  await page.locator('[data-page="design"]').click()
  await page.locator('[data-test="task"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Your own network' }).click()
  await page.locator('[data-test="data-select"]').click()
  await page.locator('.n-base-select-option', { hasText: 'Add data' }).click()
  await giveFolder(app, 'data', folder)
  await page.locator('[data-test="add-data"]').click()
  await expect(page.locator('[data-test="data-dialog"]')).toHaveCount(0)

  await page.locator('[data-test="edit-network"]').click()
  const file = fileURLToPath(new URL('../testdata/networks/small.keras', import.meta.url))
  await page
    .locator('[data-test="open-network"]')
    .setInputFiles({ name: 'small.keras', mimeType: 'application/zip', buffer: readFileSync(file) })
  await expect(page.getByText('Fits the data.')).toBeVisible()
  await expect(page.getByText('The softmax of layer out was taken off')).toBeVisible()
  await page.locator('[data-test="saved-weights"]').click()
  await app.capture('network-archive')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.locator('#param-epochs').fill('2')
  await page.locator('#seeds').fill('0')
  await page.locator('[data-test="start-runs"]').click()
  await expect(page.locator('[data-status="done"]').first()).toBeVisible()
  const project = projectFolder(app.projects)
  expect(readdirSync(join(project, 'networks'))).toHaveLength(1)
})
