/** The command line as a host: the engine over worker threads, without a renderer. */
import { availableParallelism } from 'node:os'
import type { Engine } from '../engine/engine'
import { packageVersion, placesFor } from '../host/paths'
import { createWorkerLauncher } from '../host/worker-launcher'
import type { ProjectSession } from '../engine/project/project-session'
import { TrustedFolders } from '../engine/project/trusted-folders'
import { confine } from '../project/places'
import type { Context } from './options'

interface HostOptions {
  jobs?: number
  /** Look at followed logs all the time. */
  follow?: boolean
}

/** Gives `work` an engine and ends its threads afterwards, whatever happens. */
export async function withEngine<T>(
  context: Context,
  options: HostOptions,
  work: (engine: Engine) => Promise<T>
): Promise<T> {
  const engine = await createEngine(context, options)
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

/** Loaded here and not before: help, and what is wrong with a command line, need none. */
async function createEngine({ buildFolder }: Context, { jobs, follow }: HostOptions): Promise<Engine> {
  const { Engine } = await import('../engine/engine')
  return new Engine({
    launcher: createWorkerLauncher(buildFolder),
    places: placesFor(buildFolder),
    host: 'browser',
    version: packageVersion(buildFolder),
    cores: jobs ?? availableParallelism(),
    parallel: jobs,
    follow
  })
}

/**
 * For commands that look at a project without an engine: in one that nobody has trusted on this computer, no link is followed.
 */
export async function confineUntrusted({ buildFolder }: Context, folder: string): Promise<void> {
  const trusted = await new TrustedFolders(placesFor(buildFolder).userData).has(folder)
  confine(trusted ? [] : [folder])
}

/** Damaged parts do not stop a command; they are named, and the rest of the project is used. */
export function noteProblems(session: ProjectSession, { terminal }: Context): void {
  const { problems, held, folder } = session.info()
  for (const { message } of problems) terminal.note(`warning: ${message}`)
  for (const text of held) terminal.note(`restricted: ${text}`)
  if (held.length > 0) terminal.note(`phasescope trust ${folder} says that its authors are trusted.`)
}
