/** States that are rules of change, from the fit dialog to the rule of a state. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import { chooseFolder, newProject } from './steps'

/** Every feature makes for one value, and for another after a while, without a jump. */
function csv(seed: number): string {
  const goals = [
    [2, -1, 0.5, 3],
    [-1, 1, 2.5, 0]
  ]
  const at = [0.2, 0.1, -0.3, 0.4]
  const cut = 50 + ((seed * 7) % 20)
  const lines = Array.from({ length: 120 }, (_, t) => {
    at.forEach((value, d) => {
      // Some noise that is the same at every run of the test.
      const noise = Math.sin((t + 1) * (d + 2) * 12.9898 + seed * 78.233) * 43758.5453
      at[d] += 0.08 * (goals[Number(t >= cut)][d] - value) + 0.08 * (noise - Math.floor(noise) - 0.5)
    })
    return [t * 10, ...at].join()
  })
  return `step,pull,push,turn,drag\n${lines.join('\n')}\n`
}

test('states that are rules of change are chosen in the dialog, found, and explained', async ({ app }) => {
  const { page } = app
  const folder = join(app.projects, 'goals')
  mkdirSync(folder, { recursive: true })
  for (let seed = 0; seed < 6; seed++) writeFileSync(join(folder, `seed${seed}.csv`), csv(seed))
  await newProject(page, 'rules')
  await chooseFolder(app, folder)
  await page.locator('[data-test="start-import"]').click()
  await page.locator('[data-test="close-import"]').click()
  await page.locator('[data-page="analyze"]').click()
  await page.locator('[data-test="open-fit"]').first().click()
  await page.getByLabel('What a state is').click()
  await page.getByText('states are rules of change').click()
  await app.capture('fit-rules')
  await page.locator('[data-test="start-fit"]').click()
  await expect(page.locator('[data-test="inspector"]')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('told by the rule by which things change').first()).toBeVisible()
  await page.locator('[data-state-row="0"]').click()
  const rule = page.locator('[data-test="rule-of-state"]')
  await expect(rule).toContainText('Rule at each point')
  // What a feature keeps of the point before.
  await expect(rule).toContainText('0.9')
  await rule.scrollIntoViewIfNeeded()
  await app.capture('phases-rules')
  await page.setViewportSize({ width: 1024, height: 700 })
  await app.capture('phases-rules-small')
})
