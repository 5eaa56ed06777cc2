/** The application itself, and folders that are chosen. */
import type { appRequests } from '../../contract/app'
import { PhasescopeError } from '../../domain/errors'
import { forgotten } from '../project/recents'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function appHandlers(services: Services): HandlersOf<typeof appRequests> {
  const { options, log, backends, grants, given, training, recents, owns } = services
  return {
    'app.info': () => ({
      version: options.version,
      host: options.host,
      cores: options.cores,
      platform: `${process.platform} ${process.arch}`,
      defaultLocation: options.places.projects,
      canPickFolders: options.pickFolder !== undefined,
      canOpenWindows: options.openWindow !== undefined
    }),
    'app.backends': ({ again }) => backends.status(again),
    'app.logs': () => log.all(),
    'paths.pick': async ({ purpose }) => {
      if (!options.pickFolder)
        throw new PhasescopeError('unsupported', 'This host has no folder dialog. Type the path.')
      const path = await options.pickFolder(purpose)
      return path === null ? null : { grant: grants.issue(path), label: path }
    },
    'paths.typed': ({ path }) => {
      if (options.host !== 'browser') throw new PhasescopeError('unsupported', 'Choose the folder in the dialog.')
      return { grant: grants.issue(path), label: path }
    },
    'paths.given': () => given.take(),
    'paths.dropped': () => given.describe(options.takeDropped?.() ?? []),
    'actions.offer': ({ actions }) => {
      options.offered?.(actions)
      return {}
    },
    'window.open': async ({ recent }) => {
      if (!options.openWindow) throw new PhasescopeError('unsupported', 'This host has no windows of its own.')
      const entry = recent === null ? null : await recents.find(recent)
      if (recent !== null && !entry) throw forgotten()
      await options.openWindow(entry?.folder ?? null)
      return {}
    },
    'app.hurry': () => {
      training.hurry(owns)
      return {}
    }
  }
}
