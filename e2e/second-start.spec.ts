/** A window that is open takes what others are given: a second start, the system, and a hand that drops it there. */
import { spawn } from 'node:child_process'
import { basename, dirname, join } from 'node:path'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'
import { makeProject, review, top, writeTable } from './given'
import { ask } from './steps'

/** Another start of the application, from the folder that the path lies in. */
async function startAgain(app: PhasescopeApp, path: string): Promise<void> {
  const { env, program, flags } = await app.electron!.evaluate(() => ({
    env: process.env as Record<string, string>,
    program: process.execPath,
    flags: process.argv.filter((argument) => argument === '--no-sandbox')
  }))
  const second = spawn(program, [...flags, root, `./${basename(path)}`], { env, cwd: dirname(path), stdio: 'ignore' })
  await new Promise((resolve) => second.once('exit', resolve))
}

test('a second start hands over what it was given, and the system does the same', async ({ app }) => {
  // What is not there is said, and the window is there all the same.
  await app.reopenWith(join(app.projects, 'not there'))
  await expect(app.page.getByText(`There is no file or folder ${join(app.projects, 'not there')}.`)).toBeVisible()
  await expect(app.page.locator('[data-test="open-sample"]')).toBeVisible()
  await app.capture('given-missing')

  const first = await makeProject(app, 'First')
  const second = await makeProject(app, 'Second')
  await startAgain(app, first)
  await expect(top(app, 'First')).toBeVisible()

  const openFile = (path: string): Promise<void> =>
    app.electron!.evaluate(({ app: application }, given) => {
      application.emit('open-file', { preventDefault: () => undefined }, given)
    }, path)
  await openFile(second)
  await expect(top(app, 'Second')).toBeVisible()

  // Into the project that is open, through the dialog that asks first.
  const table = writeTable(app, 'seed5.csv')
  await startAgain(app, table)
  await expect(review(app, 'seed5.csv')).toBeVisible()
  await app.page.keyboard.press('Escape')
  await expect(review(app, 'seed5.csv')).toHaveCount(0)
  await startAgain(app, join(dirname(table), 'missing.csv'))
  await expect(app.page.getByText('missing.csv. Check the path.')).toBeVisible()
  await expect(top(app, 'Second')).toBeVisible()
})

test('a dropped project is opened, and dropped logs are read where they lie', async ({ app }) => {
  const folder = await makeProject(app, 'Dropped')
  const session = await app.page.context().newCDPSession(app.page)
  const drop = async (...files: string[]): Promise<void> => {
    const data = { items: [], files, dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
      if (type === 'dragOver' && files[0] === folder) await app.capture('drop-target')
    }
  }
  await drop(folder)
  await expect(top(app, 'Dropped')).toBeVisible()

  const table = writeTable(app, 'seed8.csv')
  await drop(table)
  await expect(review(app, 'seed8.csv')).toBeVisible()
  // Asked again, there is nothing more: each drop counts once, and no page can make one up.
  expect(await ask(app.page, 'paths.dropped', {})).toEqual([])
  await app.page.evaluate(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['step,loss\n1,2\n'], 'made-up.csv'))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })
  expect(await ask(app.page, 'paths.dropped', {})).toEqual([])
})
