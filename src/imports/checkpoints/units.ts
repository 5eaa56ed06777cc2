/** Which files of a folder are checkpoints, and which of them belong to one run. */
import { naturalOrder } from '../../formats/file-names'
import { plural, someNames } from '../../formats/format-error'
import { parsePath, runKey, seedOf } from './steps'

export type CheckpointKind = 'safetensors' | 'torch' | 'keras' | 'tfjs' | 'npz'

export interface FoundFile {
  /** Path below the chosen folder, with `/`. */
  path: string
  bytes: number
  modifiedMs: number
}

/** One checkpoint: a file, or several that belong together. */
export interface CheckpointUnit {
  /** The file's path; of shards the path that the whole would have. */
  name: string
  kind: CheckpointKind
  /** Its files in order, `model.json` first. */
  files: string[]
  /** How many shards the names announce; null for a checkpoint that is not cut into shards. */
  shards: number | null
  bytes: number
  modifiedMs: number
}

/** The checkpoints of one run. */
export interface CheckpointRun {
  /** Path with `*` where the numbers stand. */
  pattern: string
  seed: number | null
  units: CheckpointUnit[]
  /** What was left out, in sentences. */
  notes: string[]
}

/** The same weights in several formats: the one that is read fastest and most surely. */
const order: CheckpointKind[] = ['safetensors', 'torch', 'npz', 'keras', 'tfjs']
const kinds: [RegExp, CheckpointKind][] = [
  [/\.safetensors$/i, 'safetensors'],
  [/\.(pth?|ckpt)$/i, 'torch'],
  [/(pytorch|model|ckpt|checkpoint|weights|state|step|epoch|iter)[^/]*\.bin$/i, 'torch'],
  [/\.(h5|hdf5|keras)$/i, 'keras'],
  [/\.npz$/i, 'npz']
]
/** What trainers save beside the weights. */
const besideModel = /(^|\/)(optim(izer)?|scheduler|rng_state|random_states?|scaler|training_args|trainer_state)[^/]*$/i
const shard = /^(.*?)-(\d{5})-of-(\d{5})(\.\w+)$/

/** @returns the checkpoints, and the paths of all files that belong to them */
export function checkpointUnits(files: readonly FoundFile[]): { units: CheckpointUnit[]; used: Set<string> } {
  const used = new Set<string>()
  const units = new Map<string, CheckpointUnit>()
  const paths = new Set(files.map(({ path }) => path))
  for (const { path, unit } of tfjsModels(files, paths)) {
    units.set(path, unit)
    for (const file of unit.files) used.add(file)
  }
  for (const file of [...files].sort((a, b) => naturalOrder(a.path, b.path))) {
    const kind =
      used.has(file.path) || besideModel.test(file.path) ? undefined : kinds.find(([p]) => p.test(file.path))?.[1]
    if (!kind) continue
    const parts = shard.exec(file.path)
    const name = parts ? `${parts[1]}${parts[4]}` : file.path
    const known = units.get(name)
    used.add(file.path)
    if (parts && known?.shards !== undefined && known.shards !== null) {
      known.files.push(file.path)
      known.bytes += file.bytes
      known.modifiedMs = Math.max(known.modifiedMs, file.modifiedMs)
    } else {
      const { bytes, modifiedMs } = file
      units.set(name, { name, kind, files: [file.path], shards: parts ? Number(parts[3]) : null, bytes, modifiedMs })
    }
    if (parts && paths.has(`${name}.index.json`)) used.add(`${name}.index.json`)
  }
  return { units: [...units.values()].sort((a, b) => naturalOrder(a.name, b.name)), used }
}

/** A `.json` is a model of TensorFlow.js when its shards lie beside it; whether it really is one, reading tells. */
function tfjsModels(files: readonly FoundFile[], paths: ReadonlySet<string>): { path: string; unit: CheckpointUnit }[] {
  return files.flatMap(({ path, bytes, modifiedMs }) => {
    if (!path.endsWith('.json') || path.endsWith('.index.json')) return []
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const own = `${path.slice(0, -'.json'.length)}.weights.bin`
    const isModel = path.slice(folder.length) === 'model.json'
    const shards = paths.has(own)
      ? [own]
      : isModel
        ? [...paths].filter(
            (other) =>
              other.startsWith(folder) && /^(group\d+-)?\w+\.bin$|^group[^/]*\.bin$/.test(other.slice(folder.length))
          )
        : []
    if (shards.length === 0) return []
    const all = files.filter((file) => shards.includes(file.path))
    const total = all.reduce((sum, file) => sum + file.bytes, bytes)
    // `checkpoint-5/model.json` counts as `checkpoint-5/model`.
    const unit: CheckpointUnit = {
      name: path,
      kind: 'tfjs',
      files: [path, ...shards],
      shards: null,
      bytes: total,
      modifiedMs
    }
    return [{ path, unit }]
  })
}

/** Runs of the checkpoints: those whose paths differ in numbers only, and not in the seed. */
export function checkpointRuns(units: readonly CheckpointUnit[]): { runs: CheckpointRun[]; left: string[] } {
  const groups = new Map<string, CheckpointUnit[]>()
  for (const unit of units) {
    const key = runKey(parsePath(unit.name))
    groups.set(key, [...(groups.get(key) ?? []), unit])
  }
  const runs: CheckpointRun[] = []
  const single: CheckpointUnit[] = []
  for (const members of groups.values()) {
    const parsed = parsePath(members[0].name)
    // best.pt beside ckpt_100.pt: nothing tells where it belongs.
    const numbered = parsed.numbers.some(({ value, counts }) => counts && !Number.isNaN(value))
    if (members.length === 1 && groups.size > 1 && !numbered) {
      single.push(members[0])
    } else runs.push(runOf(members, parsed.template, seedOf(parsed)))
  }
  if (runs.length === 0)
    return { runs: single.map((unit) => runOf([unit], parsePath(unit.name).template, null)), left: [] }
  for (const unit of single) {
    const folder = unit.name.slice(0, unit.name.lastIndexOf('/') + 1)
    const near = runs.find(({ units: own }) => own.some(({ name }) => name.startsWith(folder))) ?? runs[0]
    near.notes.push(`${unit.name} was left out: its name has no number that could be its step.`)
  }
  return { runs, left: single.flatMap(({ files }) => files) }
}

function runOf(members: readonly CheckpointUnit[], pattern: string, seed: number | null): CheckpointRun {
  const byPlace = new Map<string, CheckpointUnit[]>()
  for (const unit of members) {
    const place = JSON.stringify(parsePath(unit.name).numbers.map(({ value }) => value))
    byPlace.set(place, [...(byPlace.get(place) ?? []), unit])
  }
  const units: CheckpointUnit[] = []
  const again: string[] = []
  for (const same of byPlace.values()) {
    const kept = [...same].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0]
    units.push(kept)
    for (const unit of same) if (unit !== kept) again.push(`${unit.name} (as ${kept.name})`)
  }
  const notes =
    again.length === 0
      ? []
      : [`${plural(again.length, 'checkpoint')} of a step that is there already left out: ${someNames(again, 4)}.`]
  return { pattern, seed, units, notes }
}
