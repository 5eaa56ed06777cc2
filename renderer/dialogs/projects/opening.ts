/** Opening and making projects, from the start page and from within another project. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { request } from '../../bridge/host'
import { useProject } from '../../state/project'
import { useTour } from '../../state/tour'

export const useOpening = defineStore('opening', () => {
  const app = useProject()
  /** What is being opened; one thing at a time. */
  const busy = ref<string | null>(null)
  /** The dialog that asks for more. */
  const asking = ref<'new' | 'path' | null>(null)

  // Whatever opened it, it is now the first in the list.
  watch(
    () => app.project?.id,
    () => app.attempt(app.loadRecent)
  )

  /** @param work resolves to undefined when nothing was opened after all, to null when another window shows it */
  async function open(what: string, work: () => Promise<unknown>): Promise<void> {
    if (busy.value) return
    busy.value = what
    const { page } = app
    const opened = await app.attempt(work)
    busy.value = null
    if (opened === null) {
      app.notice = { level: 'info', text: 'This project is open in another window, which is in front now.' }
    }
    if (!opened) return
    const analyses = await app.attempt(() => request('analysis.list', {}))
    // The project is shown before everything of it is done; whoever has gone on by then is not called back.
    if (app.page === page) app.page = analyses && analyses.length > 0 ? 'analyze' : 'runs'
  }

  async function openGranted(grant: string): Promise<unknown> {
    await app.leave()
    return request('project.open', { grant })
  }

  const sample = (): Promise<void> =>
    open('sample', async () => {
      await app.leave()
      return request('project.openSample', {})
    })

  /** The sample, with somebody who shows around in it. */
  async function tour(): Promise<void> {
    const guide = useTour()
    guide.wanted = true
    if (!app.project?.sample) await sample()
    // It could not be opened: nobody is waiting for the tour when it is opened some other time.
    if (!app.project?.sample) guide.wanted = false
  }

  const recent = (id: string): Promise<void> =>
    open(id, async () => {
      await app.leave()
      return request('project.openRecent', { id })
    })

  /** By the dialog of the host, or by typing its path where there is none. */
  async function other(): Promise<void> {
    if (!app.info?.canPickFolders) {
      asking.value = 'path'
      return
    }
    await open('open', async () => {
      const picked = await request('paths.pick', { purpose: 'open-project' })
      return picked ? openGranted(picked.grant) : undefined
    })
  }

  async function typed(path: string): Promise<void> {
    asking.value = null
    await open('open', async () => openGranted((await request('paths.typed', { path })).grant))
  }

  /** What the host itself has been given. */
  const granted = (grant: string): Promise<void> => open('open', () => openGranted(grant))

  /** @param recent null: on the start page. What is open here stays as it is. */
  async function inNewWindow(recent: string | null): Promise<void> {
    await app.attempt(() => request('window.open', { recent }))
  }

  async function forgetRecent(): Promise<void> {
    await app.attempt(async () => {
      await request('project.forgetAll', {})
      await app.loadRecent()
    })
  }

  return { busy, asking, sample, tour, recent, other, typed, granted, inNewWindow, forgetRecent }
})
