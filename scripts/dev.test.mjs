import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('dev.mjs', import.meta.url))
const dev = (env) =>
  spawnSync(process.execPath, [program], { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } })

it('npm run dev says in one line why there is no window', () => {
  const wrong = '/nowhere/electron'
  expect(dev({ DISPLAY: ':9', ELECTRON_EXEC_PATH: wrong })).toMatchObject({
    status: 1,
    stderr:
      'npm run dev needs a window, and there is none: ELECTRON_EXEC_PATH names a file that does not exist ' +
      `(${wrong}). npm start serves Phasescope to the browser.\n`
  })
  if (process.platform !== 'linux') return
  expect(dev({ ELECTRON_EXEC_PATH: process.execPath })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('there is no display (DISPLAY is not set). npm start serves')
  })
})
