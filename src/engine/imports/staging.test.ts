/** Dropped files against the limits that keep a page, or one that is gone, from filling the disk. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../project/testing/folders'
import { Staging } from './staging'
import type { StagingLimits } from './staging'

function staging(limits: Partial<StagingLimits> = {}) {
  const root = join(temporaryFolder(), 'staging')
  const clock = { ms: 0 }
  const made = new Staging(root, limits, () => clock.ms)
  onTestFinished(() => made.close())
  return { made, root, clock, left: () => (existsSync(root) ? readdirSync(root) : []) }
}

const piece = new Uint8Array(100)

it('has one limit over everything that is open', async () => {
  const { made } = staging({ mostBytes: 1000, mostBytesTogether: 250 })
  const [a, b] = [made.begin().staging, made.begin().staging]
  await made.write(a, 'one', 0, piece)
  await made.write(b, 'one', 0, piece)
  await expect(made.write(b, 'two', 0, piece)).rejects.toThrow('Import or cancel those first')
  await made.discard(a)
  await made.write(b, 'two', 0, piece)
})

it('counts pieces that come at once', async () => {
  const { made } = staging({ mostBytesTogether: 450 })
  const { staging: id } = made.begin()
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => made.write(id, `${i}`, 0, piece)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
})

it('refuses more at once than it has room for, until something is done with', async () => {
  const { made } = staging({ mostOpen: 3 })
  const [first] = [made.begin().staging, made.begin().staging, made.begin().staging]
  expect(() => made.begin()).toThrow('Files were dropped 3 times and are not imported yet.')
  await made.discard(first)
  expect(made.begin().staging).toMatch(/^\d+-[0-9a-f]{16}$/)
})

it('gives up what nobody goes on with, and never what is complete', async () => {
  const { made, clock, left } = staging({ idleMs: 1000, mostOpen: 2 })
  const [left1, complete] = [made.begin().staging, made.begin().staging]
  await made.write(left1, 'one', 0, piece)
  await made.write(complete, 'one', 0, piece)
  await made.end(complete)
  clock.ms = 1001
  const { staging: next } = made.begin()
  await expect(made.write(left1, 'one', 100, piece)).rejects.toThrow('Drop them again')
  await made.write(next, 'one', 0, piece)
  await expect.poll(() => left().sort()).toEqual([complete, next].sort())
  expect((await made.end(complete)).paths).toHaveLength(1)
})

it('leaves nothing of a piece that came while it was discarded', async () => {
  const { made, left } = staging()
  const { staging: id } = made.begin()
  await made.write(id, 'one', 0, piece)
  const late = made.write(id, 'folder/two', 0, piece).catch(() => undefined)
  await made.discard(id)
  await late
  expect(left()).toEqual([])
})

it('of one window is left alone by another one that opens, and cleaned away once it is left behind', async () => {
  const { made, root, left } = staging()
  const { staging: id } = made.begin()
  await made.write(id, 'one', 0, piece)
  mkdirSync(join(root, `${process.pid}-left`))
  await new Staging(root).clean()
  expect(left()).toEqual([id])
  await made.write(id, 'one', 100, piece)
})
