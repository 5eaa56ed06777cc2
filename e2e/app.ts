/** One fixture, two hosts: the real Electron, or the browser host with Chromium. Specs see a page and little else. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, test as base, chromium, expect } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'

export const root = fileURLToPath(new URL('..', import.meta.url))
const size = { width: 1440, height: 900 }
const launchTimeoutMs = 15_000

export interface PhasescopeApp {
  page: Page
  /** Only under Electron. */
  electron: ElectronApplication | null
  projects: string
  /** Screenshots of the present view in both themes, as <view>-dark.png and <view>-light.png. */
  capture(view: string): Promise<void>
  /** Closes the application as a user would, and opens it again with the same files, or what has become of them meanwhile. */
  reopen(meanwhile?: () => void): Promise<void>
  /** The same, as somebody does who gives a path to open. */
  reopenWith(path: string): Promise<void>
}

interface Options {
  /** Switches for Electron's command line, for instance those of Chromium. */
  electronSwitches: string[]
  /** Leaves Electron's window as it opens; otherwise every page is of the same size. */
  ownSize: boolean
  /** Messages of the page that the spec causes on purpose, such as what Chromium says about a refused attack. */
  expectedMessages: RegExp | null
}

export const test = base.extend<{ app: PhasescopeApp } & Options>({
  electronSwitches: [[], { option: true }],
  ownSize: [false, { option: true }],
  expectedMessages: [null, { option: true }],
  app: async ({ browserName: _browserName, electronSwitches, ownSize, expectedMessages }, use, testInfo) => {
    const host = testInfo.project.name
    const work = mkdtempSync(join(tmpdir(), 'phasescope-e2e-'))
    const projects = join(work, 'projects')
    mkdirSync(projects)
    const env = {
      ...(process.env as Record<string, string>),
      PHASESCOPE_USER_DATA: join(work, 'user'),
      PHASESCOPE_PROJECTS: projects,
      PHASESCOPE_MEASURE: '1'
    }
    const failures: string[] = []
    const watchPage = (page: Page): void => {
      page.on('pageerror', (error) => failures.push(`page error: ${error.message}`))
      page.on('console', (message) => {
        // Naive UI's virtual lists cause this notice on fast scrolling; the browser itself calls it benign.
        if (message.type() === 'error' && !message.text().includes('ResizeObserver loop'))
          failures.push(`console: ${message.text()}`)
      })
    }
    const open = (...paths: string[]): Promise<Opened> => {
      return host === 'electron'
        ? openElectron(env, [...electronSwitches, root, ...paths], ownSize)
        : openBrowser(env, paths)
    }
    let opened = await open()
    watchPage(opened.page)
    const app: PhasescopeApp = {
      page: opened.page,
      electron: opened.electron,
      projects,
      capture: (view) => capture(app.page, join(root, 'e2e', 'screenshots', host), view),
      async reopen(meanwhile) {
        await opened.close()
        meanwhile?.()
        turnTo(await open())
      },
      async reopenWith(path) {
        await opened.close()
        turnTo(await open(path))
      }
    }
    function turnTo(next: Opened): void {
      opened = next
      watchPage(opened.page)
      app.page = opened.page
      app.electron = opened.electron
    }
    await use(app)
    await opened.close()
    rmSync(work, { recursive: true, force: true })
    const unexpected = failures.filter((message) => !expectedMessages?.test(message))
    expect(unexpected, 'unexpected messages of the page').toEqual([])
  }
})

interface Opened {
  page: Page
  electron: ElectronApplication | null
  close(): Promise<void>
}

async function openElectron(env: Record<string, string>, args: string[], ownSize: boolean): Promise<Opened> {
  const executablePath = process.env.ELECTRON_EXEC_PATH
  if (!executablePath) throw new Error('ELECTRON_EXEC_PATH is not set; run the specs through npm run test:e2e.')
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const { electron, page } = await launchElectron(
    () =>
      _electron.launch({
        executablePath,
        args: [...sandbox, ...args],
        env,
        cwd: root,
        timeout: launchTimeoutMs
      }),
    ownSize
  )
  return { page, electron, close: () => electron.close() }
}

/**
 * About one launch in fifty, the debugger attaches in the middle of the window's first navigation, which Chromium then
 * never finishes ("Message 2 rejected by interface blink.mojom.Widget"), or its first call into the main process is
 * lost. These are races of the driver, not of the application, so the driver tries again.
 */
async function launchElectron(
  launch: () => Promise<ElectronApplication>,
  ownSize: boolean
): Promise<{ electron: ElectronApplication; page: Page }> {
  for (let attempt = 1; ; attempt++) {
    let electron: ElectronApplication | null = null
    try {
      electron = await launch()
      const page = await electron.firstWindow({ timeout: launchTimeoutMs })
      // A window is there before its page is, and what a spec does to a page that still loads keeps it from loading.
      await page.waitForSelector('#app > *', { state: 'attached', timeout: launchTimeoutMs })
      // Of several windows, one of which is hidden and trains, the first that was made; getAllWindows has no order.
      if (!ownSize)
        await electron.evaluate(({ BrowserWindow }, { width, height }) => {
          BrowserWindow.fromId(1)!.setContentSize(width, height)
        }, size)
      return { electron, page }
    } catch (error) {
      electron?.process().kill('SIGKILL')
      if (attempt === 3) throw error
      console.log(`The window did not answer the driver; launching again (${attempt}).`)
    }
  }
}

async function openBrowser(env: Record<string, string>, paths: string[]): Promise<Opened> {
  const { url, host } = await startServe(env, paths)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : []
  })
  const context = await browser.newContext({ viewport: size })
  const page = await context.newPage()
  await page.goto(url)
  return {
    page,
    electron: null,
    async close() {
      await browser.close()
      host.kill('SIGTERM')
      await new Promise((resolve) => host.once('exit', resolve))
    }
  }
}

function startServe(env: Record<string, string>, paths: string[]): Promise<{ url: string; host: ChildProcess }> {
  const host = spawn(process.execPath, [join(root, 'bin', 'phasescope.js'), 'serve', '--port', '0', ...paths], {
    env,
    cwd: root
  })
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (chunk: Buffer): void => {
      said += chunk.toString()
      const url = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(said)?.[0]
      if (url) resolve({ url, host })
    }
    host.stdout?.on('data', read)
    host.stderr?.on('data', read)
    host.once('exit', (code) => reject(new Error(`phasescope serve ended with code ${code}: ${said}`)))
  })
}

async function capture(page: Page, folder: string, view: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const before = await page.evaluate(() => document.documentElement.dataset.theme)
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((name) => {
      const preferences = (window as unknown as { phasescopeTheme(name: string): void }).phasescopeTheme
      preferences(name)
    }, theme)
    // Canvases are drawn on the frame after the theme has changed; Naive UI fades its colours over 300 ms.
    await page.waitForTimeout(700)
    await page.screenshot({ path: join(folder, `${view}-${theme}.png`) })
  }
  await page.evaluate(
    (name) => (window as unknown as { phasescopeTheme(name: string): void }).phasescopeTheme(name!),
    before
  )
}

export { expect }
