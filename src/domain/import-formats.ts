/**
 * What can be imported, one row a format: the window, its filters, the command line and the manifests of runs are made from these
 * rows. How each is read: src/imports/formats.
 */

export interface ImportFormatRow {
  id: string
  title: string
  /** What one of them is called where they are counted: "3 CSV files". */
  one: string
  many: string
  /** Endings of its files, with their points; empty where something else tells. */
  endings: readonly string[]
  /** Names of files without an ending of their own. */
  names?: RegExp
}

const importFormats = [
  {
    id: 'tensorboard',
    title: 'TensorBoard',
    one: 'TensorBoard run',
    many: 'TensorBoard runs',
    endings: [],
    names: /tfevents[^/]*$/i
  },
  { id: 'csv', title: 'CSV', one: 'CSV file', many: 'CSV files', endings: ['.csv', '.tsv', '.txt', '.dat'] },
  {
    id: 'json-lines',
    title: 'JSON lines',
    one: 'JSON lines file',
    many: 'JSON lines files',
    endings: ['.jsonl', '.ndjson', '.log']
  },
  { id: 'json', title: 'JSON', one: 'JSON document', many: 'JSON documents', endings: ['.json'] },
  { id: 'parquet', title: 'Parquet', one: 'Parquet file', many: 'Parquet files', endings: ['.parquet'] },
  { id: 'npz', title: 'NumPy', one: 'NumPy archive', many: 'NumPy archives', endings: ['.npz'] },
  {
    id: 'visualizing-training',
    title: 'visualizing-training',
    one: 'run folder of visualizing-training',
    many: 'run folders of visualizing-training',
    endings: ['.json']
  },
  {
    id: 'mlflow',
    title: 'MLflow',
    one: 'MLflow run',
    many: 'MLflow runs',
    endings: ['.yaml', '.yml'],
    names: /(^|\/)(metrics|params|tags)\/.+$/
  },
  {
    id: 'dvclive',
    title: 'DVCLive',
    one: 'DVCLive run',
    many: 'DVCLive runs',
    endings: ['.tsv', '.yaml']
  },
  {
    id: 'downloads',
    title: 'TensorBoard downloads',
    one: 'run of TensorBoard downloads',
    many: 'runs of TensorBoard downloads',
    endings: ['.csv', '.json']
  },
  {
    id: 'checkpoints',
    title: 'checkpoints',
    one: 'run of checkpoints',
    many: 'runs of checkpoints',
    endings: ['.safetensors', '.npz', '.pt', '.pth', '.pth.tar', '.ckpt', '.bin', '.h5', '.hdf5', '.keras', '.json']
  }
] as const satisfies readonly ImportFormatRow[]

export type ImportFormat = (typeof importFormats)[number]['id']

export const importFormatIds = importFormats.map(({ id }) => id)

const rows = new Map<ImportFormat, ImportFormatRow>(importFormats.map((row) => [row.id, row]))

export function importFormat(id: ImportFormat): ImportFormatRow {
  return rows.get(id)!
}

/** Whether a file of this path can be part of an import at all: what a page sends of a folder that was dropped on it. */
export function isImportable(path: string): boolean {
  const lower = path.toLowerCase().replace(/\.gz$/, '')
  return importFormats.some(
    (row: ImportFormatRow) => row.endings.some((ending) => lower.endsWith(ending)) || (row.names?.test(path) ?? false)
  )
}

const titles = importFormats.map(({ title }) => title)
/** "TensorBoard, CSV, ... or checkpoints": what was looked for, where nothing was found. */
export const importableKinds = `${titles.slice(0, -1).join(', ')} or ${titles[titles.length - 1]}`
