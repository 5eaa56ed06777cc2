/** Projects and tables to be opened by their paths, and the windows that they are opened in. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, root } from './app'
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

export function top({ page }: { page: Page }, name: string): ReturnType<Page['locator']> {
  return page.locator('.top').getByText(name, { exact: true }).first()
}

export const review = ({ page }: { page: Page }, file: string): ReturnType<Page['locator']> =>
  page.getByRole('dialog').filter({ hasText: file })

/** Another start of the application, without paths or from the folder that the path lies in. It hands over and ends. */
export async function startAgain(app: PhasescopeApp, path: string | null): Promise<void> {
  const { env, program, flags } = await app.electron!.evaluate(() => ({
    env: process.env as Record<string, string>,
    program: process.execPath,
    flags: process.argv.filter((argument) => argument === '--no-sandbox')
  }))
  const paths = path === null ? [] : [`./${basename(path)}`]
  const cwd = path === null ? undefined : dirname(path)
  const second = spawn(program, [...flags, root, ...paths], { env, cwd, stdio: 'ignore' })
  await new Promise((resolve) => second.once('exit', resolve))
}

/** The pages of all windows but the hidden one that trains. */
export function pagesOf(app: PhasescopeApp): Page[] {
  return app.electron!.windows().filter((page) => page.url() === 'app://phasescope/')
}
