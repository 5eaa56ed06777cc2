/** The menus of the system do what the page does, and only what it can do at that moment. */
import type { MenuItem } from 'electron'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { newProject } from './steps'

interface Shown {
  label: string
  enabled: boolean
  checked: boolean
  keys: string | null
  /** Whether the menu itself listens to the keys. */
  listens: boolean
}

async function shown(app: PhasescopeApp, id: string): Promise<Shown | null> {
  return app.electron!.evaluate(({ Menu }, wanted) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(wanted)
    if (!item) return null
    const { label, enabled, checked, accelerator, registerAccelerator } = item as MenuItem
    const keys = typeof accelerator === 'string' ? accelerator : null
    return { label, enabled, checked, keys, listens: keys !== null && registerAccelerator !== false }
  }, id)
}

/** As somebody who chooses it with the mouse. */
async function choose(app: PhasescopeApp, id: string): Promise<void> {
  await expect.poll(async () => (await shown(app, id))?.enabled, { message: id }).toBe(true)
  await app.electron!.evaluate(({ Menu, BrowserWindow }, wanted) => {
    Menu.getApplicationMenu()!
      .getMenuItemById(wanted)!
      .click(undefined, BrowserWindow.fromId(1) ?? undefined)
  }, id)
}

function currentPage(app: PhasescopeApp): ReturnType<PhasescopeApp['page']['locator']> {
  return app.page.locator('[data-page][aria-current="page"]')
}

test('menus do what the page does, where it can be done', async ({ app }) => {
  const { page } = app
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible()
  await expect
    .poll(() => shown(app, 'project.new'))
    .toMatchObject({
      label: 'New project…',
      enabled: true,
      keys: 'CommandOrControl+N',
      listens: false
    })
  for (const id of ['project.close', 'page.runs', 'page.settings', 'recents'])
    expect(await shown(app, id), id).toMatchObject({ enabled: false, checked: false })
  expect(await shown(app, 'theme.dark')).toMatchObject({ enabled: true, checked: true })

  await choose(app, 'project.new')
  await page.getByLabel('Name').fill('First')
  // Behind a dialog nothing else is begun, and it is said why.
  await choose(app, 'import')
  await expect(page.getByText('Close the dialog first')).toBeVisible()
  await page.locator('[data-test="create-project"]').click()
  await expect(currentPage(app)).toHaveAttribute('data-page', 'design')
  await expect.poll(async () => (await shown(app, 'page.design'))?.checked).toBe(true)

  // Pages by name, the theme, help.
  await choose(app, 'page.explore')
  await expect(currentPage(app)).toHaveAttribute('data-page', 'explore')
  await choose(app, 'theme.light')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect.poll(async () => (await shown(app, 'theme.light'))?.checked).toBe(true)
  await choose(app, 'theme.dark')
  await choose(app, 'shortcuts')
  await expect(page.locator('[data-test="shortcuts"]')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-test="shortcuts"]')).toHaveCount(0)
  await choose(app, 'palette')
  await expect(page.getByLabel('Find an action')).toBeFocused()
  await app.capture('menu-palette-in-project')
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Find an action')).toHaveCount(0)

  // Another project without leaving this one first; the old one is then among the recent ones.
  await choose(app, 'project.new')
  await page.getByLabel('Name').fill('Second')
  await page.locator('[data-test="create-project"]').click()
  await expect(page.locator('header, .top').getByText('Second', { exact: true }).first()).toBeVisible()
  const ids = await app.electron!.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()!
      .getMenuItemById('recents')!
      .submenu!.items.map(({ id }) => id)
      .filter((id) => id?.startsWith('recent.'))
  )
  expect(ids).toHaveLength(2)
  const [second, first] = ids
  // The one that is open is in the list and needs no opening.
  await expect.poll(async () => (await shown(app, second))?.enabled).toBe(false)
  await choose(app, first)
  await expect(page.locator('header, .top').getByText('First', { exact: true }).first()).toBeVisible()

  await choose(app, 'project.close')
  await expect(page.locator('[data-test="open-sample"]')).toBeVisible()
  await expect.poll(async () => (await shown(app, 'project.close'))?.enabled).toBe(false)
  await choose(app, 'recents.clear')
  await expect.poll(async () => (await shown(app, 'recents'))?.enabled).toBe(false)
  await expect(page.getByText('Second', { exact: true })).toHaveCount(0)

  await choose(app, 'import')
  await expect(page.locator('[data-test="import-folder"]')).toBeVisible()
})

test('keys act once, and About says the versions', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Keys')
  // As the system gives keys to the window: what the page leaves goes on to the menus.
  const press = (keyCode: string): Promise<void> =>
    app.electron!.evaluate(({ BrowserWindow }, key) => {
      const { webContents } = BrowserWindow.fromId(1)!
      for (const type of ['keyDown', 'keyUp'] as const)
        webContents.sendInputEvent({ type, keyCode: key, modifiers: ['control'] })
    }, keyCode)
  await press('N')
  await expect(page.getByLabel('Name')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Name')).toHaveCount(0)
  await press('3')
  await expect(currentPage(app)).toHaveAttribute('data-page', 'train')

  const [said, copied] = await app.electron!.evaluate(async ({ Menu, dialog, clipboard }) => {
    const asked: string[] = []
    dialog.showMessageBox = (async (...given: unknown[]) => {
      const options = given.at(-1) as { message: string; detail: string }
      asked.push(`${options.message}\n${options.detail}`)
      return { response: 1, checkboxChecked: false }
    }) as typeof dialog.showMessageBox
    Menu.getApplicationMenu()!.getMenuItemById('about')!.click()
    await new Promise((resolve) => setImmediate(resolve))
    return [asked, clipboard.readText()] as const
  })
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/^Phasescope\nVersion \d+\.\d+\.\d+\nElectron \d+.*Chromium \d+.*Node \d+/)
  expect(copied).toBe(said[0])
})
