/**
 * The newest values of the series that people have given a role to, for the run table: whatever a run calls its validation
 * accuracy, the table has it in one column. Manifests hold the values by names, which nobody's choice changes; what somebody
 * has chosen is read from the runs, one at a time behind all other questions, and shown in their place.
 */
import type { RoleChoices } from '../../domain/roles'
import { outcomeRoles, ownRoles } from '../../analysis'
import type { RunInfo } from '../../domain/run'
import { readRoles } from '../../project/roles-file'
import type { ProjectSession } from './project-session'
import type { TaskPool } from '../task-pool'

export class RoleValues {
  private session: ProjectSession | null = null
  private said: RoleChoices = {}
  /** Whose values are to be read. */
  private readonly stale = new Set<string>()
  private reading: Promise<void> | null = null
  /** Grows when what was said is read anew: answers under what was said before are dropped. */
  private version = 0

  constructor(private readonly queries: TaskPool) {}

  /** From now on for this project; what was asked for another one is dropped. */
  async begin(session: ProjectSession | null): Promise<void> {
    this.session = session
    this.stale.clear()
    this.said = {}
    await this.changed()
  }

  /** Something was said, or taken back. */
  async changed(): Promise<void> {
    const { session } = this
    const mine = ++this.version
    if (!session) return
    const { chosen } = await readRoles(session.folder)
    if (mine !== this.version) return
    this.said = chosen
    this.stale.clear()
    if (this.isSaid()) this.mark(session.listRuns().map(({ id }) => id))
    else session.showValues(null)
  }

  /** Runs that are new, or have new points. */
  mark(runIds: readonly string[]): void {
    if (!this.session || !this.isSaid()) return
    for (const id of runIds) this.stale.add(id)
    this.reading ??= this.read().finally(() => {
      this.reading = null
    })
  }

  /** New runs; those that have been read are not read again. */
  markNew(runIds: readonly string[]): void {
    const { session } = this
    if (session) this.mark(runIds.filter((id) => !session.showsValues(id)))
  }

  /** Resolves when nothing is left to be read. */
  async settled(): Promise<void> {
    while (this.reading) await this.reading
  }

  private isSaid(): boolean {
    return outcomeRoles.some((role) => this.said[role] !== undefined)
  }

  /** Of a run that cannot be read, what is known by names and nobody has said otherwise. It is asked again when it grows. */
  private unread(known: RunInfo['last']): RunInfo['last'] {
    const said = new Set<string>(
      outcomeRoles.filter((role) => this.said[role] !== undefined).map((role) => ownRoles[role])
    )
    return Object.fromEntries(Object.entries(known).filter(([tag]) => !said.has(tag)))
  }

  private async read(): Promise<void> {
    for (let next = this.next(); next; next = this.next()) await this.readOne(next.session, next.id)
  }

  private next(): { session: ProjectSession; id: string } | null {
    const { session } = this
    const [id] = this.stale
    if (!session || id === undefined) return null
    this.stale.delete(id)
    return { session, id }
  }

  private async readOne(session: ProjectSession, id: string): Promise<void> {
    if (!session.has(id)) return
    const { version, said } = this
    const [run] = session.sources([id])
    const values = await this.queries.run('lastValues', { run, said }).catch(() => null)
    // Another project, or other roles: both begin anew.
    if (version !== this.version || !session.has(id)) return
    // Files that are out of reach are as good as empty.
    const found = values && Object.keys(values.last).length > 0 ? values.last : this.unread(session.run(id).last)
    session.showValues(id, found)
  }
}
