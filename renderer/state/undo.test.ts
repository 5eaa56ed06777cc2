// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import { useProject } from './project'
import { useUndo, type Change } from './undo'

let log: string[]
beforeEach(() => {
  setActivePinia(createPinia())
  log = []
})
const change = (title: string, fails = false): Change => ({
  title,
  redo: () => (log.push(`do ${title}`), fails ? Promise.reject(new Error(`no ${title}`)) : Promise.resolve()),
  undo: () => (log.push(`undo ${title}`), Promise.resolve())
})

it('changes are taken back and done again, the newest first, each after the one before', async () => {
  const undo = useUndo()
  await undo.perform(change('a'))
  await undo.perform(change('b'))
  expect(useProject().notice?.action?.title).toBe('Undo')
  // Keys that come faster than the disk.
  await Promise.all([undo.undo(), undo.undo(), undo.redo(), undo.undo()])
  expect(log).toEqual(['do a', 'do b', 'undo b', 'undo a', 'do a', 'undo a'])
  expect([undo.next, undo.back?.title]).toEqual([null, 'a'])
  await undo.perform(change('c'))
  expect([undo.next?.title, undo.back]).toEqual(['c', null])
  await undo.redo()
  expect(log.at(-1)).toBe('do c')
})

it('what fails is told, and is nothing to take back', async () => {
  const undo = useUndo()
  await undo.perform(change('a', true))
  expect(useProject().notice).toMatchObject({ level: 'error', text: 'no a' })
  await Promise.all([undo.perform(change('c', true)), undo.undo()])
  expect(log).not.toContain('undo c')
  expect([undo.next, undo.back]).toEqual([null, null])
  expect(undo.next).toBeNull()
  let refuses = true
  await undo.perform({ ...change('b'), undo: () => (refuses ? Promise.reject(new Error('full')) : Promise.resolve()) })
  await undo.undo()
  expect([undo.next?.title, undo.back]).toEqual(['b', null])
  refuses = false
  await undo.undo()
  expect([undo.next, undo.back?.title]).toEqual([null, 'b'])
})
