import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testGpu } from '../../tensor/testing/devices'
import { testEngine, trainingRequest } from '../testing/engines'

const gpu = await testGpu()

it.skipIf(!gpu)('runs on a GPU train one at a time, beside others, in plain Node', { timeout: 120_000 }, async () => {
  const { engine, home } = testEngine({ parallel: 3 })
  const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
  const together: string[][] = []
  engine.on('runs.changed', () => {
    const running = session.listRuns().filter(({ status }) => status === 'running')
    together.push(running.map(({ spec }) => spec!.backend).sort())
  })
  const onGpu = await engine.training.start(session, trainingRequest({ backend: 'webgpu', seeds: [1, 2], hooks: [] }))
  const [onWasm] = await engine.training.start(session, trainingRequest({ backend: 'wasm', hooks: [] }))
  await Promise.all([...onGpu, onWasm].map((id) => engine.training.finished(id)))
  for (const id of [...onGpu, onWasm]) expect(session.run(id)).toMatchObject({ status: 'done', step: 6, message: null })
  expect(together).toContainEqual(['wasm', 'webgpu'])
  expect(together.some((names) => names.filter((name) => name === 'webgpu').length > 1)).toBe(false)
  const [a, b] = onGpu.map((id) => session.run(id).last['loss/val'] as number)
  expect(a).not.toBe(b)
})
