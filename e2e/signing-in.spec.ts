/** The browser host in a real browser: the token is given up for a cookie, and other pages get nothing. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from './app'
import { newProject } from './steps'

// What Chromium says about the refused attempts of the other page, and of the page that signs out.
test.use({ expectedMessages: /WebSocket connection|Failed to load resource|blocked by CORS|net::ERR/ })

test('the page keeps no token, and a reload and another tab need none', async ({ app }) => {
  const { page } = app
  await expect(page.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
  expect(new URL(page.url()).hash).toBe('')
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]))
  expect(kept).not.toMatch(/token|[\w-]{32}/)
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({
    name: `phasescope-${new URL(page.url()).port}`,
    httpOnly: true,
    sameSite: 'Strict',
    path: '/'
  })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
  const tab = await page.context().newPage()
  await tab.goto(page.url())
  await expect(tab.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
})

test('a page without the token and the cookie is told what to do', async ({ app }) => {
  const context = await app.page.context().browser()!.newContext()
  const page = await context.newPage()
  await page.goto(app.page.url())
  await expect(page.getByText('Phasescope does not know this page.').first()).toBeVisible()
  await page.goto(`${app.page.url()}#token=a-token-that-is-not-the-one`)
  await page.reload()
  await expect(page.getByText('Phasescope does not know this page.').first()).toBeVisible()
  await context.close()
})

test('signing out closes what is open', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Signing out')
  await page.locator('[data-page="settings"]').click()
  await app.capture('settings-sign-out')
  await page.locator('[data-test="sign-out"]').click()
  await expect(page.getByText('You have signed out.').first()).toBeVisible()
  expect(await page.context().cookies()).toEqual([])
  expect(await page.evaluate(async () => (await fetch('/session')).status)).toBe(403)
})

test('a page of another origin gets nothing and ends nothing, with the cookie in the same browser', async ({ app }) => {
  const server = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end('<p>hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const other = await app.page.context().newPage()
  await other.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const got = await other.evaluate(async (host) => {
    const reached: string[] = []
    for (const path of ['/', '/socket', '//', '//[', '//a:99999999/', '/?token=x', '/%ff', '/socket?token=x'])
      for (let i = 0; i < 2; i++)
        await new Promise<void>((resolve) => {
          const socket = new WebSocket(`ws://${host}${path}`)
          socket.onopen = () => {
            reached.push(path)
            resolve()
          }
          socket.onerror = () => resolve()
          // Every other one is broken off in the middle.
          if (i % 2) socket.close()
        })
    for (const path of ['/', '/session', '/assets/', '/favicon.svg']) {
      await fetch(`http://${host}${path}`, { credentials: 'include' }).then(
        () => reached.push(`fetch ${path}`),
        () => undefined
      )
      const loaded = await new Promise((resolve) => {
        const image = Object.assign(new Image(), { src: `http://${host}${path}` })
        image.onload = () => resolve(true)
        image.onerror = () => resolve(false)
      })
      if (loaded) reached.push(`image ${path}`)
    }
    return reached
  }, new URL(app.page.url()).host)
  expect(got).toEqual([])
  await app.page.reload()
  await expect(app.page.getByRole('heading', { name: 'Phasescope' })).toBeVisible()
  server.close()
})
