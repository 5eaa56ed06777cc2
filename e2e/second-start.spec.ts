/** A window that is open takes what others are given: a second start, the system, and a hand that drops it there. */
import { dirname, join } from 'node:path'
import { expect, test } from './app'
import { makeProject, pagesOf, review, startAgain, top, writeTable } from './given'
import { ask } from './steps'

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
  // No project takes the place of another one: it gets a window of its own.
  await openFile(second)
  await expect.poll(() => pagesOf(app).length).toBe(2)
  const page = pagesOf(app).find((one) => one !== app.page)!
  await expect(top({ page }, 'Second')).toBeVisible()
  await expect(top(app, 'First')).toBeVisible()

  // Into the window that was used last and its project, through the dialog that asks first.
  const table = writeTable(app, 'seed5.csv')
  await startAgain(app, table)
  await expect(review({ page }, 'seed5.csv')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(review({ page }, 'seed5.csv')).toHaveCount(0)
  await startAgain(app, join(dirname(table), 'missing.csv'))
  await expect(page.getByText('missing.csv. Check the path.')).toBeVisible()
  await expect(top({ page }, 'Second')).toBeVisible()
  expect(pagesOf(app)).toHaveLength(2)
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
