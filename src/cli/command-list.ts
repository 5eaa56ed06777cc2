/**
 * The commands, as the overview lists them. What one needs is loaded when it is called: all of it together takes longer to
 * load than most commands take to run.
 */
import { importableKinds } from '../domain/import-formats'
import type { Command, Named } from './options'

export interface Listed extends Named {
  load(): Promise<Command>
}

export const commands: readonly Listed[] = [
  {
    name: 'open',
    summary: 'Open the window, on a project or on logs to import.',
    load: async () => (await import('./commands/open')).openCommand
  },
  {
    name: 'experiments',
    summary: 'List the experiments, or the parameters of one; or train them all and check what they show.',
    load: async () => (await import('./commands/experiments')).experimentsCommand
  },
  {
    name: 'train',
    summary: 'Train an experiment with one or more seeds.',
    load: async () => (await import('./commands/train')).trainCommand
  },
  {
    name: 'resume',
    summary: 'Go on with runs that were interrupted.',
    load: async () => (await import('./commands/resume')).resumeCommand
  },
  {
    name: 'import',
    summary: `Import runs of other programs: ${importableKinds}.`,
    load: async () => (await import('./commands/import')).importCommand
  },
  {
    name: 'data',
    summary: 'Add your own data to a project, list its data sets, or remove one.',
    load: async () => (await import('./commands/data')).dataCommand
  },
  {
    name: 'inspect',
    summary: 'Say what TensorBoard event files hold, and what is wrong with them.',
    load: async () => (await import('./commands/inspect')).inspectCommand
  },
  {
    name: 'export',
    summary: 'Write the scalars of TensorBoard logs or of a project as CSV or JSON.',
    load: async () => (await import('./commands/export')).exportCommand
  },
  {
    name: 'runs',
    summary: 'List the runs of a project.',
    load: async () => (await import('./commands/runs')).runsCommand
  },
  {
    name: 'diagnose',
    summary: 'Say what is wrong with the runs of a project, or remarkable about them.',
    load: async () => (await import('./commands/diagnose')).diagnoseCommand
  },
  {
    name: 'fit',
    summary: 'Fit latent states to the runs of a project.',
    load: async () => (await import('./commands/fit')).fitCommand
  },
  {
    name: 'report',
    summary: 'Write a page about an analysis, with figures.',
    load: async () => (await import('./commands/report')).reportCommand
  },
  {
    name: 'check',
    summary: 'Look through a project for damage and leftovers, and repair it when asked.',
    load: async () => (await import('./commands/check')).checkCommand
  },
  {
    name: 'trash',
    summary: 'List what was removed from a project, put it back, or delete it for good.',
    load: async () => (await import('./commands/trash')).trashCommand
  },
  {
    name: 'trust',
    summary: 'Trust the folder of a project that was made elsewhere, or no longer.',
    load: async () => (await import('./commands/trust')).trustCommand
  },
  {
    name: 'serve',
    summary: 'Serve the application to a browser.',
    load: async () => (await import('./commands/serve')).serveCommand
  }
]
