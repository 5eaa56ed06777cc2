/** A project of a stranger in the window: it reaches nothing outside of its folder, and the window goes on answering. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'

const secret = 'TOP-SECRET-7f3a'

/** Every name, kind, time and content of a tree. */
function listing(folder: string): string[] {
  const lines: string[] = []
  const walk = (place: string): void => {
    for (const name of readdirSync(place).sort()) {
      const path = join(place, name)
      const info = lstatSync(path)
      const content = info.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
      lines.push(`${relative(folder, path)} ${info.mode} ${info.mtimeMs} ${content}`)
      if (info.isDirectory()) walk(path)
    }
  }
  walk(folder)
  return lines
}

/** A copy of the sample with a trap in every place where a project has something. */
function trap(app: PhasescopeApp): { project: string; outside: string } {
  const [project, outside] = [join(app.projects, 'stranger'), join(app.projects, 'outside')]
  cpSync(join(root, 'resources', 'sample'), project, { recursive: true })
  mkdirSync(join(outside, '3'), { recursive: true })
  writeFileSync(join(outside, '3', 'precious'), secret)
  writeFileSync(join(outside, 'secret.txt'), secret)
  const runs = readdirSync(join(project, 'runs')).sort()
  cpSync(join(project, 'runs', runs[0]), join(outside, 'run'), { recursive: true })
  const put = (path: string, make: (path: string) => void): void => {
    rmSync(path, { recursive: true, force: true })
    make(path)
  }
  const run = (n: number, name: string): string => join(project, 'runs', runs[n], name)
  const manifest = JSON.parse(readFileSync(run(0, 'run.json'), 'utf8')) as object
  put(run(0, 'checkpoints'), (path) => symlinkSync(outside, path))
  writeFileSync(run(0, 'run.json'), JSON.stringify({ ...manifest, status: 'interrupted', step: 5 }))
  put(run(1, 'run.json'), (path) => symlinkSync(join(outside, 'secret.txt'), path))
  put(run(2, 'run.json'), (path) => execFileSync('mkfifo', [path]))
  const events = readdirSync(join(project, 'runs', runs[3])).find((name) => name.includes('tfevents'))!
  put(run(3, events), (path) => symlinkSync(join(outside, 'secret.txt'), path))
  for (const name of ['.trash', 'exports', 'reports', 'data'])
    put(join(project, name), (path) => symlinkSync(outside, path))
  writeFileSync(
    join(project, 'logs.json'),
    JSON.stringify({ schemaVersion: 1, folders: [{ id: 'l', name: 'logs', path: '../outside', removed: [] }] })
  )
  const code = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(join(app.projects, 'ran'))}, '')\nexport const a = () => 1\n`
  writeFileSync(join(project, 'metrics.js'), code)
  writeFileSync(join(project, 'views.json'), JSON.stringify({ explore: { runFilter: '(a+)+$' } }))
  return { project, outside }
}

test('a project of a stranger reaches nothing outside, and the window goes on answering', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  const { project, outside } = trap(app)
  const before = listing(outside)
  if (app.electron) {
    await app.electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [path] })) as typeof dialog.showOpenDialog
    }, project)
    await page.locator('[data-test="open-project"]').click()
  } else {
    await page.locator('[data-test="open-project"]').click()
    await page.locator('#project-path').fill(project)
    await page.getByRole('button', { name: 'Open', exact: true }).click()
  }
  const restricted = page.locator('[data-test="restricted"]')
  await expect(restricted).toContainText('Do you trust the authors of this folder?')
  await expect(restricted).toContainText('lies outside of the project')
  for (const name of ['runs', 'design', 'train', 'explore', 'analyze', 'logs', 'settings']) {
    await page.locator(`[data-page="${name}"]`).click()
    await expect(page.locator(`[data-page="${name}"]`)).toHaveAttribute('aria-current', 'page')
    expect(await page.locator('body').innerText()).not.toContain(secret)
  }
  await page.locator('[data-test="check-project"]').click()
  await page.locator('[data-test="repair-project"]').click()
  await expect(page.locator('[data-test="check-result"]')).toBeVisible()
  await page.locator('[data-page="train"]').click()
  const goOn = page.locator('[data-test="continue-run"]').first()
  if (await goOn.isVisible()) await goOn.click()
  await page.locator('[data-page="runs"]').click()
  await expect(page.locator('tr.run').first()).toBeVisible()
  await page.locator('[data-test="close-project"]').click()
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible({ timeout: 30_000 })
  expect(listing(outside)).toEqual(before)
  expect(readdirSync(app.projects).sort()).toEqual(['outside', 'stranger'])
})
