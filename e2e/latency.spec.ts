/**
 * How long a finger waits: from each gesture to the frame that shows its answer, timed inside the page. Printed, not asserted:
 * machines differ. Part of `npm run test:e2e -- --long`.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, root, test } from './app'
import type { PhasescopeApp } from './app'

const rows: [string, string][] = []

/** Gestures in the page, each followed to the end of the frame that answers it. */
async function timed(page: Page, name: string, gestures: number, what: string): Promise<void> {
  const times = await page.evaluate(
    async ([count, kind]) => {
      const frame = (): Promise<void> =>
        new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve())))
      const found: number[] = []
      for (let i = 0; i < Number(count); i++) {
        const began = performance.now()
        if (kind.startsWith('hover ')) {
          const canvas = document.querySelector<HTMLElement>(kind.slice('hover '.length))!
          const box = canvas.getBoundingClientRect()
          const place = { clientX: box.left + 80 + (i / Number(count)) * (box.width - 180), clientY: box.top + 20 }
          for (const type of ['pointermove', 'mousemove'])
            canvas.dispatchEvent(new PointerEvent(type, { ...place, bubbles: true, composed: true }))
        } else {
          const all = document.querySelectorAll<HTMLElement>(kind)
          all[i % all.length].click()
        }
        await frame()
        found.push(performance.now() - began)
        // What goes on afterwards is not this gesture's.
        await new Promise((resolve) => setTimeout(resolve, 150))
      }
      return found
    },
    [String(gestures), what] as const
  )
  tell(name, times)
}

function tell(name: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0)
  rows.push([name, `median ${at(0.5)} ms, worst ${at(1)} ms`])
}

/** Gaps between frames while a list is scrolled by the wheel. */
async function scrolled(page: Page, name: string, list: string): Promise<void> {
  const box = (await page.locator(list).boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.evaluate(() => {
    const gaps: number[] = []
    let last = performance.now()
    const note = (now: number): void => {
      gaps.push(now - last)
      last = now
      ;(window as unknown as { gaps: number[] }).gaps = gaps
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  for (let i = 0; i < 120; i++) {
    await page.mouse.wheel(0, 400)
    await page.waitForTimeout(8)
  }
  const gaps = await page.evaluate(() => (window as unknown as { gaps: number[] }).gaps)
  const sorted = gaps.slice(2).sort((a, b) => a - b)
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0)
  rows.push([name, `frames: median ${at(0.5)} ms, 95th ${at(0.95)} ms, worst ${at(1)} ms`])
}

/** Copies of the sample's runs, by their manifests alone, with fifty learning rates. */
async function many(app: PhasescopeApp, count: number): Promise<void> {
  const folder = join(app.projects, `many-${count}`)
  mkdirSync(join(folder, 'runs'), { recursive: true })
  const sample = join(root, 'resources', 'sample')
  cpSync(join(sample, 'project.json'), join(folder, 'project.json'))
  const manifests = readdirSync(join(sample, 'runs')).map((id) => ({
    id,
    text: readFileSync(join(sample, 'runs', id, 'run.json'), 'utf8')
  }))
  for (let i = 0; i < count; i++) {
    const { id, text } = manifests[i % manifests.length]
    const own = `many-${String(i).padStart(5, '0')}`
    mkdirSync(join(folder, 'runs', own))
    const manifest = JSON.parse(text.replaceAll(id, own)) as { name: string; spec: { params: object } }
    const params = { ...manifest.spec.params, learningRate: 1e-4 * (1 + (i % 50)) }
    writeFileSync(
      join(folder, 'runs', own, 'run.json'),
      JSON.stringify({ ...manifest, name: `run ${i}`, spec: { ...manifest.spec, params } })
    )
  }
  const began = Date.now()
  await app.reopenWith(folder)
  await app.page.locator('[data-page="runs"]').click()
  await expect(app.page.locator('tr.run').first()).toBeVisible({ timeout: 120_000 })
  rows.push([`a start with ${count} runs, to their table`, `${Date.now() - began} ms`])
  await app.page.waitForTimeout(2000)
  const filter = app.page.locator('[data-test="filter"]')
  for (const [name, text] of [
    ['words', 'run 77'],
    ['an expression', 'lr > 4.5e-3 and name ~ "7"']
  ]) {
    await filter.fill('')
    await app.page.waitForTimeout(1500)
    const took = await app.page.evaluate(
      async ([typed, total]) => {
        const input = document.querySelector<HTMLInputElement>('[data-test="filter"]')!
        const found = (): string => document.querySelector('.search [aria-live]')?.textContent ?? ''
        const began = performance.now()
        input.value = typed
        input.dispatchEvent(new Event('input', { bubbles: true }))
        do await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
        while (found() === '' || found().startsWith(`${total} of`))
        return performance.now() - began
      },
      [text, String(count)] as const
    )
    rows.push([`filter ${count} runs by ${name}`, `${Math.round(took)} ms`])
  }
  await filter.fill('')
  await expect(app.page.locator('tr.run').first()).toBeVisible()
  await app.page.waitForTimeout(1500)
  await scrolled(app.page, `scroll ${count} rows`, '[data-test="run-table"], .table')
  await app.page.evaluate(() => window.scrollTo(0, 0))
}

test('what a finger waits for', async ({ app }) => {
  test.setTimeout(600_000)
  if (app.electron) {
    const created = await app.electron.evaluate(() => process.getCreationTime())
    const painted = await app.page.evaluate(
      () =>
        performance.timeOrigin +
        (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now())
    )
    rows.push(['cold start, to the first painted page', `${Math.round(painted - created!)} ms`])
  }
  const opened = await app.page.evaluate(async () => {
    const began = performance.now()
    document.querySelector<HTMLElement>('[data-test="open-sample"]')!.click()
    while (!document.querySelector('.handle')) await new Promise((resolve) => requestAnimationFrame(resolve))
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    return performance.now() - began
  })
  tell('the sample project, to its training map', [opened])
  const { page } = app
  await expect(page.locator('[data-test="ribbon"] canvas')).toBeVisible()
  await page.waitForTimeout(1000)
  await timed(page, 'hover over the curves, every view linked', 30, 'hover .charts canvas')
  await timed(page, 'hover over the ribbon, every view linked', 30, 'hover [data-test="ribbon"] canvas')
  await timed(page, 'click on a state', 12, '.handle')
  await timed(
    page,
    'switch between pages',
    14,
    ['runs', 'design', 'train', 'explore', 'analyze', 'logs', 'settings'].map((id) => `[data-page="${id}"]`).join()
  )

  await many(app, 1000)
  await many(app, 10_000)
  const width = Math.max(...rows.map(([name]) => name.length))
  console.log(rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'))
})
