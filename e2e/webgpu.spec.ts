/** WebGPU in Electron's hidden window, on Chromium's device in software. It is slow, so what trains is small. */
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { ask, newProject } from './steps'

test.use({
  electronSwitches: [
    ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    ...['--use-vulkan=swiftshader', '--use-angle=swiftshader', '--ignore-gpu-blocklist']
  ]
})

const steps = 20
/** LeNet-5, two examples a step. */
const params = {
  model: 'lenet5',
  epochs: 1,
  trainSamples: 2 * steps,
  validationSamples: 10,
  batchSize: 2,
  evalSamples: 10,
  learningRate: 0.001,
  initScale: 1
}

async function start(page: Page, backend: string, change: object = {}): Promise<string> {
  const experiments = await ask<{ id: string; defaultRecord: object }[]>(page, 'experiments.list', {})
  const { defaultRecord } = experiments.find(({ id }) => id === 'mnist')!
  const { runIds } = await ask<{ runIds: string[] }>(page, 'training.start', {
    name: `cnn on ${backend}`,
    experiment: 'mnist',
    params: { ...params, ...change },
    seeds: [1],
    hooks: [],
    backend,
    record: { ...defaultRecord, metricsUnit: 'step', metricsEvery: 10 }
  })
  return runIds[0]
}

interface Run {
  id: string
  status: string
  message: string | null
  step: number
}

async function runOf(page: Page, id: string): Promise<Run> {
  return (await ask<Run[]>(page, 'runs.list', {})).find((run) => run.id === id)!
}

async function lossesOf(page: Page, runId: string): Promise<number[]> {
  const query = { runIds: [runId], tags: ['loss/train'], mostPoints: 100 }
  return page.evaluate(async (given) => {
    const host = (window as unknown as { phasescope: { request(name: string, params: unknown): Promise<unknown> } })
      .phasescope
    const reply = (await host.request('runs.series', given)) as { value: { values: Float64Array }[] }
    return [...reply.value[0].values]
  }, query)
}

test('a small CNN trains in the hidden window as it does on cpu', async ({ app }) => {
  const { page } = app
  await newProject(page, 'On the GPU')
  await page.locator('[data-page="settings"]').click()
  const row = page.locator('[data-backend="webgpu"]')
  await expect(row).toContainText('Available')
  await expect(row.locator('[data-test="device"]')).not.toBeEmpty()
  await expect(page.locator('[data-backend="tensorflow"]')).toContainText(/Available|npm install/)
  await app.capture('settings-gpu')

  const onGpu = await start(page, 'webgpu')
  const onCpu = await start(page, 'cpu')
  for (const id of [onGpu, onCpu]) {
    await expect.poll(async () => (await runOf(page, id)).status, { timeout: 180_000 }).toBe('done')
    expect((await runOf(page, id)).step).toBe(steps)
  }
  const [losses, expected] = [await lossesOf(page, onGpu), await lossesOf(page, onCpu)]
  expect(expected).toHaveLength(3)
  losses.forEach((loss, i) => expect(Math.abs(loss - expected[i]), `record ${i}`).toBeLessThan(1e-3))
  // The window is there for as long as the run.
  await expect.poll(() => app.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('a run whose window goes away fails with a sentence, and can be continued elsewhere', async ({ app }) => {
  const { page } = app
  await newProject(page, 'Losing the GPU')
  const id = await start(page, 'webgpu', { epochs: 50 })
  await expect.poll(async () => (await runOf(page, id)).step, { timeout: 120_000 }).toBeGreaterThan(0)
  await app.electron!.evaluate(({ BrowserWindow }) => {
    const hidden = BrowserWindow.getAllWindows().find((window) => window.webContents.getURL().includes('/gpu/'))
    hidden!.webContents.forcefullyCrashRenderer()
  })
  await expect.poll(async () => (await runOf(page, id)).status).toBe('failed')
  const { message } = await runOf(page, id)
  expect(message).toMatch(
    /^The GPU is no longer there: its process is gone \(\w+\)\. Continue it from its last checkpoint/
  )
})
