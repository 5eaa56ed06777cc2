/** Runs inside the application's main process (NODE_OPTIONS=--import): makes mistakes that nothing catches, until it ends. */
import { setTimeout as pause } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.type === 'browser') void drive()

async function drive() {
  let electron = null
  while (!electron?.app?.isReady() || !electron.BrowserWindow.getAllWindows()[0]) {
    await pause(50)
    electron = await import('electron').catch(() => null)
  }
  const { BrowserWindow, dialog } = electron
  const { webContents } = BrowserWindow.getAllWindows()[0]
  while (webContents.isLoading()) await pause(50)
  const asked = []
  dialog.showMessageBox = async (_window, { message }) => {
    asked.push(message)
    return { response: 0, checkboxChecked: false }
  }
  const mistake = () => {
    setImmediate(() => {
      throw new Error('made for a test')
    })
  }
  for (let i = 0; i < 3; i++) mistake()
  await pause(100)
  const logs = await webContents.executeJavaScript(
    "phasescope.request('app.logs', {}).then(({ value }) => value.filter(({ level }) => level === 'error').map(({ text }) => text))"
  )
  process.stdout.write(`driver ${JSON.stringify({ logs, asked })}\n`)
  for (let i = 0; i < 100; i++) mistake()
}
