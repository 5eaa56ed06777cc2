import { expect, it } from 'vitest'
import { PhasescopeError, toWireError } from '../domain/errors'
import { forClients } from './replies'

it('keeps stacks, and hides where the program lies, but not the files of the user', () => {
  const kept: string[] = []
  const error = new Error(
    "ENOENT: /opt/phasescope/out/main/x.js, /opt/phasescope/node_modules/y, '/home/me/out/run.json'"
  )
  const reply = { ok: false as const, error: toWireError(error) }
  const crossed = forClients(reply, 'runs.list', (text) => kept.push(text), '/opt/phasescope/out')
  expect(crossed).toEqual({
    ok: false,
    error: { code: 'internal', message: "ENOENT: out/main/x.js, node_modules/y, '/home/me/out/run.json'" }
  })
  expect(kept).toEqual([`runs.list failed: ${error.stack}`])
})

it('does not note what is somebody else’s mistake', () => {
  const kept: string[] = []
  const reply = {
    ok: false as const,
    error: toWireError(new PhasescopeError('no-project', 'No project is open.', 'x'))
  }
  expect(forClients(reply, 'runs.list', (text) => kept.push(text), '/opt/out')).toEqual({
    ok: false,
    error: { code: 'no-project', message: 'No project is open.' }
  })
  expect(kept).toEqual([])
  expect(forClients({ ok: true, value: 1 }, 'x', () => undefined, '/opt/out')).toEqual({ ok: true, value: 1 })
})
