/** What several specs do on their way. */
import type { Page } from '@playwright/test'
import type { PhasescopeApp } from './app'

export async function newProject(page: Page, name: string): Promise<void> {
  await page.locator('[data-test="new-project"]').click()
  await page.getByLabel('Name').fill(name)
  await page.locator('[data-test="create-project"]').click()
  await page.locator('[data-page="runs"]').click()
}

/** Chooses a folder as the user would: in the native dialog, or by typing its path in the browser. */
export async function chooseFolder(app: PhasescopeApp, folder: string): Promise<void> {
  await app.page.locator('[data-test="import-runs"]').click()
  await giveFolder(app, 'import', folder)
}

/** The same in a dialog that is open already: of imports, or of data. */
export async function giveFolder(app: PhasescopeApp, dialogOf: 'import' | 'data', folder: string): Promise<void> {
  if (app.electron) {
    await app.electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [path] })) as typeof dialog.showOpenDialog
    }, folder)
    await app.page.locator(`[data-test="${dialogOf}-folder"]`).click()
  } else {
    await app.page.locator(`#${dialogOf}-path`).fill(folder)
    await app.page.locator(`[data-test="${dialogOf}-typed"]`).click()
  }
}

type Reply = { ok: true; value: unknown } | { ok: false; error: { message: string } }

/** A request as the page itself would make it. */
export async function ask<T>(page: Page, name: string, params: object): Promise<T> {
  const reply = await page.evaluate(
    ([request, given]) =>
      (
        window as unknown as { phasescope: { request(name: string, params: unknown): Promise<unknown> } }
      ).phasescope.request(request as string, given),
    [name, params] as const
  )
  const answer = reply as Reply
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value as T
}
