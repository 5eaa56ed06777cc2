/** The tabs beside the scalars, with logs of another program and with a run of our own. */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'
import { writeExploreLogs } from './explore-logs'
import { chooseFolder, newProject } from './steps'

const card = (page: Page, tag: string): Locator => page.locator(`[data-card="${tag}"]`)
const tab = (page: Page, id: string): Promise<void> => page.locator(`[data-test="tab-${id}"]`).click()
/** Tells one drawing of a card from another. */
const drawing = (place: Locator): Promise<number> =>
  place
    .locator('canvas')
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
      return data.reduce((hash, byte) => (hash * 31 + byte) % 1_000_003, 7)
    })

async function slide(place: Locator, position: number): Promise<void> {
  await place.getByRole('slider').fill(String(position))
}

async function importLogs(app: PhasescopeApp): Promise<void> {
  await newProject(app.page, 'Boards')
  await chooseFolder(app, writeExploreLogs(join(app.projects, '..')))
  await app.page.locator('[data-test="start-import"]').click()
  await app.page.locator('[data-test="close-import"]').click()
  await app.page.locator('[data-page="explore"]').click()
}

/** Moves the pointer over a card's first panel and reads what it tells; cards above may still find their height. */
async function pointAt(shown: Locator, x: number, y: number, told: RegExp): Promise<void> {
  const panel = shown.locator('[data-panel-of]').first()
  await expect(async () => {
    const box = (await shown.locator('canvas').first().boundingBox())!
    await shown.page().mouse.move(box.x + box.width * x - 1, box.y + box.height * y)
    await shown.page().mouse.move(box.x + box.width * x, box.y + box.height * y)
    await expect(panel).toContainText(told, { timeout: 1000 })
  }).toPass({ timeout: 20_000 })
}

test('tabs: histograms, images, sounds, texts, PR curves, hyperparameters and graphs of other programs', async ({
  app
}) => {
  const { page } = app
  await importLogs(app)
  await expect(page.locator('[data-run]')).toHaveCount(2)

  await test.step('histograms have a panel for each run, with the edges as recorded', async () => {
    await tab(page, 'histograms')
    const weights = card(page, 'layer/weights')
    await expect(weights.locator('[data-panel-of] canvas')).toHaveCount(2)
    await expect(weights).toContainText('values in buckets without an end')
    await expect(weights).toContainText('density (buckets differ in width)')
    await pointAt(weights, 0.6, 0.85, /step 20, \[.*\], count \d+/)
    await page.mouse.move(5, 5)
    const ridges = await drawing(weights)
    await page.locator('[data-test="rebin"]').check()
    await expect(weights).toContainText('rebinned to 30 equal bins')
    await expect.poll(() => drawing(weights)).not.toBe(ridges)
    await page.locator('[data-test="rebin"]').uncheck()
    await expect.poll(() => drawing(weights)).toBe(ridges)
    await app.capture('explore-histograms')
    await page.locator('[data-test="mode-overlay"]').click()
    await expect.poll(() => drawing(weights)).not.toBe(ridges)
  })

  await test.step('as bands of percentiles, and as a heatmap, for all cards or one', async () => {
    const weights = card(page, 'layer/weights')
    await page.locator('[data-test="mode-distribution"]').click()
    await pointAt(weights, 0.5, 0.5, /step 10, median/)
    await weights.locator('[data-test="card-mode"]').click()
    await page.locator('.n-dropdown-option', { hasText: 'Heatmap' }).click()
    await expect(weights).toHaveAttribute('data-mode', 'heatmap')
    await expect(weights).toContainText('rebinned over common edges')
    await pointAt(weights, 0.5, 0.5, /mean .+σ/)
    const [first, second] = await weights.locator('[data-test="heatmap-help"]').all()
    await first.click()
    // Of this map, and of no other.
    const guide = weights.locator('[data-test="heatmap-guide"]')
    await expect(guide).toHaveCount(1)
    await expect(guide).toContainText('A column is one recorded histogram.')
    await expect(guide.locator('[data-guide="zeros"]')).toContainText('was not recorded')
    await expect(second).toHaveAttribute('aria-expanded', 'false')
    await app.capture('explore-heatmap')
    // It is remembered, wherever one has been meanwhile.
    await tab(page, 'images')
    await tab(page, 'histograms')
    await expect(guide).toHaveCount(1)
    await first.click()
    await expect(guide).toHaveCount(0)
  })

  await test.step('images follow the slider, and look as they are told to', async () => {
    await tab(page, 'images')
    const one = card(page, 'pictures/one')
    const image = one.locator('img').first()
    await expect(one.locator('img')).toHaveCount(2)
    await expect(one).toContainText('12 × 12')
    const last = await image.getAttribute('src')
    await slide(one, 0)
    await expect(one.locator('figcaption').first()).toContainText('step 0')
    await expect.poll(() => image.getAttribute('src')).not.toBe(last)
    await page.locator('[data-test="brightness"]').fill('1.5')
    await expect(image).toHaveCSS('filter', /brightness\(1\.5\)/)
    await page.locator('[data-test="reset-filters"]').click()
    await expect(image).toHaveCSS('filter', 'none')
    await page.locator('[data-test="actual-size"]').click()
    await expect.poll(async () => (await image.boundingBox())?.width).toBe(12)
    await page.locator('[data-test="actual-size"]').click()
    const many = card(page, 'pictures/many')
    await expect(many.locator('img')).toHaveCount(2)
    const first = await many.locator('img').first().getAttribute('src')
    await many.locator('[data-test="sample"]').fill('2')
    await expect.poll(() => many.locator('img').first().getAttribute('src')).not.toBe(first)
    await page.locator('[data-test="link-steps"]').click()
    await slide(one, 1)
    await expect(many.locator('figcaption').first()).toContainText('step 10')
    await app.capture('explore-images')
    await one.locator('figure button').first().click()
    await expect(page.locator('[data-test="image-viewer"]')).toContainText('step 10')
    await page.keyboard.press('ArrowRight')
    await expect(page.locator('[data-test="image-viewer"]')).toContainText('step 20')
    await page.keyboard.press('Escape')
    await expect(page.locator('[data-test="image-viewer"]')).toHaveCount(0)
  })

  await test.step('sounds can be played', async () => {
    await tab(page, 'audio')
    const seconds = (): Promise<number> =>
      card(page, 'sounds/beep')
        .locator('audio')
        .evaluate((audio) => (audio as HTMLAudioElement).duration)
    await expect.poll(seconds).toBeCloseTo(0.5, 1)
    await app.capture('explore-audio')
  })

  await test.step('texts are Markdown and harmless', async () => {
    await tab(page, 'text')
    const hostile = card(page, 'notes/hostile').locator('.markdown')
    await expect(hostile.locator('h1')).toHaveText('Heading')
    await expect(hostile.locator('td')).toHaveText(['1', '2'])
    await expect(hostile).toContainText('☑ done')
    await expect(hostile).toContainText('[image: a cat]')
    await expect(hostile.locator('script, img, iframe, form, input, svg, style, [onclick], [style], [id]')).toHaveCount(
      0
    )
    await expect(hostile.locator('a')).toHaveCount(1)
    await expect(hostile.locator('a')).toHaveAttribute('href', 'https://example.org/x')
    await expect(hostile.locator('a')).toHaveAttribute('rel', 'noopener noreferrer')
    await expect(hostile.locator('[title="/elsewhere"]')).toHaveText('place')
    await expect(hostile).toContainText('script file place')
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
    await expect(card(page, 'notes/table').locator('td em')).toHaveText('x')
    await expect(card(page, 'notes/plain').locator('[data-texts-of]').first().locator('strong')).toHaveText([
      ...['20', '10', '0']
    ])
    await app.capture('explore-text')
  })

  await test.step('PR curves tell the counts at a threshold', async () => {
    await tab(page, 'pr')
    const cat = card(page, 'pr/cat')
    await expect(cat.locator('[data-lines="2"]')).toBeVisible()
    await cat.getByRole('img').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    // The fourth threshold calls nothing positive and is left out.
    await page.keyboard.press('ArrowRight')
    const told = cat.locator('[data-test="pr-readout"]')
    await expect(told).toContainText('0.667')
    await expect(told).toContainText('TP 7')
    await app.capture('explore-pr')
    await slide(cat, 0)
    await cat.getByRole('img').focus()
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
    await expect(told).toContainText('TP 5')
  })

  await test.step('hyperparameters are filtered in all views, and the list follows', async () => {
    await tab(page, 'hparams')
    await expect(page.locator('[data-session]')).toHaveCount(2)
    await expect(page.locator('[data-test="sessions"]')).not.toContainText('layers')
    await page.locator('[data-test="hparams-scatter"]').click()
    await expect(page.locator('[data-point]')).toHaveCount(2 * 3)
    await page.locator('[data-session]').first().hover()
    await expect(page.locator('[data-line].front')).toHaveCount(1)
    await expect(page.locator('circle.front')).toHaveCount(3)
    await app.capture('explore-hparams')
    const axis = (await page.locator('[data-axis="param lr"]').boundingBox())!
    await page.mouse.move(axis.x + axis.width / 2, axis.y + 6)
    await page.mouse.down()
    await page.mouse.move(axis.x + axis.width / 2, axis.y + axis.height / 2, { steps: 3 })
    await page.mouse.up()
    await expect(page.locator('[data-session]')).toHaveCount(1)
    await expect(page.locator('[data-line][data-passing="false"]')).toHaveCount(1)
    await page.locator('[data-test="show-only-these"]').click()
    await expect(page.locator('[data-run][data-shown="true"]')).toHaveCount(1)
    await page.locator('[data-test="clear-filters"]').click()
    await page.locator('[data-test="show-all"]').click()
    await expect(page.locator('[data-session]')).toHaveCount(2)
  })

  await test.step('graphs open, trace, find, and set aside', async () => {
    await tab(page, 'graph')
    await expect(page.locator('[data-node="net"]')).toBeVisible()
    await expect(page.locator('[data-aside="step"]')).toContainText('16 neighbours')
    await page.locator('[data-toggle="net"]').click()
    await expect(page.locator('[data-node="net/second"]')).toBeVisible()
    await expect(page.locator('[data-test="structure-legend"]')).toContainText('× 2')
    await page.locator('[data-test="graph-search"]').fill('second/matmul')
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-test="node-details"]')).toContainText('MatMul')
    await page.locator('[data-test="trace"]').click()
    await expect(page.locator('[data-node="net/first"]')).toHaveAttribute('opacity', '1')
    await expect(page.locator('[data-node="net/third"]')).toHaveAttribute('opacity', '0.25')
    await app.capture('explore-graph')
    await page.getByRole('button', { name: 'Put step back' }).click()
    await expect(page.locator('[data-node="step"]')).toBeAttached()
    const view = await page.locator('[data-test="minimap-view"]').getAttribute('width')
    await page.locator('[data-test="fit"]').click()
    await expect(page.locator('[data-test="minimap-view"]')).not.toHaveAttribute('width', view!)
    if (app.electron) return // Its downloads ask for a place in a dialog of the system.
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('[data-test="graph-png"]').click()
    ])
    expect([...readFileSync(await download.path()).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
  })
})

test('tabs: a node of our own model offers its hook point', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Own')
  const project = join(app.projects, readdirSync(app.projects)[0])
  const set = ['model=lenet5', 'epochs=1', 'trainSamples=128', 'validationSamples=64'].flatMap((one) => ['--set', one])
  const args = ['bin/phasescope.js', 'train', 'mnist', '--project', project, '--hooks', 'conv1', ...set]
  expect(spawnSync(process.execPath, args, { cwd: root }).status).toBe(0)
  await page.locator('[data-page="explore"]').click()
  await expect(page.locator('[data-run]')).toHaveCount(1)
  await tab(page, 'graph')
  await page.locator('[data-node="conv1"]').click()
  const offer = page.locator('[data-test="hook-offer"]')
  await expect(offer).toContainText('This run has recorded it.')
  await app.capture('explore-hook')
  await offer.locator('[data-test="hook-histograms"]').click()
  // Of training batches and of the validation examples, and the gradients of both kinds.
  await expect(page.locator('[data-card]')).toHaveCount(4)
  await expect(card(page, 'activations/conv1')).toBeVisible()
  await tab(page, 'hparams')
  await expect(page.locator('[data-session]')).toHaveCount(1)
  await tab(page, 'graph')
  await page.locator('[data-node="conv2"]').click()
  await expect(offer).toContainText('has not recorded it')
  await offer.locator('[data-test="hook-design"]').click()
  for (const hook of ['conv1', 'conv2'])
    await expect(page.locator(`[data-hook="${hook}"]`)).toHaveAttribute('aria-checked', 'true')
})
