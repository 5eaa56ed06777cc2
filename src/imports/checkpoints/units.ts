/** Which files of a folder are checkpoints, and which of them are parts of one. */
import { naturalOrder } from '../../formats/file-names'

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
  /** Whether it is named as one part of a model that was divided among devices. */
  ofRanks?: boolean
  /** Why its name gives it no place in the series that it lies beside. What is in it may. */
  aside?: string
  bytes: number
  modifiedMs: number
}

const kinds: [RegExp, CheckpointKind][] = [
  [/\.safetensors$/i, 'safetensors'],
  [/\.(pth?|ckpt)(\.tar)?$/i, 'torch'],
  [/(pytorch|model|ckpt|checkpoint|weights|state|step|epoch|iter)[^/]*\.bin$/i, 'torch'],
  [/\.(h5|hdf5|keras)$/i, 'keras'],
  [/\.npz$/i, 'npz']
]
/** What trainers save beside the weights. */
const besideModel =
  /(^|\/)(optim(izer)?|scheduler|rng_state|random_states?|scaler|training_args|trainer_state|distrib_optim|sampler)[^/]*$|optim_states?\.(pt|bin)$/i
/** Parts of a model that was divided among devices; one part alone may be the whole. */
const rankParts: [RegExp, string][] = [
  [/(^|\/)(zero_pp_rank_)\d+_(mp_rank_)\d+(_model_states\.pt)$/i, '$1$2$3*$4'],
  [/(^|\/)(mp_rank_)\d+(?:_\d+)?(_model_states\.pt|\/[^/]+\.pt)$/i, '$1$2*$3'],
  [/(^|\/)(consolidated\.)\d+(\.pth?)$/i, '$1$2*$3']
]
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
    const ranks = rankParts.find(([pattern]) => pattern.test(file.path))
    const name = parts ? `${parts[1]}${parts[4]}` : ranks ? file.path.replace(...ranks) : file.path
    const known = units.get(name)
    used.add(file.path)
    if (known && (ranks ?? (parts && known.shards !== null))) {
      known.files.push(file.path)
      known.bytes += file.bytes
      known.modifiedMs = Math.max(known.modifiedMs, file.modifiedMs)
    } else {
      const { bytes, modifiedMs } = file
      const shards = parts ? Number(parts[3]) : null
      units.set(name, { name, kind, files: [file.path], shards, bytes, modifiedMs, ...(ranks && { ofRanks: true }) })
    }
    if (parts && paths.has(`${name}.index.json`)) used.add(`${name}.index.json`)
  }
  for (const unit of units.values()) if (unit.ofRanks && unit.files.length === 1) unit.name = unit.files[0]
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
