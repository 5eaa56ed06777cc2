/**
 * Pictures of every page for docs/screens, in both themes at three sizes: to be looked at, by whoever changes what is shown and by
 * whoever wants to know what there is. Part of `npm run test:e2e -- --long`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'

const sizes = [
  [1024, 700],
  [1440, 900],
  [1920, 1080]
] as const
const folder = join(root, 'docs', 'screens')
/** Pages to picture, all by default: `PHASESCOPE_SCREENS=design,runs`. */
const only = process.env.PHASESCOPE_SCREENS?.split(',')

test('every page, dark and light, at three sizes', async ({ app }) => {
  test.setTimeout(600_000)
  test.skip(app.electron === null, 'the pictures show the application')
  mkdirSync(folder, { recursive: true })
  const { page } = app
  const goTo = (name: string) => async (): Promise<void> => {
    await page.locator(`[data-page="${name}"]`).click()
  }
  const tab = (name: string) => async (): Promise<void> => {
    await goTo('explore')()
    await page.locator(`[data-test="tab-${name}"]`).click()
  }
  const side = (name: string) => async (): Promise<void> => {
    await goTo('analyze')()
    await page.getByRole('button', { name, exact: true }).click()
  }
  const views: [string, () => Promise<void>][] = [
    ['start', async () => undefined],
    [
      'phases',
      async () => {
        if (await page.locator('[data-test="open-sample"]').isVisible())
          await page.locator('[data-test="open-sample"]').click()
        else await side('Phases')()
        await expect(page.locator('.handle').first()).toBeAttached()
      }
    ],
    ['models', side('Models')],
    ['across', side('Across runs')],
    ['runs', goTo('runs')],
    ['design', goTo('design')],
    ['train', goTo('train')],
    ['scalars', tab('scalars')],
    ['histograms', tab('histograms')],
    ['hparams', tab('hparams')],
    ['logs', goTo('logs')],
    ['settings', goTo('settings')]
  ]
  for (const [name, show] of views) {
    await show()
    if (only && !only.includes(name)) continue
    for (const [width, height] of sizes) {
      await resize(app, width, height)
      for (const theme of ['dark', 'light'] as const) {
        await page.evaluate(
          (wanted) => (window as unknown as { phasescopeTheme(name: string): void }).phasescopeTheme(wanted),
          theme
        )
        await page.waitForTimeout(theme === 'dark' ? 1200 : 700)
        await page.screenshot({
          path: join(folder, `${name}-${width}-${theme}.jpg`),
          type: 'jpeg',
          quality: 60
        })
        // Nothing may be wider than the window: what is beyond its edge cannot be reached.
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(beyond, `${name} at ${width} is wider than its window`).toBeLessThanOrEqual(0)
      }
    }
  }
})

async function resize(app: PhasescopeApp, width: number, height: number): Promise<void> {
  await app.electron!.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.fromId(1)!.setContentSize(size.width, size.height)
    },
    { width, height }
  )
}
