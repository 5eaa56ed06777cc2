/** Projects and tables to be opened by their paths. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from './app'
import type { PhasescopeApp } from './app'
import { newProject } from './steps'

export async function makeProject(app: PhasescopeApp, name: string): Promise<string> {
  await newProject(app.page, name)
  await app.page.locator('[data-test="close-project"], [data-test="all-projects"]').first().click()
  await expect(app.page.locator('[data-test="open-sample"]')).toBeVisible()
  return join(app.projects, name.toLowerCase())
}

export function writeTable(app: PhasescopeApp, name: string): string {
  const path = join(app.projects, '..', 'recorded', name)
  mkdirSync(dirname(path), { recursive: true })
  const rows = Array.from({ length: 30 }, (_, step) => `${step},${(1 / (1 + step)).toFixed(4)}`)
  writeFileSync(path, ['step,train_loss', ...rows].join('\n'))
  return path
}

export function top(app: PhasescopeApp, name: string): ReturnType<PhasescopeApp['page']['locator']> {
  return app.page.locator('.top').getByText(name, { exact: true }).first()
}

export const review = (app: PhasescopeApp, file: string): ReturnType<PhasescopeApp['page']['locator']> =>
  app.page.getByRole('dialog').filter({ hasText: file })
