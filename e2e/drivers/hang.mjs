/**
 * Runs inside the application's main process (NODE_OPTIONS=--import): hangs the page and answers the questions. Playwright
 * cannot do it: Chromium takes no page for hanging while a debugger is attached to it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.type === 'browser') void drive().catch((error) => tell({ failed: String(error) }))

function tell(what) {
  process.stdout.write(`driver ${JSON.stringify(what)}\n`)
}

async function until(condition) {
  for (;;) {
    const value = await condition()
    if (value) return value
    await pause(50)
  }
}

async function drive() {
  // Electron's own modules come after this one.
  const { BrowserWindow, dialog } = await until(async () => {
    const electron = await import('electron').catch(() => null)
    return electron?.app?.isReady() ? electron : null
  })
  const window = await until(() => BrowserWindow.getAllWindows()[0])
  const { webContents } = window
  const ask = (code) => webContents.executeJavaScript(code)
  await until(
    async () => !webContents.isLoading() && (await ask("document.querySelector('#app').childElementCount > 0"))
  )
  const answers = [0, 1]
  const questions = []
  dialog.showMessageBox = async (_window, { message, buttons }) => {
    questions.push({ message, buttons })
    tell({ asked: message })
    return { response: answers.shift() ?? 0, checkboxChecked: false }
  }
  const before = webContents.getOSProcessId()
  const reloaded = new Promise((resolve) => webContents.once('did-finish-load', resolve))
  void ask('for (;;);').catch(() => undefined)
  // Chromium finds out by input that is not taken.
  const press = setInterval(() => {
    if (webContents.isCrashed()) return
    webContents.sendInputEvent({ type: 'mouseDown', x: 300, y: 300, button: 'left', clickCount: 1 })
    webContents.sendInputEvent({ type: 'mouseUp', x: 300, y: 300, button: 'left', clickCount: 1 })
  }, 500)
  await reloaded
  clearInterval(press)
  const logs = await ask("phasescope.request('app.logs', {}).then(({ value }) => value.map(({ text }) => text))")
  tell({ questions, another: webContents.getOSProcessId() !== before, logs })
}
