/** A path is all that it takes: a project is opened, all else goes to the import dialog. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import { makeProject, review, top, writeTable } from './given'

test('the application opens the project that it is started with, or one that a file lies in', async ({ app }) => {
  const folder = await makeProject(app, 'Given')
  await app.reopenWith(folder)
  await expect(top(app, 'Given')).toBeVisible()

  const file = join(folder, 'runs', 'notes.txt')
  writeFileSync(file, 'a file of the project')
  await app.reopenWith(file)
  await expect(top(app, 'Given')).toBeVisible()

  const table = writeTable(app, 'seed3.csv')
  await app.reopenWith(table)
  await expect(review(app, 'seed3.csv')).toBeVisible()
  await app.capture('given-import')
})
