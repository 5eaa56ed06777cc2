// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type * as Notices from './notices'
import type * as Project from '../state/project'

let useNotices: typeof Notices.useNotices
let useProject: typeof Project.useProject

beforeEach(async () => {
  vi.resetModules()
  const { connectHost } = await import('../bridge/host')
  // Nobody is asked anything here.
  connectHost({ request: () => new Promise(() => {}), onEvent: () => {} })
  ;({ useNotices } = await import('./notices'))
  ;({ useProject } = await import('../state/project'))
  setActivePinia(createPinia())
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

describe('notices', () => {
  it('leave after a while, and stay in the list', async () => {
    const [app, notices] = [useProject(), useNotices()]
    app.notice = { level: 'info', text: 'Saved.' }
    await nextTick()
    expect([notices.list.length, notices.unread]).toEqual([1, 1])
    vi.advanceTimersByTime(7_900)
    expect(app.notice?.text).toBe('Saved.')
    vi.advanceTimersByTime(200)
    expect(app.notice).toBeNull()
    expect(notices.list[0]).toMatchObject({ level: 'info', text: 'Saved.' })
    notices.read()
    expect(notices.unread).toBe(0)
  })

  it('stay while somebody reads them; errors stay longer', async () => {
    const [app, notices] = [useProject(), useNotices()]
    app.notice = { level: 'error', text: 'The disk is full.' }
    await nextTick()
    vi.advanceTimersByTime(10_000)
    notices.hold()
    vi.advanceTimersByTime(60_000)
    expect(app.notice).not.toBeNull()
    notices.goOn()
    vi.advanceTimersByTime(20_100)
    expect(app.notice).toBeNull()
  })

  it('that come while somebody reads stay, too, and the next one after it has gone does not', async () => {
    const [app, notices] = [useProject(), useNotices()]
    app.notice = { level: 'info', text: 'One.' }
    await nextTick()
    notices.hold()
    app.notice = { level: 'info', text: 'Two.' }
    await nextTick()
    vi.advanceTimersByTime(60_000)
    expect(app.notice?.text).toBe('Two.')
    // Closed under the pointer: nobody says that the pointer has left.
    notices.dismiss()
    await nextTick()
    app.notice = { level: 'info', text: 'Three.' }
    await nextTick()
    vi.advanceTimersByTime(8_100)
    expect(app.notice).toBeNull()
  })

  it('begin anew with the next one, which the old one does not take away', async () => {
    const [app, notices] = [useProject(), useNotices()]
    app.notice = { level: 'info', text: 'One.' }
    await nextTick()
    vi.advanceTimersByTime(7_000)
    app.notice = { level: 'info', text: 'Two.' }
    await nextTick()
    vi.advanceTimersByTime(2_000)
    expect(app.notice?.text).toBe('Two.')
    expect(notices.list.map(({ text }) => text)).toEqual(['Two.', 'One.'])
    notices.dismiss()
    expect([app.notice, notices.unread]).toEqual([null, 1])
  })
})
