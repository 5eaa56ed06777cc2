/** The open project, the application around it, and which page is shown. */
import { defineStore } from 'pinia'
import { nextTick, ref, shallowRef } from 'vue'
import type { LogEntry } from '../../src/domain/log-entry'
import type { ProjectInfo, RecentProject } from '../../src/domain/project'
import type { RequestResult } from '../../src/contract/requests'
import { onEvent, onHostLost, request } from '../bridge/host'

export type Page = 'runs' | 'compare' | 'design' | 'train' | 'explore' | 'analyze' | 'logs' | 'settings'

/** What is said in passing. */
export interface Notice {
  level: 'error' | 'info'
  text: string
  /** What can be done about it. */
  action?: { title: string; run(): void }
}

export const useProject = defineStore('project', () => {
  const info = shallowRef<RequestResult<'app.info'> | null>(null)
  const project = shallowRef<ProjectInfo | null>(null)
  const recent = shallowRef<RecentProject[]>([])
  const logs = shallowRef<LogEntry[]>([])
  const page = ref<Page>('runs')
  /** The last failure that no view of its own shows, in words. */
  const notice = shallowRef<Notice | null>(null)
  const lost = ref<string | null>(null)
  const ready = ref(false)
  const leaving: (() => Promise<unknown>)[] = []

  onEvent('project.changed', (changed) => (project.value = changed))
  onEvent('project.recents', () => void attempt(loadRecent))
  onEvent('log', (entry) => (logs.value = [...logs.value.slice(-999), entry]))
  onHostLost((reason) => (lost.value = reason))

  async function begin(): Promise<void> {
    await attempt(async () => {
      info.value = await request('app.info', {})
      project.value = await request('project.current', {})
      logs.value = await request('app.logs', {})
      await loadRecent()
    })
    ready.value = true
  }

  /** Called before the open project is left; what it saves is saved in that project. */
  function onLeaving(work: () => Promise<unknown>): void {
    leaving.push(work)
  }

  /** Saves what was changed a moment ago in the open project, before it is closed or another one is opened. */
  async function leave(): Promise<void> {
    if (!project.value) return
    await nextTick()
    await Promise.all(leaving.map((work) => work()))
  }

  async function close(): Promise<void> {
    await attempt(async () => {
      await leave()
      await request('project.close', {})
      await loadRecent()
    })
  }

  async function loadRecent(): Promise<void> {
    recent.value = await request('project.recent', {})
  }

  /**
   * Runs something that may fail and shows its sentence. Returns undefined after a failure.
   * @param isWanted where what is asked may be no longer wanted when it fails: then nobody is told
   */
  async function attempt<T>(work: () => Promise<T>, isWanted = (): boolean => true): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!isWanted()) return undefined
      notice.value = { level: 'error', text: (error as Error).message }
      return undefined
    }
  }

  return { info, project, recent, logs, page, notice, lost, ready, begin, leave, close, onLeaving, loadRecent, attempt }
})
