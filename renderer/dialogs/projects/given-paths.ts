/** What was given by path: on the command line, by the system, or dropped on the window. A project is opened, all else imported. */
import { onBeforeUnmount, watch } from 'vue'
import type { RequestResult } from '../../../src/contract/requests'
import { onEvent, request } from '../../bridge/host'
import { useProject } from '../../state/project'
import { useImport } from '../import/import-store'
import { useOpening } from './opening'

type Given = RequestResult<'paths.given'>

/** @returns what to do with given paths, one after the other */
export function useOpenGiven(): (given: Given) => Promise<void> {
  const app = useProject()
  const opening = useOpening()
  const imports = useImport()

  return async (given) => {
    for (const one of given) {
      if (one.kind === 'problem') {
        app.notice = { level: 'error', text: one.message }
        continue
      }
      // A question of before is not wanted any more.
      opening.asking = null
      if (one.kind === 'project') await opening.granted(one.grant)
      else await imports.give(one)
    }
  }
}

/** Takes what has come, from the beginning on. */
export function useGivenPaths(): void {
  const app = useProject()
  const openGiven = useOpenGiven()

  async function take(): Promise<void> {
    if (app.ready) await openGiven((await app.attempt(() => request('paths.given', {}))) ?? [])
  }
  onBeforeUnmount(onEvent('paths.given', () => void take()))
  watch(() => app.ready, take, { immediate: true })
}
