/** What the checkpoints of one run are made of, all together: their modules, what changes between them, what is left out. */
import { plural, someNames } from '../../formats/format-error'
import type { StepCounters } from '../../formats/step-counters'
import { type CheckpointModule, type CheckpointParameter, modulesOf, parametersOf } from './modules'
import { openCheckpoint } from './open'
import { trainerState } from './trainer-state'
import type { CheckpointUnit } from './units'

/** One checkpoint without its values. */
export interface CheckpointContents {
  parameters: CheckpointParameter[]
  /** Tensors that are no parameters. */
  buffers: string[]
  notes: string[]
  counters: StepCounters
  /** Those of them that are not in the file but in what stands beside it. */
  beside: ReadonlySet<string>
}

/**
 * @param root folder that the unit's paths are below
 * @param withState whether what stands beside the file is asked as well: a training may have written megabytes beside each
 * @throws FormatError
 */
export async function contentsOf(root: string, unit: CheckpointUnit, withState: boolean): Promise<CheckpointContents> {
  const opened = await openCheckpoint(root, unit)
  opened.close()
  const { parameters, buffers } = parametersOf(opened.tensors, opened.outputsFirst)
  // What the file itself says goes before what stands beside it.
  const state = withState ? [...trainerState(root, unit)].filter(([name]) => !opened.counters.has(name)) : []
  const counters = new Map([...opened.counters, ...state])
  return { parameters, buffers, notes: opened.notes, counters, beside: new Set(state.map(([name]) => name)) }
}

/** A counter of a checkpoint, and where it is. */
export function counterPlace({ beside }: Pick<CheckpointContents, 'beside'>, name: string): string {
  return `${name} in ${beside.has(name) ? 'the trainer_state.json beside it' : 'it'}`
}

export class SeriesContents {
  private readonly found = new Map<string, CheckpointModule>()
  private readonly said = new Set<string>()
  private readonly shapes = new Map<string, string>()
  private readonly weights = new Set<string>()
  private readonly changed = new Set<string>()
  private readonly buffers = new Set<string>()

  get modules(): CheckpointModule[] {
    return [...this.found.values()]
  }

  add({ parameters, buffers, notes }: CheckpointContents, step: number): void {
    for (const note of notes) this.said.add(note)
    for (const name of buffers) this.buffers.add(name)
    for (const { name, module, shape } of parameters) {
      this.weights.add(`${module} ${shapeText(shape)}`)
      const now = shapeText(shape)
      const before = this.shapes.get(name) ?? now
      if (before !== now) this.changed.add(`${name} (${before}, ${now} at step ${step})`)
      this.shapes.set(name, now)
    }
    for (const module of modulesOf(parameters)) if (!this.found.has(module.path)) this.found.set(module.path, module)
  }

  /** Whether a checkpoint is of the same model: most of its parameters are here in the same shapes. */
  has({ parameters }: CheckpointContents): boolean {
    const same = parameters.filter(({ module, shape }) => this.weights.has(`${module} ${shapeText(shape)}`))
    return same.length > parameters.length / 2
  }

  /** Remarks on all of them, in sentences. */
  notes(): string[] {
    const notes = [...this.said]
    if (this.changed.size > 0) notes.push(`Shapes that change: ${[...this.changed].slice(0, 4).join('; ')}.`)
    if (this.buffers.size > 0) {
      const names = someNames([...this.buffers], 3)
      notes.push(`${plural(this.buffers.size, 'tensor')} left out, as no parameters of the model: ${names}.`)
    }
    return notes
  }
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
