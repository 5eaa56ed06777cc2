/** The window's page really crashes and really hangs, the main process makes mistakes, and training goes on. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { expect, root, test } from './app'
import { ask, newProject } from './steps'

// Playwright's own page is gone with the process; what it says then is not the application's.
test.use({ expectedMessages: /./ })

interface Asked {
  message: string
  buttons: string[]
}

/** Native questions are answered from a list, and kept. */
async function answerDialogs(electron: ElectronApplication, answers: number[]): Promise<void> {
  await electron.evaluate(({ dialog }, given) => {
    const asked: Asked[] = []
    Object.assign(globalThis, { askedByTheApplication: asked })
    dialog.showMessageBox = (async (_window: unknown, { message, buttons }: Asked) => {
      asked.push({ message, buttons })
      return { response: given.shift() ?? 0, checkboxChecked: false }
    }) as unknown as typeof dialog.showMessageBox
  }, answers)
}

/** Starts the application without Playwright, with a driver inside of it. */
function driven(driver: string) {
  const user = mkdtempSync(join(tmpdir(), 'phasescope-e2e-'))
  const env = {
    ...process.env,
    PHASESCOPE_USER_DATA: user,
    NODE_OPTIONS: `--import=${join(root, 'e2e', 'drivers', driver)}`
  }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(process.env.ELECTRON_EXEC_PATH!, [...sandbox, root], { env, cwd: root, stdio: 'pipe' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  /** What the driver says, as soon as it has this key. */
  const said = <T>(key: string): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The application ended with ${code}: ${text}`)))
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        for (const [, json] of text.matchAll(/^driver (.*)\n/gm)) {
          const told = JSON.parse(json) as T & { failed?: string }
          if (told.failed) reject(new Error(told.failed))
          else if (key in (told as object)) resolve(told)
        }
      })
    })
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(user, { recursive: true, force: true })
  }
  return { said, end, ended }
}

function asked(electron: ElectronApplication): Promise<Asked[]> {
  return electron.evaluate(() => (globalThis as unknown as { askedByTheApplication: Asked[] }).askedByTheApplication)
}

const crash = (electron: ElectronApplication): Promise<void> =>
  electron.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.webContents.forcefullyCrashRenderer())

/** The process of the page that is there and answers requests; 0 while there is none. */
function livePage(electron: ElectronApplication): Promise<number> {
  return electron.evaluate(async ({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.fromId(1)!
    if (webContents.isCrashed() || webContents.isLoading()) return 0
    const lives = `document.querySelector('#app').childElementCount > 0 && phasescope.request('app.info', {}).then(({ ok }) => ok)`
    // A page that is going right now never answers.
    const gone = new Promise<boolean>((resolve) => webContents.once('render-process-gone', () => resolve(false)))
    return (await Promise.race([webContents.executeJavaScript(lives), gone])) ? webContents.getOSProcessId() : 0
  })
}

/** A request of the page, through the main process: the driver has lost its own way into the page. */
function request<T>(electron: ElectronApplication, name: string, params: object): Promise<T> {
  return electron.evaluate(
    async ({ BrowserWindow }, [asks, given]) => {
      const code = `phasescope.request(${JSON.stringify(asks)}, ${JSON.stringify(given)}).then(({ value }) => value)`
      return (await BrowserWindow.fromId(1)!.webContents.executeJavaScript(code)) as T
    },
    [name, params] as const
  ) as Promise<T>
}

const logged = async (electron: ElectronApplication): Promise<string> =>
  (await request<{ text: string }[]>(electron, 'app.logs', {})).map(({ text }) => text).join('\n')

test('a page that crashes is opened again, and training goes on', async ({ app }) => {
  const electron = app.electron!
  await newProject(app.page, 'Crash')
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(app.page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const { runIds } = await ask<{ runIds: string[] }>(app.page, 'training.start', {
    name: 'long',
    seeds: [0],
    experiment: 'mnist',
    backend: 'wasm',
    hooks: ['fc1'],
    record: defaultRecord,
    params: { model: 'mlp', epochs: 5000, trainSamples: 320, validationSamples: 100, batchSize: 32, evalSamples: 100 }
  })
  const run = async (): Promise<{ status: string; step: number }> =>
    (await request<{ id: string; status: string; step: number }[]>(electron, 'runs.list', {})).find(
      ({ id }) => id === runIds[0]
    )!
  await expect.poll(async () => (await run()).status).toBe('running')
  const before = await livePage(electron)
  await crash(electron)
  await expect.poll(() => livePage(electron), { timeout: 30_000 }).not.toBe(0)
  expect(await livePage(electron)).not.toBe(before)
  expect(await logged(electron)).toMatch(/The window's page ended \(\w+\) and was opened again; training went on\./)
  expect((await run()).status).toBe('running')
  await request(electron, 'training.control', { runIds, action: 'cancel' })
  await expect.poll(async () => (await run()).status).toBe('cancelled')
})

test('a page that crashes again and again is not opened for ever: somebody is asked', async ({ app }) => {
  const electron = app.electron!
  await answerDialogs(electron, [0])
  for (let ends = 1; ends <= 4; ends++) {
    await expect.poll(() => livePage(electron), { timeout: 30_000 }).not.toBe(0)
    await crash(electron)
    await expect.poll(async () => (await asked(electron)).length).toBe(ends < 4 ? 0 : 1)
  }
  expect(await asked(electron)).toEqual([
    { message: 'The page of this window ends again and again', buttons: ['Open it again', 'Quit Phasescope'] }
  ])
  await expect.poll(() => livePage(electron), { timeout: 30_000 }).not.toBe(0)
})

test('a page that hangs can be waited for, and reloaded', async () => {
  const { said, end } = driven('hang.mjs')
  const { questions, another, logs } = await said<{ questions: Asked[]; another: boolean; logs: string[] }>('questions')
  await end()
  const question = { message: 'The window does not answer', buttons: ['Wait', 'Reload the window'] }
  expect(questions).toEqual([question, question])
  expect(another).toBe(true)
  expect(logs).toContain('The window did not answer and was opened again; training went on.')
})

test('mistakes that nothing has caught are told and survived, and a storm of them ends the application', async () => {
  const { said, end, ended } = driven('mistakes.mjs')
  const { logs, asked: questions } = await said<{ logs: string[]; asked: string[] }>('logs')
  const sentence =
    'Something unexpected went wrong: made for a test. Phasescope goes on, and so do the runs that train.'
  expect(logs).toEqual([sentence, sentence, sentence])
  expect(questions).toEqual(['Something unexpected went wrong'])
  expect(await ended).toBe(1)
  await end()
})
