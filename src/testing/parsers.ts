/** Every reader of bytes from outside, with sound files to damage: for the trials in scripts/trials/parsers.mjs. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { viewsProblem } from '../domain/views'
import { decodeFrame, encodeFrame } from '../contract/wire'
import { bucketsOf } from '../events/histogram'
import { declaredMetricsOf, sessionEndOf, sessionStartOf } from '../events/hparams'
import { graphOf } from '../events/graph'
import { audioOf, imageOf } from '../events/media'
import { prPointsOf } from '../events/pr-curve'
import { ProtoError } from '../events/protobuf'
import { RunLog } from '../events/run-log'
import { allStrings, allValues, decodeTensor } from '../events/tensor'
import { textOf } from '../events/text'
import { mutant as mutantEvents, recordsOf } from '../events/testing/mutate'
import { bytesSource } from '../formats/byte-source'
import type { CheckpointKind } from '../imports/checkpoints/units'
import { modulesOf, parametersOf } from '../imports/checkpoints/modules'
import { parsePath } from '../imports/checkpoints/path-numbers'
import { cifarNames, readCifar } from '../formats/cifar'
import { readDataTable } from '../formats/data-table'
import { readDelimited } from '../formats/delimited'
import { gunzip, isGzip } from '../formats/inflate'
import { idxBytes, readIdxNumbers } from '../formats/idx'
import { readJsonLines } from '../formats/json-lines'
import { npzTensors } from '../formats/npz-tensors'
import { readNpy } from '../formats/npy'
import { readNpz } from '../formats/npz'
import { collateEpochs, readEpoch } from '../imports/formats/epoch-files'
import { decodePicture } from '../formats/pictures'
import { pointsOf } from '../imports/points'
import { safetensorsTensors } from '../formats/safetensors'
import type { StoredTensor } from '../formats/tensor-values'
import { findStepColumn } from '../imports/step-column'
import { readTable } from '../imports/tables'
import { torchTensors } from '../formats/torch-checkpoint'
import { readTorchPickle } from '../formats/torch-pickle'
import { tfjsTensors } from '../formats/tfjs-weights'
import { zipEntries } from '../formats/zip-entries'
import type { RawTable } from '../formats/types'
import type { Rng } from '../numeric/rng'
import { openCheckpoint } from '../imports/checkpoints/open'
import { readLogLinks } from '../project/log-links'
import { readAnalysisFile, readProjectManifest, readRunManifest } from '../project/manifests'
import { readRunQueue } from '../project/run-queue'
import { readNetwork } from '../imports/network'

export interface Parser {
  name: string
  seeds: Uint8Array[]
  /** Reads it as the program would, and looks at everything in it. */
  read(bytes: Uint8Array): unknown
  /** Damage of its own kind; else that of `damaged`. */
  mutate?(rng: Rng): Uint8Array
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytesOf = (value: string | object): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
/** Reading values of more tensors than this says nothing new. */
const mostTensors = 20

async function readTensors(tensors: readonly StoredTensor[]): Promise<void> {
  modulesOf(parametersOf(tensors, true).parameters)
  for (const tensor of tensors.slice(0, mostTensors)) await tensor.read()
}

function readPoints(table: RawTable): void {
  const step = findStepColumn(table)
  if (step.column !== null) pointsOf(table, step.column, 'the file')
}

/** Everything in an event file, as the views read it. */
function readEvents(file: Uint8Array): void {
  const log = new RunLog()
  const at = log.file('f')
  log.feed(at, file)
  const attempt = (decode: () => unknown): void => {
    try {
      decode()
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error
    }
  }
  for (const { kind, metadata, scalars, places } of log.series()) {
    attempt(() => sessionStartOf(metadata.content))
    attempt(() => sessionEndOf(metadata.content))
    attempt(() => declaredMetricsOf(metadata.content))
    const view = (scalars ?? places)!.view('all')
    for (let i = 0; places && i < Math.min(view.length, 20); i++) {
      const { offset, length, form } = places.place(view.at(i))
      const bytes = file.subarray(offset, offset + length)
      const decoders: (() => unknown)[] = [
        () => bucketsOf(bytes, form),
        () => imageOf(bytes, form, 0),
        () => audioOf(bytes, form, 0),
        () => textOf(bytes),
        () => prPointsOf(bytes),
        () => graphOf(bytes, form, kind),
        () => {
          const tensor = decodeTensor(bytes)
          return [allValues(tensor), allStrings(tensor)]
        }
      ]
      for (const decode of decoders) attempt(decode)
    }
  }
}

/** @param root the repository; @param scratch an empty folder for files that are read by path */
export async function parsersOf(root: string, scratch: string): Promise<Parser[]> {
  const data = join(root, 'testdata')
  const file = (...path: string[]): Uint8Array => {
    const bytes = readFileSync(join(data, ...path))
    return new Uint8Array(path[path.length - 1].endsWith('.gz') ? gunzipSync(bytes) : bytes)
  }
  // A copy: what Node gives is a view, and damage would stay.
  const foreign = (path: string): Uint8Array => new Uint8Array(readFileSync(join(data, 'imports', path)))
  const parquet = ['snappy', 'zstd', 'none'].map((kind, i) => foreign(`parquet/history/seed${i + 1}-${kind}.parquet`))
  const documents = [
    ...[
      'keras/logs/seed_1/history.json',
      'sacred/sacred_runs/1/metrics.json',
      'xgboost/results/evals_result_seed1.json'
    ],
    ...[
      'transformers/gpt2-counting-seed1/trainer_state.json',
      'tensorboard/downloads/run-mlp_seed1-tag-Loss_train.json'
    ]
  ].map(foreign)
  const toolTables = [
    'Step,a - loss,a - loss__MIN,a - loss__MAX\n0,1,1,1\n1,2,2,2\n',
    'run,tag,step,wall_time,value\na,x,0,1,2\na,x,1,2,3\nb,x,0,1,2\n',
    'seed,step,loss\n1,0,2\n1,1,1\n2,0,2\n2,1,1\n',
    '#{"t_start": 1}\nr,l,t\n1,10,0.1\n2,15,0.2\n'
  ].map(bytesOf)
  const readAll = async (name: string, bytes: Uint8Array): Promise<void> => {
    const path = join(scratch, name)
    writeFileSync(path, bytes)
    for (const { table, step } of await readTable(path, 'the file')) {
      const { column } = step ?? findStepColumn(table)
      if (column !== null) pointsOf(table, column, 'the file')
    }
  }
  const golden = JSON.parse(readFileSync(join(root, 'src/formats/testing/golden-arrays.json'), 'utf8')) as {
    npy: { data: string }[]
    npz: { plain: string; compressed: string }
    pictures: { mode: string; data: string }[]
  }
  const decoded = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
  const pictures = (jpeg: boolean): Uint8Array[] =>
    golden.pictures.filter(({ mode }) => mode.startsWith('jpeg') === jpeg).map(({ data: bytes }) => decoded(bytes))
  /** A reader of a file by path, with nothing else of its project there. */
  const onDisk = (name: string, read: (path: string, folder: string) => unknown) => {
    const folder = join(scratch, name)
    mkdirSync(folder, { recursive: true })
    return (bytes: Uint8Array): unknown => {
      writeFileSync(join(folder, name), bytes)
      return read(join(folder, name), folder)
    }
  }
  let files = 0
  /** Each in a file of its own: a library may know one that it has read before. */
  const checkpoint =
    (kind: CheckpointKind, ending: string) =>
    async (bytes: Uint8Array): Promise<void> => {
      const name = `${files++}${ending}`
      writeFileSync(join(scratch, name), bytes)
      try {
        const unit = { name, kind, files: [name], shards: null, bytes: 1, modifiedMs: 1 }
        const opened = await openCheckpoint(scratch, unit)
        try {
          await readTensors(opened.tensors)
        } finally {
          opened.close()
        }
      } finally {
        rmSync(join(scratch, name))
      }
    }
  const idx = Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6])
  const floats = Uint8Array.from([0, 0, 0x0d, 1, 0, 0, 0, 2, 63, 128, 0, 0, 64, 0, 0, 0])
  const readIdx = async (bytes: Uint8Array): Promise<unknown> =>
    readIdxNumbers(isGzip(bytes) ? await gunzip(bytes, 'The file', idxBytes) : bytes, 'The file')
  const made = JSON.parse(text(file('events', 'made.json.gz'))) as { files: Record<string, string> }
  const events = Object.entries(made.files)
    .filter(([path]) => path.includes('tfevents'))
    .map(([, content]) => decoded(content))
    .filter((bytes) => bytes.length < 100_000)
  const pickles = await Promise.all(
    ['plain', 'nested', 'beside', 'two'].map(async (name) => {
      const entries = await zipEntries(bytesSource(name, file('checkpoints', 'wrapped', `${name}.pt`)))
      const pickle = [...entries.values()].find(({ path }) => path.endsWith('data.pkl'))!
      return pickle.read(0, pickle.size)
    })
  )
  const epochFolder = join(data, 'package-files', 'parity_seed0')
  const epochs = readdirSync(epochFolder)
    .filter((name) => name.startsWith('epoch'))
    .slice(0, 3)
    .map((name) => new Uint8Array(gunzipSync(readFileSync(join(epochFolder, name)))))
  const sample = join(root, 'resources', 'sample')
  const analyses = readdirSync(join(sample, 'analyses'))
  const runs = readdirSync(join(sample, 'runs')).slice(0, 2)
  const sampled = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(sample, ...path)))
  const keras = {
    class_name: 'Sequential',
    config: {
      name: 'm',
      layers: [
        { class_name: 'InputLayer', config: { batch_shape: [null, 8, 8, 1], name: 'in' } },
        {
          class_name: 'Conv2D',
          config: { name: 'c', filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: 'same' }
        },
        { class_name: 'Flatten', config: { name: 'f' } },
        { class_name: 'Dense', config: { name: 'd', units: 3, activation: 'softmax' } }
      ]
    }
  }
  const own = {
    title: 'mine',
    input: [28, 28, 1],
    layers: [
      { name: 'flat', type: 'flatten' },
      { name: 'out', type: 'dense', units: 10 }
    ]
  }
  const csv = [
    'step,train_loss,acc\n0,1.5,0.1\n1,0.7,NaN\n2,,0.3\n',
    'epoch\tloss "x"\n"1"\t2\n2\t"3"\n',
    'a;b\n1;2,5\n2;3,5\n'
  ]
  const json = ['{"step": 0, "loss": {"train": 1.5}, "ok": true}\n{"step": 1, "loss": {"train": NaN}}\n']
  return [
    { name: 'csv', seeds: csv.map(bytesOf), read: (bytes) => readPoints(readDelimited(text(bytes), 'the file')) },
    {
      name: 'json-lines',
      seeds: json.map(bytesOf),
      read: (bytes) => readPoints(readJsonLines(text(bytes), 'the file'))
    },
    { name: 'json-documents', seeds: documents, read: (bytes) => readAll('a.json', bytes) },
    { name: 'parquet', seeds: parquet, read: (bytes) => readAll('a.parquet', bytes) },
    { name: 'tables-of-tools', seeds: toolTables, read: (bytes) => readAll('a.csv', bytes) },
    {
      name: 'visualizing-training',
      seeds: epochs,
      read: (bytes) => collateEpochs([readEpoch(text(bytes), 3, 'the file')])
    },
    {
      name: 'tables-of-examples',
      seeds: ['x,y,label\n1,2,cat\n3,4,dog\n', 'a\tb\n1\t"x"\n2\t"y"\n'].map(bytesOf),
      read: (bytes) => readDataTable(text(bytes), 'the file')
    },
    { name: 'event-files', seeds: events, read: readEvents, mutate: (rng) => mutantEvents(events, rng) },
    { name: 'event-payloads', seeds: events.flatMap(recordsOf).slice(0, 200), read: readPayload },
    {
      name: 'safetensors',
      seeds: [
        file('checkpoints', 'types', 'types.safetensors'),
        file('checkpoints', 'safetensors', 'step=0.safetensors')
      ],
      read: (bytes) => readTensors(safetensorsTensors(bytesSource('the file', bytes)).tensors)
    },
    {
      name: 'npy',
      seeds: golden.npy.map(({ data: bytes }) => decoded(bytes)),
      read: (bytes) => readNpy(bytes, 'the file')
    },
    {
      name: 'npz',
      seeds: [decoded(golden.npz.plain), decoded(golden.npz.compressed)],
      read: (bytes) => readNpz(bytes, 'the file')
    },
    {
      name: 'npz-checkpoints',
      seeds: [file('checkpoints', 'npz', 'weights-0.npz')],
      read: async (bytes) => readTensors((await npzTensors(bytesSource('the file', bytes))).tensors)
    },
    {
      name: 'torch',
      seeds: ['types/types.pt', 'wrapped/plain.pt', 'wrapped/two.pt'].map((name) => file('checkpoints', name)),
      read: async (bytes) => readTensors((await torchTensors(bytesSource('the file', bytes))).tensors)
    },
    {
      name: 'torch-legacy',
      seeds: [file('checkpoints', 'types', 'legacy.pt')],
      read: async (bytes) => readTensors((await torchTensors(bytesSource('the file', bytes))).tensors)
    },
    { name: 'pickles', seeds: pickles, read: (bytes) => readTorchPickle(bytes, 'the file') },
    { name: 'hdf5', seeds: [file('checkpoints', 'keras', 'model_0.h5')], read: checkpoint('keras', '.h5') },
    {
      name: 'keras',
      seeds: [file('checkpoints', 'keras3', 'epoch_0.keras')],
      read: checkpoint('keras', '.keras')
    },
    {
      name: 'tfjs',
      seeds: [file('checkpoints', 'tfjs', 'checkpoint-0', 'model.json')],
      read: (bytes) =>
        readTensors(
          tfjsTensors(bytesSource('the file', bytes), (path) =>
            /^group1-shard[12]of2\.bin$/.test(path)
              ? bytesSource(path, file('checkpoints', 'tfjs', 'checkpoint-0', path))
              : null
          )
        )
    },
    {
      name: 'networks',
      seeds: [keras, own, { modelTopology: { model_config: keras } }].map(bytesOf),
      read: (bytes) => readNetwork({ name: 'the file', file: bytes })
    },
    { name: 'idx', seeds: [idx, floats, new Uint8Array(gzipSync(idx))], read: readIdx },
    {
      name: 'cifar',
      seeds: [new Uint8Array(3073 * 2).fill(3)],
      read: (bytes) => [readCifar(bytes, 'the file', 10), cifarNames(text(bytes.subarray(0, 300)))]
    },
    { name: 'png', seeds: pictures(false), read: (bytes) => decodePicture(bytes, 'the file') },
    { name: 'jpeg', seeds: pictures(true), read: (bytes) => decodePicture(bytes, 'the file') },
    {
      name: 'run.json',
      seeds: runs.map((run) => sampled('runs', run, 'run.json')),
      read: onDisk('run.json', readRunManifest)
    },
    { name: 'project.json', seeds: [sampled('project.json')], read: onDisk('project.json', readProjectManifest) },
    {
      name: 'analysis.json',
      seeds: analyses.slice(0, 1).map((id) => sampled('analyses', id, 'analysis.json')),
      read: onDisk('analysis.json', readAnalysisFile)
    },
    {
      name: 'logs.json',
      seeds: [bytesOf({ schemaVersion: 1, folders: [{ id: 'log-1', name: 'a', path: '../a', absolute: false }] })],
      read: onDisk('logs.json', (_path, folder) => readLogLinks(folder))
    },
    {
      name: 'queue.json',
      seeds: [bytesOf({ schemaVersion: 1, runs: ['a', 'b'] })],
      read: onDisk('queue.json', (_path, folder) => readRunQueue(folder))
    },
    {
      name: 'views.json',
      seeds: [
        bytesOf({
          version: 1,
          tab: 'scalars',
          runs: { search: 'a', shown: { b: true } },
          boards: { text: { last: 3 } }
        })
      ],
      read: (bytes) => viewsProblem(text(bytes))
    },
    {
      name: 'wire-frames',
      seeds: [
        encodeFrame({ kind: 'reply', id: 1, value: { a: Float64Array.of(1, 2), b: [NaN, { c: new Uint8Array(3) }] } })
      ],
      read: decodeFrame
    },
    {
      name: 'paths-of-checkpoints',
      seeds: ['out/seed_1/epoch=3-step_00100.ckpt', 'a/__b__/v1.2.3/model-00001-of-00003.safetensors'].map(bytesOf),
      read: (bytes) => parsePath(text(bytes))
    }
  ]
}

/** One decoder after the other on bytes that none may expect. */
function readPayload(bytes: Uint8Array): void {
  const decoders: (() => unknown)[] = [
    ...(['tensor', 'summary'] as const).flatMap((form) => [
      () => bucketsOf(bytes, form as never),
      () => imageOf(bytes, form as never, 0),
      () => audioOf(bytes, form as never, 0)
    ]),
    () => textOf(bytes),
    () => prPointsOf(bytes),
    () => sessionStartOf(bytes),
    () => sessionEndOf(bytes),
    () => declaredMetricsOf(bytes),
    () => allValues(decodeTensor(bytes)),
    () => allStrings(decodeTensor(bytes))
  ]
  for (const decode of decoders) {
    try {
      decode()
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error
    }
  }
}

/** Numbers that lie, in the widths that formats count with. */
const lies = [
  ...[
    [255, 255, 255, 255],
    [127, 255, 255, 255],
    [255, 255, 255, 127],
    [0, 0, 0, 0],
    [0, 0, 0, 128]
  ],
  ...[
    [255, 255, 255, 255, 255, 255, 255, 127],
    [0, 0, 0, 0, 0, 0, 0, 64]
  ]
]
const words = [
  ...['1e999', '-1', '0', '99999999999999999999', '9007199254740993', 'NaN', 'null', '[]', '{}', '""', 'true'],
  ...['"__proto__"', '"constructor"', '\u0000', '"', '[[[[[[[[', '}', ',', '\\', '-0', '1e-400', '\ufeff', '\u202e']
]

/** A relative of one of the seeds with a few kinds of damage. */
export function damaged(seeds: readonly Uint8Array[], rng: Rng): Uint8Array {
  let bytes: Uint8Array = seeds[rng.integer(seeds.length)].slice()
  for (let n = 1 + rng.integer(4); n > 0 && bytes.length > 0; n--) {
    const at = rng.integer(bytes.length)
    const length = 1 + rng.integer(Math.min(200, bytes.length))
    const before = bytes.subarray(0, at)
    switch (rng.integer(9)) {
      case 0:
        bytes[at] ^= 1 << rng.integer(8)
        break
      case 1:
        bytes[at] = rng.integer(256)
        break
      case 2:
        bytes = bytes.slice(0, at)
        break
      case 3:
        bytes = joined(before, bytes.subarray(at + length))
        break
      case 4:
        bytes = joined(before, bytes.subarray(at, at + length), bytes.subarray(at))
        break
      case 5: {
        const other = seeds[rng.integer(seeds.length)]
        const from = rng.integer(other.length)
        bytes = joined(before, other.subarray(from, from + length), bytes.subarray(at))
        break
      }
      case 6:
        bytes.set(lies[rng.integer(lies.length)].slice(0, bytes.length - at), at)
        break
      case 7: {
        const word = bytesOf(words[rng.integer(words.length)])
        bytes = joined(before, word, bytes.subarray(at + (rng.uniform() < 0.5 ? word.length : 0)))
        break
      }
      default:
        bytes = numberReplaced(bytes, at, rng)
    }
  }
  return bytes
}

/** The next number that is written in digits, as another one. */
function numberReplaced(bytes: Uint8Array, from: number, rng: Rng): Uint8Array {
  const isDigit = (at: number): boolean => bytes[at] >= 48 && bytes[at] <= 57
  let start = from
  while (start < bytes.length && !isDigit(start)) start += 1
  let end = start
  while (end < bytes.length && isDigit(end)) end += 1
  return joined(bytes.subarray(0, start), bytesOf(words[rng.integer(11)]), bytes.subarray(end))
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
