/** Several windows on several projects: each with its own, and none in the way of another one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { fitDefaults } from '../src/domain/fit-defaults'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'
import { makeProject, pagesOf, review, startAgain, top, writeTable } from './given'
import { ask, newProject } from './steps'

const quick = { model: 'mlp', epochs: 6, trainSamples: 320, validationSamples: 100, batchSize: 32, evalSamples: 100 }
const endless = { ...quick, epochs: 50_000 }

interface Run {
  id: string
  name: string
  status: string
  step: number
}

const runsOf = (page: Page): Promise<Run[]> => ask<Run[]>(page, 'runs.list', {})

async function train(page: Page, name: string, params: object, seeds = [0]): Promise<string[]> {
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const { runIds } = await ask<{ runIds: string[] }>(page, 'training.start', {
    name,
    seeds,
    experiment: 'mnist',
    backend: 'wasm',
    hooks: ['fc1'],
    params,
    record: { ...defaultRecord, metricsUnit: 'step', metricsEvery: 1, checkpointEvery: 2 }
  })
  return runIds
}

const statuses = async (page: Page): Promise<string[]> => (await runsOf(page)).map(({ status }) => status)

/** A step that a run is beyond, so that it is known to train on. */
async function goesOn(page: Page): Promise<void> {
  const [{ step }] = await runsOf(page)
  await expect.poll(async () => (await runsOf(page))[0].step, { timeout: 60_000 }).toBeGreaterThan(step)
}

function savedRun(app: PhasescopeApp, project: string): { status: string; step: number; checkpoints: string[] } {
  const runs = join(app.projects, project, 'runs')
  const [id] = readdirSync(runs).filter((name) => !name.startsWith('.'))
  const run = JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8')) as { status: string; step: number }
  const checkpoints = join(runs, id, 'checkpoints')
  return { ...run, checkpoints: existsSync(checkpoints) ? readdirSync(checkpoints) : [] }
}

/** The page of the window that `how` opens, once it is there. */
async function another(app: PhasescopeApp, how: () => Promise<unknown>): Promise<Page> {
  const before = new Set(pagesOf(app))
  await how()
  await expect.poll(() => pagesOf(app).filter((page) => !before.has(page)).length).toBe(1)
  const page = pagesOf(app).find((one) => !before.has(one))!
  await page.waitForSelector('#app > *', { state: 'attached' })
  return page
}

const newWindow = (app: PhasescopeApp): Promise<Page> => another(app, () => app.page.keyboard.press('Control+Shift+N'))

interface Seen {
  id: number
  title: string
  visible: boolean
  x: number
  y: number
}

/** Windows as the system shows them, but for the hidden one that trains; by their numbers. One that goes is no window. */
function windowsOf(app: PhasescopeApp): Promise<Seen[]> {
  return app.electron!.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => !window.isDestroyed() && !window.webContents.isDestroyed())
      .filter(({ webContents }) => webContents.getURL() === 'app://phasescope/')
      .map((window) => ({
        id: window.id,
        title: window.getTitle(),
        visible: window.isVisible(),
        x: window.getBounds().x,
        y: window.getBounds().y
      }))
      .sort((a, b) => a.id - b.id)
  )
}

const titles = async (app: PhasescopeApp): Promise<string[]> => (await windowsOf(app)).map(({ title }) => title)

function closeWindow(app: PhasescopeApp, title: string): Promise<void> {
  return app.electron!.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()
      .find((window) => window.getTitle() === wanted)!
      .close()
  }, title)
}

/** The questions of the application are answered by the number of a button, and kept. */
async function answerWith(app: PhasescopeApp, response: number): Promise<void> {
  await app.electron!.evaluate(({ dialog }, given) => {
    const seen: unknown[] = []
    Object.assign(globalThis, { asked: seen })
    dialog.showMessageBox = ((_window: unknown, { message, buttons }: { message: string; buttons: string[] }) => {
      seen.push({ message, buttons })
      return Promise.resolve({ response: given, checkboxChecked: false })
    }) as unknown as typeof dialog.showMessageBox
  }, response)
}

const asked = (app: PhasescopeApp): Promise<{ message: string; buttons: string[] }[]> =>
  app.electron!.evaluate(() => (globalThis as unknown as { asked: never[] }).asked)

/** Which window was brought to the front last, by its title. */
async function watchFront(app: PhasescopeApp): Promise<() => Promise<string | null>> {
  await app.electron!.evaluate(({ BrowserWindow }) => {
    const seen: { front: string | null } = { front: null }
    Object.assign(globalThis, { seenInFront: seen })
    const { focus } = BrowserWindow.prototype
    BrowserWindow.prototype.focus = function (this: Electron.BrowserWindow) {
      seen.front = this.getTitle()
      focus.call(this)
    }
  })
  return () =>
    app.electron!.evaluate(() => (globalThis as unknown as { seenInFront: { front: string | null } }).seenInFront.front)
}

/** An item of the application menu, by its name. */
function item(app: PhasescopeApp, id: string): Promise<{ label: string; enabled: boolean; checked: boolean } | null> {
  return app.electron!.evaluate(({ Menu }, wanted) => {
    const found = Menu.getApplicationMenu()?.getMenuItemById(wanted)
    return found ? { label: found.label, enabled: found.enabled, checked: found.checked } : null
  }, id)
}

function choose(app: PhasescopeApp, id: string): Promise<void> {
  return app.electron!.evaluate(({ Menu }, wanted) => {
    Menu.getApplicationMenu()!.getMenuItemById(wanted)!.click()
  }, id)
}

test('two windows train and fit two projects at once, each its own', async ({ app }) => {
  const first = app.page
  await newProject(first, 'First')
  const ofFirst = await train(first, 'one', quick, [0, 1])
  const second = await newWindow(app)
  await expect(second.locator('[data-test="open-sample"]')).toBeVisible()
  await newProject(second, 'Second')
  const ofSecond = await train(second, 'two', quick, [0, 1, 2])
  await expect.poll(() => statuses(first), { timeout: 120_000 }).toEqual(['done', 'done'])
  await expect.poll(() => statuses(second), { timeout: 120_000 }).toEqual(['done', 'done', 'done'])
  expect((await runsOf(first)).map(({ id }) => id).sort()).toEqual([...ofFirst].sort())
  expect((await runsOf(second)).map(({ id }) => id).sort()).toEqual([...ofSecond].sort())

  const fit = (page: Page, runIds: string[]): Promise<unknown> =>
    ask(page, 'analysis.start', {
      options: { ...fitDefaults, statesMax: 2, restarts: 2, surrogates: 0, runIds, features: ['loss/train'] }
    })
  await Promise.all([fit(first, ofFirst), fit(second, ofSecond)])
  const fitted = async (page: Page): Promise<string[][]> =>
    (await ask<{ runIds: string[] }[]>(page, 'analysis.list', {})).map(({ runIds }) => [...runIds].sort())
  await expect.poll(() => fitted(first), { timeout: 60_000 }).toEqual([[...ofFirst].sort()])
  await expect.poll(() => fitted(second), { timeout: 60_000 }).toEqual([[...ofSecond].sort()])

  // Each is where it was, and looks as it was told to: the theme is of all.
  await expect(first.locator('tr.run')).toHaveCount(2)
  await second.locator('[data-page="train"]').click()
  await expect(first.locator('[data-page="runs"]')).toHaveAttribute('aria-current', 'page')
  await second.keyboard.press('Control+k')
  await expect(second.getByLabel('Find an action')).toBeFocused()
  await second.keyboard.type('theme light')
  await second.keyboard.press('Enter')
  for (const page of [first, second]) await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')

  const [one, two] = await windowsOf(app)
  expect([one.title, two.title]).toEqual(['First — Phasescope', 'Second — Phasescope'])
  expect([two.x - one.x, two.y - one.y]).toEqual([28, 28])
})

test('a message from one window reaches no other one, and neither does an event', async ({ app }) => {
  const first = app.page
  const folder = await makeProject(app, 'First')
  const second = await newWindow(app)
  await newProject(second, 'Second')
  await first.getByText('First', { exact: true }).first().click()
  await expect(top(app, 'First')).toBeVisible()
  const [runId] = await train(first, 'one', endless)
  await expect.poll(() => statuses(first), { timeout: 60_000 }).toEqual(['running'])

  await second.evaluate(() => {
    const heard: string[] = []
    Object.assign(window, { heard })
    const { phasescope } = window as unknown as { phasescope: { onEvent(listener: (name: string) => void): void } }
    phasescope.onEvent((name) => heard.push(name))
  })
  // What names the other one's runs, fits and choices is answered as if there were none.
  await expect(ask(second, 'runs.annotate', { runs: [{ runId, notes: 'of another' }] })).rejects.toThrow(
    'There is no run'
  )
  await expect(ask(second, 'training.control', { runIds: [runId], action: 'cancel' })).rejects.toThrow(
    'There is no run'
  )
  await ask(second, 'app.hurry', {})
  await app.electron!.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = (async () => ({ canceled: false, filePaths: [path] })) as typeof dialog.showOpenDialog
  }, folder)
  const { grant } = await ask<{ grant: string }>(first, 'paths.pick', { purpose: 'open-project' })
  await expect(ask(second, 'project.open', { grant })).rejects.toThrow('This choice of a folder is no longer valid.')
  // As the preload script says it of what was dropped on the first one.
  await app.electron!.evaluate(
    ({ BrowserWindow, ipcMain }, path) => {
      const { webContents: sender } = BrowserWindow.fromId(1)!
      ipcMain.emit('phasescope:dropped', { sender, senderFrame: sender.mainFrame }, { paths: [path] })
    },
    writeTable(app, 'dropped.csv')
  )
  expect(await ask(second, 'paths.dropped', {})).toEqual([])
  expect(await ask(first, 'paths.dropped', {})).toMatchObject([{ kind: 'import', label: 'dropped.csv' }])

  await goesOn(first)
  expect(await runsOf(second)).toEqual([])
  const heard = await second.evaluate(() => (window as unknown as { heard: string[] }).heard)
  expect(heard).toContain('training.activity')
  expect(heard.filter((name) => !['training.activity', 'log', 'project.recents'].includes(name))).toEqual([])
  await ask(first, 'training.control', { runIds: [runId], action: 'cancel' })
})

test('a project has one window: who asks for it again sees that one, and another one opens beside it', async ({
  app
}) => {
  const first = app.page
  const [one, two, three] = [
    await makeProject(app, 'One'),
    await makeProject(app, 'Two'),
    await makeProject(app, 'Three')
  ]
  // Beside the start page, by its button.
  const row = first.locator('li', { hasText: 'One' })
  await row.hover()
  await app.capture('start-new-window')
  const second = await another(app, () => row.locator('[data-test="open-in-new-window"]').click())
  await expect(top({ page: second }, 'One')).toBeVisible()
  await expect(first.locator('[data-test="open-sample"]')).toBeVisible()
  const front = await watchFront(app)

  await first.getByText('One', { exact: true }).first().click()
  await expect(first.getByText('This project is open in another window, which is in front now.')).toBeVisible()
  await expect.poll(front).toBe('One — Phasescope')
  await expect(first.locator('[data-test="open-sample"]')).toBeVisible()

  // By path: the free window first, then a new one, and the one that shows it, whichever was used last.
  await startAgain(app, two)
  await expect(top(app, 'Two')).toBeVisible()
  const third = await another(app, () => startAgain(app, three))
  await expect(top({ page: third }, 'Three')).toBeVisible()
  await startAgain(app, one)
  await expect.poll(front).toBe('One — Phasescope')
  await startAgain(app, writeTable(app, 'seed5.csv'))
  await expect(review({ page: second }, 'seed5.csv')).toBeVisible()
  await second.keyboard.press('Escape')
  expect(await titles(app)).toEqual(['Two — Phasescope', 'One — Phasescope', 'Three — Phasescope'])

  // The menu is that of the window in front, and has all of them.
  await expect.poll(async () => (await item(app, 'window.show.1'))?.label).toBe('Two')
  await choose(app, 'window.show.1')
  await expect.poll(front).toBe('Two — Phasescope')
  await expect.poll(async () => (await item(app, 'window.show.1'))?.checked).toBe(true)
  await first.locator('[data-page="logs"]').click()
  await expect.poll(async () => (await item(app, 'page.logs'))?.checked).toBe(true)
  await choose(app, `window.show.${(await windowsOf(app))[1].id}`)
  await expect.poll(async () => (await item(app, 'page.logs'))?.checked).toBe(false)
  await choose(app, 'page.settings')
  await expect(second.locator('[data-page="settings"]')).toHaveAttribute('aria-current', 'page')
  await expect(first.locator('[data-page="logs"]')).toHaveAttribute('aria-current', 'page')

  await choose(app, 'project.close')
  await expect(second.locator('[data-test="open-sample"]')).toBeVisible()
  await expect.poll(() => titles(app)).toEqual(['Two — Phasescope', 'Phasescope', 'Three — Phasescope'])
  const fourth = await another(app, () => choose(app, 'window.new'))
  await expect(fourth.locator('[data-test="open-sample"]')).toBeVisible()
})

test('each window is closed for itself, and asks for its own runs', async ({ app }) => {
  test.setTimeout(300_000)
  const first = app.page
  await newProject(first, 'Idle')
  const second = await newWindow(app)
  await newProject(second, 'Busy')
  await train(second, 'long', endless)
  await expect.poll(() => statuses(second), { timeout: 60_000 }).toEqual(['running'])

  // One without runs goes without a question, and the other one trains on.
  await answerWith(app, 2)
  await closeWindow(app, 'Idle — Phasescope')
  await expect.poll(() => titles(app)).toEqual(['Busy — Phasescope'])
  await goesOn(second)
  expect(await asked(app)).toEqual([])
  const third = await another(app, () => second.keyboard.press('Control+Shift+N'))
  // What trains in another window is said where a project is chosen.
  await expect(third.locator('[data-test="trains-here"]')).toContainText('1 training')
  await third.getByText('Idle', { exact: true }).first().click()
  await expect(top({ page: third }, 'Idle')).toBeVisible()

  // Cancelled, then sent to the background: from there the next start brings it back.
  await closeWindow(app, 'Busy — Phasescope')
  await expect.poll(async () => (await asked(app)).length).toBe(1)
  expect(await asked(app)).toEqual([
    {
      message: '1 run is in training.',
      buttons: ['Keep training in the background', 'Stop at a checkpoint and close', 'Cancel']
    }
  ])
  await answerWith(app, 0)
  await closeWindow(app, 'Busy — Phasescope')
  const visible = async (): Promise<string[]> =>
    (await windowsOf(app)).filter((window) => window.visible).map(({ title }) => title)
  await expect.poll(visible).toEqual(['Idle — Phasescope'])
  await goesOn(second)
  await closeWindow(app, 'Idle — Phasescope')
  await expect.poll(() => titles(app)).toEqual(['Busy — Phasescope'])
  expect(await visible()).toEqual([])
  await startAgain(app, null)
  await expect.poll(visible).toEqual(['Busy — Phasescope'])

  // Stopped: it closes with a checkpoint, and the application stays with the other window.
  const fourth = await another(app, () => second.keyboard.press('Control+Shift+N'))
  await answerWith(app, 1)
  await closeWindow(app, 'Busy — Phasescope')
  await expect.poll(() => titles(app), { timeout: 60_000 }).toEqual(['Phasescope'])
  const { status, step, checkpoints } = savedRun(app, 'busy')
  expect(status).toBe('interrupted')
  expect(checkpoints).toContain(String(step))
  await fourth.getByText('Busy', { exact: true }).first().click()
  await expect(top({ page: fourth }, 'Busy')).toBeVisible()
  await expect.poll(() => statuses(fourth)).toEqual(['paused'])
})

test('quitting stops the runs of all windows at checkpoints, and the last window that closes quits', async ({
  app
}) => {
  const first = app.page
  await newProject(first, 'Left')
  await train(first, 'left', endless)
  const second = await newWindow(app)
  await newProject(second, 'Right')
  await train(second, 'right', endless)
  for (const page of [first, second]) await expect.poll(() => statuses(page), { timeout: 60_000 }).toEqual(['running'])
  await goesOn(first)
  await goesOn(second)
  const gone = new Promise((resolve) => app.electron!.process().once('exit', resolve))
  await app.electron!.evaluate(({ app: application }) => {
    application.quit()
    application.quit()
  })
  await gone
  for (const project of ['left', 'right']) {
    const { status, step, checkpoints } = savedRun(app, project)
    expect(status, project).toBe('interrupted')
    expect(checkpoints, project).toContain(String(step))
  }

  await app.reopen()
  await newWindow(app)
  const ended = new Promise((resolve) => app.electron!.process().once('exit', resolve))
  await app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.close())
  await expect.poll(() => titles(app)).toEqual(['Phasescope'])
  await closeWindow(app, 'Phasescope')
  await ended
})

test.describe('a page that crashes', () => {
  // Playwright's own page is gone with the process; what it says then is not the application's.
  test.use({ expectedMessages: /./ })

  test('is opened again in its own window, and the other one is not touched', async ({ app }) => {
    await newProject(app.page, 'First')
    const second = await newWindow(app)
    await newProject(second, 'Second')
    await second.evaluate(() => void Object.assign(window, { isTheSamePage: true }))
    const processes = await app.electron!.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getOSProcessId())
    )
    expect(new Set(processes).size).toBe(processes.length)
    const loads = app.electron!.evaluate(
      ({ BrowserWindow }) =>
        new Promise<string>((resolve) => {
          const { webContents } = BrowserWindow.fromId(1)!
          webContents.once('did-finish-load', () => resolve(webContents.getURL()))
          webContents.forcefullyCrashRenderer()
        })
    )
    expect(await loads).toBe('app://phasescope/')
    await expect
      .poll(() =>
        app.electron!.evaluate(({ BrowserWindow }) =>
          BrowserWindow.fromId(1)!.webContents.executeJavaScript(
            "document.querySelector('.top .project')?.textContent ?? ''"
          )
        )
      )
      .toBe('First')
    expect(await second.evaluate(() => (window as unknown as { isTheSamePage?: boolean }).isTheSamePage)).toBe(true)
    expect(await runsOf(second)).toEqual([])
    expect(await titles(app)).toEqual(['First — Phasescope', 'Second — Phasescope'])
  })
})
