/** The list of recently opened projects, in the user's own folder; losing it loses nothing but convenience. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Analysis } from '../../domain/analysis'
import { recentProject } from '../../domain/project'
import type { RecentProject } from '../../domain/project'
import type { RunInfo } from '../../domain/run'
import type { RequestResult } from '../../contract/requests'
import { PhasescopeError } from '../../domain/errors'
import { whileAlone } from '../../project/claims'
import { makeFolder, writeJson } from '../../project/files'
import { markOf } from '../../project/processes'
import { listAnalyses } from '../../project/project-folder'
import { largest } from '../../numeric/statistics'

const kept = 30
const strips = 10

export class Recents {
  /** @param changed tells whoever shows the list */
  constructor(
    private readonly userData: string,
    private readonly changed: () => void = () => undefined
  ) {}

  async list(): Promise<RecentProject[]> {
    let value: unknown
    try {
      value = JSON.parse(await readFile(this.file, 'utf8'))
    } catch {
      return []
    }
    if (!Array.isArray(value)) return []
    return value
      .map((item) => recentProject.safeParse(item))
      .filter((item) => item.success)
      .map((item) => ({ ...item.data, missing: !existsSync(join(item.data.folder, 'project.json')) }))
  }

  async find(id: string): Promise<RecentProject | null> {
    return (await this.list()).find((item) => item.id === id) ?? null
  }

  remember(entry: RecentProject): Promise<void> {
    return this.change((list) => {
      const others = list.filter((item) => item.folder !== entry.folder && item.id !== entry.id)
      return [entry, ...others].slice(0, kept)
    })
  }

  forget(id: string): Promise<void> {
    return this.change((list) => list.filter((item) => item.id !== id))
  }

  forgetAll(): Promise<void> {
    return this.change(() => [])
  }

  /** Windows and programs that open projects at the same moment lose none of each other's. */
  private async change(work: (list: RecentProject[]) => RecentProject[]): Promise<void> {
    await makeFolder(this.userData)
    await whileAlone(this.userData, markOf(), async () => writeJson(this.file, work(await this.list())))
    this.changed()
  }

  private get file(): string {
    return join(this.userData, 'recent.json')
  }
}

export function forgotten(): PhasescopeError {
  return new PhasescopeError('not-found', 'This project is no longer in the list of recent projects.')
}

export function recentEntry(
  project: { id: string; name: string; folder: string },
  runs: RunInfo[],
  latest: Analysis | null
): RecentProject {
  const fit = latest?.fits.find((candidate) => candidate.states === latest.chosenStates)
  return {
    ...project,
    openedAt: new Date().toISOString(),
    runs: runs.length,
    experiments: new Set(runs.map((run) => run.group)).size,
    chosenStates: fit ? fit.states : null,
    strips: fit
      ? fit.paths.slice(0, strips).map((path) =>
          stripOf(
            path,
            fit.stateSummaries.map((state) => state.color)
          )
        )
      : [],
    missing: false
  }
}

/** The newest analysis of the sample project, as strips. */
export async function samplePreview(folder: string): Promise<RequestResult<'project.samplePreview'>> {
  if (!existsSync(join(folder, 'project.json'))) return null
  const latest = (await listAnalyses(folder)).analyses.at(-1)
  const fit = latest?.fits.find((candidate) => candidate.states === latest.chosenStates)
  if (!latest || !fit) return null
  const colors = fit.stateSummaries.map((state) => state.color)
  return {
    strips: fit.paths.slice(0, strips).map((path) => stripOf(path, colors)),
    runs: latest.inputs.runs.length,
    chosenStates: fit.states,
    epochs: largest(latest.inputs.runs.map((run) => run.epochs.at(-1) ?? 0))
  }
}

/** A path as [colour, share] segments. */
function stripOf(path: number[], colors: number[]): [number, number][] {
  const segments: [number, number][] = []
  for (const state of path) {
    const color = colors[state]
    const current = segments.at(-1)
    if (current && current[0] === color) current[1] += 1 / path.length
    else segments.push([color, 1 / path.length])
  }
  return segments
}
