/** What only Electron can get wrong. */
import { expect, test } from './app'

test('the window is isolated', async ({ app }) => {
  const preferences = await app.electron!.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.fromId(1)!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    const { contextIsolation, sandbox, nodeIntegration } = contents.getLastWebPreferences()
    return { contextIsolation, sandbox, nodeIntegration }
  })
  expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false })
  const page = await app.page.evaluate(() => ({
    node: 'process' in window || 'require' in window,
    isolated: window.crossOriginIsolated,
    exposed: Object.keys((window as unknown as { phasescope: object }).phasescope).sort()
  }))
  expect(page).toEqual({ node: false, isolated: true, exposed: ['onEvent', 'request'] })
})
