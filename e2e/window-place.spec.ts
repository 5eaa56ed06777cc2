/** The window comes back to where it was. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './app'
import type { PhasescopeApp } from './app'

test.use({ ownSize: true })

interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

function boundsOf(app: PhasescopeApp): Promise<Bounds> {
  return app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.getBounds())
}

async function keptFile(app: PhasescopeApp): Promise<string> {
  return join(await app.electron!.evaluate(({ app: application }) => application.getPath('userData')), 'window.json')
}

const shown = (app: PhasescopeApp): Promise<void> =>
  expect.poll(() => app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.isVisible())).toBe(true)

test('size and place are there again at the next start, and what cannot be is not', async ({ app }) => {
  await shown(app)
  expect(await boundsOf(app)).toMatchObject({ width: 1440, height: 900 })
  const wanted = { x: 90, y: 70, width: 1010, height: 640 }
  await app.electron!.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.fromId(1)!.setBounds(bounds), wanted)
  await expect.poll(() => boundsOf(app)).toEqual(wanted)
  const file = await keptFile(app)

  // As the user closes it: right after the last movement, which is not lost.
  await app.reopen()
  await shown(app)
  expect(await boundsOf(app)).toEqual(wanted)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ schemaVersion: 1, ...wanted, maximized: false })

  // Its display is gone.
  const away = { schemaVersion: 1, ...wanted, x: 9000, y: 4000, maximized: false }
  await app.reopen(() => writeFileSync(file, JSON.stringify(away)))
  await shown(app)
  const { x, y, ...size } = await boundsOf(app)
  expect(size).toEqual({ width: 1010, height: 640 })
  expect(x).toBeLessThan(1920)
  expect(y).toBeLessThan(1200)

  await app.reopen(() => writeFileSync(file, '{ "schemaVersion": 1, "width": "wide'))
  await shown(app)
  expect(await boundsOf(app)).toMatchObject({ width: 1440, height: 900 })
})

test('a maximised window comes back maximised, and its own size with it', async ({ app }) => {
  await shown(app)
  const wanted = { x: 90, y: 70, width: 1010, height: 640 }
  await app.electron!.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.fromId(1)!.setBounds(bounds), wanted)
  await expect.poll(() => boundsOf(app)).toEqual(wanted)
  await app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.maximize())
  const look = (): Promise<unknown> =>
    app.electron!.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.fromId(1)!
      return { maximized: window.isMaximized(), normal: window.getNormalBounds() }
    })
  // Without a window manager, as on the displays of tests, nothing is maximised, and nothing is then either.
  const before = await look()
  await app.reopen()
  await shown(app)
  expect(await look()).toEqual(before)
  expect(before).toMatchObject({ normal: wanted })
})
