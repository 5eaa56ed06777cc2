/**
 * Electron's security checklist, item by item, against the running application: the page is taken for hostile and tries
 * what the item forbids. Items 16 (a current Electron) and 19 (fuses) are about packages, and no matter of a running one.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { requests } from '../src/contract/requests'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'
import { pagesOf } from './given'
import { ask, newProject } from './steps'

// Chromium says of each attack why it was refused.
const refusals =
  /Not allowed to navigate|Content Security Policy|Not allowed to load|ERR_|Refused to|permission|Permissions|denied|net::|Failed to load resource|getDisplayMedia|GeolocationPosition|has been blocked/i
test.use({ expectedMessages: refusals })

/** A server of somebody else, which counts who comes. */
const stranger = { url: '', hits: [] as string[] }
let server: ReturnType<typeof createServer>
test.beforeAll(async () => {
  server = createServer((request, response) => {
    stranger.hits.push(`${request.method} ${request.url}`)
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.end('<title>stranger</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stranger.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
test.beforeEach(() => void (stranger.hits = []))
test.afterAll(() => void server.close())

interface Preferences {
  [name: string]: unknown
}

function preferences(electron: ElectronApplication): Promise<Preferences[]> {
  return electron.evaluate(({ webContents }) =>
    webContents
      .getAllWebContents()
      .map((contents) => (contents as unknown as { getLastWebPreferences(): Preferences }).getLastWebPreferences())
  )
}

/** That the application's page is there, the same as before or another one, and answers. */
async function expectAtHome(app: PhasescopeApp): Promise<void> {
  // Through the main process: Playwright waits for ever for the end of a navigation that was refused.
  const look = (): Promise<unknown> =>
    app.electron!.evaluate(async ({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.fromId(1)!
      const others = BrowserWindow.getAllWindows().filter((window) => window.webContents !== webContents)
      if (webContents.isLoading()) return 'loading'
      const code = `({ title: document.title, url: location.href, full: document.querySelector('#app')?.childElementCount > 0 })`
      const left = new Promise((resolve) => webContents.once('did-start-loading', () => resolve('left')))
      return Promise.race([
        webContents.executeJavaScript(code).then((found: object) => ({ ...found, others: others.length })),
        left
      ])
    })
  await expect.poll(look).toEqual({ title: 'Phasescope', url: 'app://phasescope/', full: true, others: 0 })
}

/** Runs code in the page as the page itself would. */
function inPage(app: PhasescopeApp, code: string): Promise<void> {
  return app.electron!.evaluate(({ BrowserWindow }, script) => {
    // A page that goes never answers, so nobody waits.
    void BrowserWindow.fromId(1)!
      .webContents.executeJavaScript(script)
      .catch(() => undefined)
  }, code)
}

/** Watches, and keeps from happening, what would open the user's browser. */
async function watchOpened(
  electron: ElectronApplication,
  answers: number[]
): Promise<() => Promise<{ opened: string[]; asked: string[] }>> {
  await electron.evaluate(({ dialog, shell }, given) => {
    const seen = { opened: [] as string[], asked: [] as string[] }
    Object.assign(globalThis, { seenByTheTest: seen })
    shell.openExternal = async (url) => void seen.opened.push(url)
    dialog.showMessageBox = (async (_window: unknown, { message }: { message: string }) => {
      seen.asked.push(message)
      return { response: given.shift() ?? 1, checkboxChecked: false }
    }) as unknown as typeof dialog.showMessageBox
  }, answers)
  return () =>
    electron.evaluate(
      () => (globalThis as unknown as { seenByTheTest: { opened: string[]; asked: string[] } }).seenByTheTest
    )
}

test('1, 7: nothing comes from elsewhere, whatever the page tries', async ({ app }) => {
  const { page } = app
  const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'))
  for (const part of ['default-src', 'object-src', 'frame-src', 'base-uri', 'form-action', 'frame-ancestors'])
    expect(policy).toContain(`${part} 'none'`)
  const headers = await page.evaluate(async () => Object.fromEntries((await fetch('/')).headers))
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store'
  })
  const ran = await page.evaluate(async (url) => {
    const reached: string[] = []
    const put = (tag: string, values: object): void => {
      document.body.append(Object.assign(document.createElement(tag), values))
    }
    const attempt = async (name: string, work: () => unknown): Promise<void> => {
      try {
        await work()
        reached.push(name)
      } catch {
        // Refused, as it should be.
      }
    }
    put('img', { src: `${url}/img` })
    put('script', { src: `${url}/script` })
    put('link', { rel: 'stylesheet', href: `${url}/style` })
    put('link', { rel: 'prefetch', href: `${url}/prefetch` })
    put('iframe', { src: `${url}/frame` })
    put('object', { data: `${url}/object` })
    put('embed', { src: `${url}/embed` })
    put('video', { src: `${url}/video` })
    put('base', { href: `${url}/base/` })
    put('script', { textContent: 'window.inlineScriptRan = true' })
    put('div', { innerHTML: '<img src=x onerror="window.handlerRan = true">' })
    const form = Object.assign(document.createElement('form'), { action: `${url}/form`, method: 'post' })
    document.body.append(form)
    form.submit()
    navigator.sendBeacon(`${url}/beacon`, 'secret')
    await attempt('fetch', () => fetch(`${url}/fetch`))
    await attempt('import', () => import(/* @vite-ignore */ `${url}/import.js`))
    await attempt('eval', () => (0, eval)('1'))
    await attempt('Function', () => new Function('return 1')())
    await attempt('worker', () => {
      const worker = new Worker(URL.createObjectURL(new Blob([`fetch('${url}/worker')`])))
      return new Promise((resolve, reject) => {
        worker.onmessage = resolve
        worker.onerror = reject
      })
    })
    for (const address of [url.replace('http', 'ws'), 'ws://localhost:1', 'wss://example.org'])
      await attempt(`socket ${address}`, () => {
        const socket = new WebSocket(address)
        return new Promise((resolve, reject) => {
          socket.onopen = resolve
          socket.onerror = reject
        })
      })
    const base = document.baseURI
    document.querySelector('base')?.remove()
    return { reached, base, marks: Object.keys(window).filter((key) => key.endsWith('Ran')) }
  }, stranger.url)
  expect(ran).toEqual({ reached: [], base: 'app://phasescope/', marks: [] })
  expect(stranger.hits).toEqual([])
  await expectAtHome(app)
})

test('2, 3, 4, 6, 8, 9, 10, 11: every page has the safe settings', async ({ app }) => {
  for (const settings of await preferences(app.electron!)) {
    expect(settings).toMatchObject({ nodeIntegration: false, contextIsolation: true, sandbox: true })
    expect(settings.nodeIntegrationInWorker ?? false).toBe(false)
    expect(settings.nodeIntegrationInSubFrames ?? false).toBe(false)
    expect(settings.webSecurity ?? true).toBe(true)
    expect(settings.allowRunningInsecureContent ?? false).toBe(false)
    expect(settings.experimentalFeatures ?? false).toBe(false)
    expect(settings.enableBlinkFeatures ?? '').toBe('')
    expect(settings.webviewTag ?? false).toBe(false)
  }
  const page = await app.page.evaluate(() => ({
    node: ['process', 'require', 'module', 'Buffer', 'global'].filter((name) => name in window)
  }))
  expect(page).toEqual({ node: [] })
})

test('5: no permission is granted, asked about or used', async ({ app }) => {
  const { page } = app
  const states = await page.evaluate(async () => {
    const names = [
      ...['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'persistent-storage', 'push'],
      ...['background-sync', 'clipboard-read', 'accelerometer', 'gyroscope', 'magnetometer', 'screen-wake-lock']
    ]
    const found: Record<string, string> = {}
    for (const name of names)
      found[name] = await navigator.permissions
        .query({ name: name as PermissionName, userVisibleOnly: true } as PermissionDescriptor)
        .then(({ state }) => state)
        .catch(() => 'unknown')
    return found
  })
  expect(Object.values(states).filter((state) => state === 'granted')).toEqual([])
  const used = await page.evaluate(async () => {
    const any = navigator as unknown as Record<string, Record<string, (options?: object) => Promise<unknown>>>
    const uses: [string, () => Promise<unknown>][] = [
      ['camera', () => navigator.mediaDevices.getUserMedia({ video: true })],
      ['microphone', () => navigator.mediaDevices.getUserMedia({ audio: true })],
      ['screen', () => navigator.mediaDevices.getDisplayMedia()],
      [
        'geolocation',
        () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))
      ],
      ['clipboard', () => navigator.clipboard.readText()],
      ['midi', () => navigator.requestMIDIAccess({ sysex: true })],
      ['usb', () => any.usb.requestDevice({ filters: [] })],
      [
        'hid',
        async () => ((await any.hid.requestDevice({ filters: [] })) as unknown[])[0] ?? Promise.reject(new Error())
      ],
      ['serial', () => any.serial.requestPort()],
      ['bluetooth', () => any.bluetooth.requestDevice({ acceptAllDevices: true })],
      [
        'notifications',
        async () => (await Notification.requestPermission()) === 'granted' || Promise.reject(new Error())
      ]
    ]
    const got: string[] = []
    for (const [name, use] of uses) {
      try {
        await use()
        got.push(name)
      } catch {
        // Refused, as it should be.
      }
    }
    return got
  })
  expect(used).toEqual([])
})

test('12: no webview can be attached', async ({ app }) => {
  await app.page.evaluate((url) => {
    document.body.append(Object.assign(document.createElement('webview'), { src: url }))
  }, stranger.url)
  await expectAtHome(app)
  expect(await app.electron!.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1)
  expect(stranger.hits).toEqual([])
})

for (const [name, address] of [
  ['another server', () => `${stranger.url}/navigate`],
  ['https', () => 'https://example.org/'],
  ['a file', () => 'file:///etc/passwd'],
  ['data', () => 'data:text/html,<title>data</title>'],
  ['a script', () => 'javascript:document.title="script"'],
  ['about:blank', () => 'about:blank'],
  ['about:srcdoc', () => 'about:srcdoc'],
  ['another app', () => 'app://other/'],
  ['another page of the app', () => 'app://phasescope/gpu/index.html'],
  ['a file of the app', () => 'app://phasescope/favicon.svg'],
  ['chrome', () => 'chrome://settings/'],
  ['a view of the source', () => 'view-source:app://phasescope/']
] as [string, () => string][]) {
  test(`13: the window is not led away to ${name}`, async ({ app }) => {
    const url = JSON.stringify(address())
    for (const code of [
      `location.href = ${url}`,
      `location.replace(${url})`,
      `document.body.append(Object.assign(document.createElement('a'), { id: 'away', href: ${url} })); document.querySelector('#away').click()`,
      `document.body.append(Object.assign(document.createElement('form'), { id: 'form', action: ${url} })); document.querySelector('#form').submit()`,
      `document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=' + ${url} }))`,
      `try { history.pushState(null, '', ${url}); location.reload(); setTimeout(() => history.replaceState(null, '', '/')) } catch { 'another origin' }`
    ]) {
      await inPage(app, code)
      await expectAtHome(app)
    }
    expect(stranger.hits).toEqual([])
  })
}

test('14: no window can be opened', async ({ app }) => {
  const opened = await app.page.evaluate(
    (urls) => urls.map((url) => window.open(url) === null && window.open(url, 'other', 'popup') === null),
    [stranger.url, 'https://example.org', 'about:blank', '', 'app://phasescope/', 'file:///etc/passwd', 'javascript:1']
  )
  expect(opened).toEqual(opened.map(() => true))
  await expectAtHome(app)
  expect(stranger.hits).toEqual([])
})

test('15: links leave by a real click and with consent only', async ({ app }) => {
  const seen = await watchOpened(app.electron!, [1, 0])
  const { page } = app
  await page.evaluate(() => {
    window.open('https://example.org/?data')
    const form = Object.assign(document.createElement('form'), { action: 'https://example.org/', target: '_blank' })
    document.body.append(form)
    form.submit()
    const place = Object.assign(document.createElement('div'), { id: 'links' })
    Object.assign(place.style, { position: 'fixed', inset: '0 auto auto 0', zIndex: '99999', background: 'white' })
    for (const href of [
      'https://example.org/a',
      'http://example.org/b',
      'https://user:secret@example.org/c',
      'javascript:1',
      'file:///etc/passwd'
    ]) {
      const link = Object.assign(document.createElement('a'), { href, target: '_blank', textContent: 'a link' })
      link.style.display = 'block'
      place.append(link)
    }
    document.body.append(place)
    const [first] = place.querySelectorAll('a')
    first.click()
    first.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  })
  await expectAtHome(app)
  expect(await seen()).toEqual({ opened: [], asked: [] })

  const links = page.locator('#links a')
  for (let i = 1; i < 5; i++) await links.nth(i).click()
  await expectAtHome(app)
  expect(await seen()).toEqual({ opened: [], asked: [] })

  const question = 'Open a page of example.org in your browser?'
  await links.first().click()
  await expect.poll(seen).toEqual({ opened: [], asked: [question] })
  await links.first().click()
  await expect.poll(seen).toEqual({ opened: ['https://example.org/a'], asked: [question, question] })
  await links.first().click({ button: 'middle' })
  await expect.poll(async () => (await seen()).opened).toHaveLength(2)
  expect((await seen()).asked).toHaveLength(2)
})

test('17: only the main frame of the own page is answered', async ({ app }) => {
  const replies = await app.electron!.evaluate(
    async ({ BrowserWindow }, preload) => {
      const answers: unknown[] = []
      // The last one is the application's own page, in a window that has no engine.
      for (const url of ['about:blank', 'data:text/html,hello', 'app://phasescope/']) {
        const other = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, contextIsolation: true }
        })
        await other.loadURL(url)
        answers.push(await other.webContents.executeJavaScript(`phasescope.request('app.logs', {})`))
        other.destroy()
      }
      return answers
    },
    join(root, 'out', 'preload', 'index.cjs')
  )
  const refused = { ok: false, error: { code: 'bad-request', message: 'This page may not use Phasescope.' } }
  expect(replies).toEqual([refused, refused, refused])
})

test('18: app:// serves the built pages and nothing else', async ({ app }) => {
  const paths = [
    ...['../../package.json', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5c..%5cpackage.json'],
    ...['gpu/../../main/index.js', 'gpu/..%2f..%2fmain/index.js', '%00', '%', '/etc/passwd', 'file:///etc/passwd']
  ]
  const found = await app.page.evaluate(
    (asked) => Promise.all(asked.map((path) => fetch(`app://phasescope/${path}`).then(({ status }) => status))),
    paths
  )
  expect(found).toEqual(paths.map(() => 404))
  const outside = await app.page.evaluate(() =>
    Promise.all(
      ['file:///etc/passwd', 'app://other/index.html', 'chrome://version'].map((url) =>
        fetch(url).then(
          () => url,
          () => null
        )
      )
    )
  )
  expect(outside).toEqual([null, null, null])
})

test('20: the page is given two functions and nothing of Electron', async ({ app }) => {
  const given = await app.page.evaluate(() => {
    const { phasescope } = window as unknown as { phasescope: Record<string, unknown> }
    return Object.entries(phasescope).map(([name, value]) => `${name}: ${typeof value}`)
  })
  expect(given.sort()).toEqual(['onEvent: function', 'request: function'])
})

test('downloads are of what the page has made, and of nothing else', async ({ app }) => {
  const begun = app.electron!.evaluate(
    ({ session }, wanted) =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = []
        session.defaultSession.on('will-download', (event, item) => {
          const url = item.getURL().split(/[/,]/)[0]
          seen.push(`${url} ${event.defaultPrevented ? 'refused' : 'begun'}`)
          if (!event.defaultPrevented) item.cancel()
          if (seen.length === wanted) resolve(seen)
        })
      }),
    3
  )
  await app.page.evaluate(() => {
    const save = (href: string): void => Object.assign(document.createElement('a'), { href, download: 'x.txt' }).click()
    save(URL.createObjectURL(new Blob(['mine'])))
    save('data:text/plain,mine')
    save('app://phasescope/index.html')
  })
  expect((await begun).sort()).toEqual(['app: refused', 'blob:app: begun', 'data:text begun'])
})

test('there are no developer tools', async ({ app }) => {
  const tools = await app.electron!.evaluate(({ BrowserWindow, Menu }) => {
    const { webContents } = BrowserWindow.fromId(1)!
    webContents.openDevTools()
    const roles = Menu.getApplicationMenu()!.items.flatMap(
      ({ submenu }) => submenu?.items.map(({ role }) => role) ?? []
    )
    return { open: webContents.isDevToolsOpened(), inMenu: roles.some((role) => /devtools/i.test(role ?? '')) }
  })
  expect(tools).toEqual({ open: false, inMenu: false })
})

test.describe('with the address of a development server', () => {
  test.beforeEach(() => void (process.env.ELECTRON_RENDERER_URL = stranger.url))
  test.afterEach(() => void delete process.env.ELECTRON_RENDERER_URL)
  test('a build opens its own page', async ({ app }) => {
    expect(await app.electron!.evaluate(() => process.env.ELECTRON_RENDERER_URL)).toBe(stranger.url)
    await expectAtHome(app)
    expect(stranger.hits).toEqual([])
  })
})

test('a second start hands its project to the first, in which what trains goes on', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Second')
  const { folder } = await ask<{ folder: string }>(page, 'project.current', {})
  await ask(page, 'project.close', {})
  const { env, path, flags } = await app.electron!.evaluate(() => ({
    env: process.env as Record<string, string>,
    path: process.execPath,
    flags: process.argv.filter((argument) => argument === '--no-sandbox')
  }))
  const current = (): Promise<{ folder: string; name: string } | null> => ask(page, 'project.current', {})
  const startAgain = async (): Promise<void> => {
    // Seen from its own folder, not from that of the first.
    const second = spawn(path, [...flags, root, `--project=./${basename(folder)}`], {
      env,
      cwd: dirname(folder),
      stdio: 'ignore'
    })
    await new Promise((resolve) => second.once('exit', resolve))
  }
  await startAgain()
  await expect.poll(current).toMatchObject({ folder })

  await ask(page, 'project.close', {})
  await page.reload()
  await newProject(page, 'First')
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  await ask(page, 'training.start', {
    name: 'long',
    seeds: [0],
    experiment: 'mnist',
    backend: 'wasm',
    hooks: ['fc1'],
    record: defaultRecord,
    params: { model: 'mlp', epochs: 5000, trainSamples: 320, validationSamples: 100, batchSize: 32, evalSamples: 100 }
  })
  const statuses = async (): Promise<string[]> =>
    (await ask<{ status: string }[]>(page, 'runs.list', {})).map(({ status }) => status)
  await expect.poll(statuses).toEqual(['running'])
  await startAgain()
  // In a window of its own: what trains stays where it is.
  await expect.poll(() => pagesOf(app).length, { timeout: 60_000 }).toBe(2)
  const other = pagesOf(app).find((one) => one !== page)!
  await other.waitForSelector('#app > *', { state: 'attached' })
  await expect
    .poll(() => ask<{ folder: string } | null>(other, 'project.current', {}), { timeout: 60_000 })
    .toMatchObject({ folder })
  expect(await current()).toMatchObject({ name: 'First' })
  const activity = await ask<{ name: string; running: number }[]>(page, 'training.activity', {})
  expect(activity).toMatchObject([{ name: 'First', running: 1 }])
})

/** Parameters that fit a schema, with a hostile text wherever there is one. */
function hostile(schema: unknown, text: string): unknown {
  const { def } = (schema as { _zod: { def: Record<string, unknown> & { type: string } } })._zod
  switch (def.type) {
    case 'string':
      return text
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'array':
      return [hostile(def.element, text)]
    case 'tuple':
      return (def.items as unknown[]).map((item) => hostile(item, text))
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape as Record<string, unknown>).map(([key, value]) => [key, hostile(value, text)])
      )
    case 'record':
      return { [text]: hostile(def.valueType, text) }
    case 'enum':
      return Object.values(def.entries as object)[0]
    case 'literal':
      return (def.values as unknown[])[0]
    case 'union':
      return hostile((def.options as unknown[])[0], text)
    case 'pipe':
      return hostile(def.in, text)
    case 'nullable':
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return hostile(def.innerType, text)
    default:
      return text
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => `${name}: ${readFileSync(join(folder, name), 'utf8')}`)
    .sort()
}

test('a hostile page gets no further than its grants, with any request', async ({ app }) => {
  test.setTimeout(240_000)
  const { page } = app
  const outside = join(app.projects, '..', 'outside')
  const secret = 'the-secret-of-somebody-else'
  mkdirSync(join(outside, 'runs', 'x'), { recursive: true })
  writeFileSync(join(outside, 'run.json'), secret)
  writeFileSync(join(outside, 'runs', 'x', 'secret.csv'), `step,${secret}\n1,2\n`)
  const before = filesUnder(outside)
  await app.electron!.evaluate(({ dialog }) => {
    dialog.showOpenDialog = (async () => ({ canceled: true, filePaths: [] })) as typeof dialog.showOpenDialog
  })
  await newProject(page, 'Hostile')
  const names = Object.keys(requests) as (keyof typeof requests)[]
  expect(names.length).toBeGreaterThan(50)
  const texts = [outside, '../../outside', '..\\..\\outside', `file://${outside}`, '__proto__', `${'a'.repeat(32)}`]
  // These change what is open, and need no grant.
  const harmless = new Set(['project.close', 'project.openSample', 'project.create'])
  const granted: string[] = []
  for (const name of names.filter((candidate) => !harmless.has(candidate))) {
    for (const text of texts) {
      const params = hostile(requests[name].params, text)
      const reply = await attempt(page, name, params)
      expect(JSON.stringify(reply), `${name} with ${text}`).not.toContain(secret)
      if (reply.ok && 'grant' in (params as object)) granted.push(`${name} ${text}`)
    }
  }
  expect(granted).toEqual([])
  expect(filesUnder(outside)).toEqual(before)
  expect(await attempt(page, 'paths.typed', { path: outside })).toMatchObject({ ok: false })
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  await expectAtHome(app)
})

function attempt(page: Page, name: string, params: unknown): Promise<{ ok: boolean }> {
  return page.evaluate(
    ([asked, given]) =>
      (
        window as unknown as { phasescope: { request(name: string, params: unknown): Promise<{ ok: boolean }> } }
      ).phasescope.request(asked as string, given),
    [name, params] as const
  )
}
