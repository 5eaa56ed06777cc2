/**
 * Hugging Face writes the whole history so far into each checkpoint: of the trainer_state.json files of a training the longest is
 * read, and the training is the folder above the checkpoints.
 */
import { join } from 'node:path'
import { seedFromName } from '../formats/file-names'
import { namesOfPath } from './formats/folder-format'
import type { ImportFile } from './sources'
import { peekTable } from './tables'
import type { FileTree } from './tree'

const stateName = 'trainer_state.json'

/** Leaves the states that are beginnings of others. */
export async function leaveEarlierStates(tree: FileTree): Promise<void> {
  const states = new Map<string, { file: string; rows: number }[]>()
  for (const own of tree.folders) {
    const state = tree.free(own).find(({ name }) => name === stateName)
    if (!state) continue
    const file = `${own.prefix}/${state.name}`
    const peeked = await peekTable(join(own.folder, state.name), file, state.bytes)
    const training = trainingOf(own.prefix)
    const rows = peeked.kind === 'runs' ? peeked.parts[0].rows : 0
    states.set(training, [...(states.get(training) ?? []), { file, rows }])
  }
  for (const same of states.values()) {
    // Without a history, as in the middle of nothing, they are settings like others.
    if (same.every(({ rows }) => rows === 0)) continue
    const [kept, ...rest] = same.sort((a, b) => b.rows - a.rows || a.file.length - b.file.length)
    for (const { file } of rest) tree.leave(file, `a beginning of the same history as ${kept.file}`)
  }
}

/** `output/checkpoint-200/trainer_state.json` is called by its training. */
export function nameByTraining(table: ImportFile): void {
  if (!table.file.endsWith(`/${stateName}`)) return
  const home = trainingOf(table.home)
  if (home === table.home) return
  const own = namesOfPath(home)
  Object.assign(table, { home, ...own, seed: seedFromName(own.name) })
}

/** `output/checkpoint-200` is of the training in `output`. */
function trainingOf(prefix: string): string {
  return prefix.replace(/\/checkpoint-\d+$/, '')
}
