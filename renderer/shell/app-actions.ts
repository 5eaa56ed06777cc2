/** Actions that are there on every page. */
import { useImport } from '../dialogs/import/import-store'
import { useOpening } from '../dialogs/projects/opening'
import { provideActions } from '../state/actions'
import type { Action } from '../state/actions'
import { useAnalyses } from '../state/analyses'
import { usePreferences } from '../state/preferences'
import { useProject } from '../state/project'
import type { Page } from '../state/project'
import { useUndo } from '../state/undo'
import { actionKeys } from '../ui/shortcuts'

const pages: readonly Exclude<Page, 'compare'>[] = ['runs', 'design', 'train', 'explore', 'analyze', 'logs', 'settings']

export function useAppActions(shell: { palette: () => void; shortcuts: () => void }): void {
  const app = useProject()
  const analyses = useAnalyses()
  const imports = useImport()
  const opening = useOpening()
  const preferences = usePreferences()
  const changes = useUndo()

  const goTo = (page: Exclude<Page, 'compare'>): Action => ({
    id: `page.${page}`,
    title: actionKeys[`page.${page}`].title,
    on: app.page === page,
    run: () => (app.page = page)
  })
  /** What was fitted, to be looked at again. */
  const openAnalysis = (): Action[] =>
    analyses.list.map(({ id, name, chosenStates }) => ({
      id: `analysis.${id}`,
      title: `Show ${name}`,
      about: `K = ${chosenStates}`,
      run: () => {
        app.page = 'analyze'
        void analyses.open(id)
      }
    }))

  const openProject = (): Action[] => [
    { id: 'project.new', title: actionKeys['project.new'].title, run: () => (opening.asking = 'new') },
    { id: 'project.open', title: actionKeys['project.open'].title, run: () => void opening.other() },
    ...(app.project?.sample
      ? []
      : [{ id: 'project.sample', title: 'Open the sample project', run: () => void opening.sample() }]),
    ...app.recent
      .filter(({ id }) => id !== app.project?.id)
      .map(({ id, name }) => ({
        id: `recent.${id}`,
        title: `Open ${name}`,
        about: 'a recent project',
        run: () => void opening.recent(id)
      }))
  ]

  /** Only where the host has windows: in a browser, a tab is the browser's. */
  const otherWindow = (): Action[] =>
    app.info?.canOpenWindows
      ? [
          { id: 'window.new', title: actionKeys['window.new'].title, run: () => void opening.inNewWindow(null) },
          ...app.recent
            .filter(({ id, missing }) => id !== app.project?.id && !missing)
            .map(({ id, name }) => ({
              id: `window.recent.${id}`,
              title: `Open ${name} in a new window`,
              about: 'a recent project',
              run: () => void opening.inNewWindow(id)
            }))
        ]
      : []

  provideActions(() => [
    ...(app.project
      ? [
          ...pages.map(goTo),
          { id: 'project.close', title: 'All projects', about: 'closes this one', run: () => void app.close() }
        ]
      : []),
    ...openProject(),
    ...otherWindow(),
    ...(app.recent.length > 0
      ? [{ id: 'recents.clear', title: 'Clear the list of recent projects', run: () => void opening.forgetRecent() }]
      : []),
    { id: 'tour', title: 'Take the tour', about: 'of the sample project', run: () => void opening.tour() },
    { id: 'import', title: actionKeys.import.title, run: () => imports.open() },
    ...(['dark', 'light', 'system'] as const).map((theme) => ({
      id: `theme.${theme}`,
      title: theme === 'system' ? 'Theme of the system' : `Theme: ${theme}`,
      on: preferences.theme === theme,
      run: () => (preferences.theme = theme)
    })),
    ...(changes.next ? [{ id: 'undo', title: `Undo: ${changes.next.title}`, run: () => void changes.undo() }] : []),
    ...(changes.back ? [{ id: 'redo', title: `Redo: ${changes.back.title}`, run: () => void changes.redo() }] : []),
    { id: 'shortcuts', title: actionKeys.shortcuts.title, run: shell.shortcuts },
    { id: 'palette', title: actionKeys.palette.title, run: shell.palette },
    ...(app.project ? openAnalysis() : [])
  ])
}
