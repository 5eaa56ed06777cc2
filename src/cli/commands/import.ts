/** `phasescope import`: recorded series of other programs as runs of a project. */
import { basename, resolve } from 'node:path'
import type { ImportSource } from '../../contract/domain'
import { importFormatNames } from '../../contract/domain'
import { PhasescopeError } from '../../contract/errors'
import type { Engine } from '../../engine/engine'
import { noteProblems, withEngine } from '../host'
import { interruptible } from '../interrupt'
import { UsageError } from '../options'
import type { Command, Context, Input } from '../options'
import { CountProgress } from '../progress'
import { table } from '../terminal'

const job = 'command-line'

export const importCommand: Command = {
  name: 'import',
  summary: 'Import TensorBoard logs, CSV files, JSON lines, run folders of visualizing-training or checkpoints.',
  usage: 'SOURCE... --project DIR [--create] [--name GROUP] [--step-column NAME] [--hooks LIST] [--follow] [--dry-run]',
  options: {
    project: { value: 'DIR', description: 'The project folder; not needed for --dry-run.' },
    create: { description: 'Make the project when it does not exist.' },
    name: { value: 'GROUP', description: 'One group for all runs. Default: the folder that each file lies in.' },
    'step-column': { value: 'NAME', description: 'The column that counts steps, or "row". Default: step, else epoch.' },
    'step-pattern': {
      value: 'PATTERN',
      description:
        'Where the step stands in the names of checkpoints, such as "epoch{epoch}/model_{step}.pt"; * is anything.'
    },
    hooks: {
      value: 'LIST',
      description: 'Modules of checkpoints to measure: paths or patterns ("h.*.attn"), or "all". Default: at most 30.'
    },
    follow: { description: 'Read TensorBoard logs where they lie, also while they grow, instead of copying them.' },
    'dry-run': { description: 'Only say what would be imported.' }
  },
  notes: [
    'A SOURCE is a file or a folder: one run per CSV or JSON lines file, and per folder with event or epochN.json files.',
    'A folder of checkpoints (PyTorch, safetensors, npz, Keras, TensorFlow.js) is one run of weight metrics.',
    'Files that cannot be read are named with the line and the remedy; the others are imported.',
    'Exit code 1 when nothing could be imported.'
  ],
  words: { min: 1, max: 10_000, missing: 'What should be imported? Give files or folders.' },
  async run(input, context) {
    const paths = input.words.map((word) => resolve(word))
    const name = input.text('name')?.trim() ?? null
    if (name === '') throw new UsageError('--name is empty; give the group of runs a name.')
    const dry = input.has('dry-run')
    if (!dry && input.text('project') === undefined) throw new UsageError('--project DIR is missing.')
    const pattern = input.text('step-pattern')
    if (pattern !== undefined && !/\{(step|epoch)\}/.test(pattern)) {
      throw new UsageError('--step-pattern needs {step} or {epoch} where the number stands, such as "model_{step}.pt".')
    }
    if (pattern !== undefined && input.text('step-column') !== undefined) {
      throw new UsageError('--step-column and --step-pattern exclude each other; give one of them.')
    }
    const stepColumn = pattern ?? input.text('step-column')
    const hooks = input
      .text('hooks')
      ?.split(',')
      .flatMap((one) => one.trim() || [])
    if (hooks?.length === 0) throw new UsageError('--hooks names no modules; give paths, patterns or "all".')
    const request = {
      job,
      paths,
      stepColumns: {},
      follow: input.has('follow'),
      hooks: hooks ?? null,
      ...(stepColumn === undefined ? {} : { stepColumn })
    }
    return withEngine(context, {}, async (engine) => {
      if (dry) {
        const { sources, ignored } = await watched(engine, context, () => engine.imports.inspect(request))
        return report(sources, ignored, true, context)
      }
      const session = await openedProject(engine, input)
      noteProblems(session, context)
      const { sources } = await watched(engine, context, () => engine.imports.run(session, request, name))
      return report(sources, [], false, context)
    })
  }
}

async function openedProject(engine: Engine, input: Input): Promise<Engine['project']> {
  const folder = resolve(input.required('project'))
  if (input.has('create')) return engine.openOrCreateFolder(folder, basename(folder))
  try {
    return await engine.openFolder(folder)
  } catch (error) {
    if (!(error instanceof PhasescopeError) || error.code !== 'not-found') throw error
    throw new PhasescopeError('not-found', `${error.message} --create makes a new project there.`)
  }
}

async function watched<T>(engine: Engine, { terminal }: Context, work: () => Promise<T>): Promise<T> {
  const progress = new CountProgress(terminal)
  const stop = engine.on('import.progress', ({ done, total, text }) => {
    if (total > 0) progress.advanced(done, total, text)
  })
  let result: T | undefined
  let failure: unknown
  try {
    await interruptible(
      terminal,
      'Cancelling.',
      () => engine.imports.cancel(job),
      async () => {
        result = await work().catch((error: unknown) => {
          failure = error
          return undefined
        })
      }
    )
  } finally {
    stop()
    progress.clear()
  }
  if (failure instanceof PhasescopeError && failure.code === 'cancelled') {
    throw new PhasescopeError('cancelled', 'Cancelled; nothing was imported.')
  }
  if (result === undefined) throw failure
  return result
}

function report(sources: ImportSource[], ignored: string[], dry: boolean, { terminal }: Context): number {
  if (sources.length === 0) {
    terminal.note(
      'phasescope: There is nothing to import: no event files, CSV, JSON lines, epochN.json files or checkpoints were found.'
    )
    return 1
  }
  const good = sources.filter((source) => source.problem === null)
  const rows = sources.map((source) => [
    source.file,
    source.format === null ? '-' : importFormatNames[source.format],
    source.seed === null ? '-' : String(source.seed),
    source.rows === 0 ? '-' : String(source.rows),
    stepsOf(source),
    source.series.length === 0 ? '-' : String(source.series.length),
    source.problem === null ? (source.notes.length === 0 ? '' : plural(source.notes.length, 'note')) : 'left out'
  ])
  for (const line of table(['FILE', 'FORMAT', 'SEED', 'ROWS', 'STEPS', 'SERIES', ''], rows, [2, 3, 5]))
    terminal.out(line)
  if (dry) for (const line of [...mappings(good), ...modulesOf(good)]) terminal.out(line)
  terminal.out('')
  const verb = dry ? 'can be imported' : 'imported'
  const left = sources.length - good.length
  terminal.out(`${plural(good.length, 'run')} ${verb}${left === 0 ? '' : `, ${left} left out`}.`)
  for (const { file, notes } of good) for (const note of notes) terminal.note(`note: ${file}: ${note}`)
  for (const { problem } of sources) if (problem !== null) terminal.note(`left out: ${problem}`)
  if (sources.some(({ unclear, problem }) => unclear !== null && problem !== null)) {
    terminal.note('--step-column NAME says which column counts steps; --step-column row takes row numbers.')
    if (sources.some(({ unclear, format }) => unclear !== null && format === 'checkpoints')) {
      terminal.note('--step-pattern says where the step stands in the names of checkpoints.')
    }
  }
  if (ignored.length > 0) terminal.note(`not looked at: ${plural(ignored.length, 'file')} of other kinds.`)
  return good.length > 0 ? 0 : 1
}

function stepsOf({ firstStep, lastStep, stepColumn }: ImportSource): string {
  if (firstStep === null || stepColumn === null) return '-'
  const counted: Record<string, string> = { '#row': 'rows', '#none': 'not in the name' }
  return `${firstStep}-${lastStep} (${counted[stepColumn] ?? stepColumn})`
}

/** Which column becomes which tag, once for all files that agree. */
function mappings(all: ImportSource[]): string[] {
  // Tags of event files stay what they are.
  const sources = all.filter(({ format }) => format !== 'tensorboard' && format !== 'checkpoints')
  const kinds = new Map<string, ImportSource[]>()
  for (const source of sources) {
    const key = JSON.stringify(source.series.map(({ column, tag }) => [column, tag]))
    kinds.set(key, [...(kinds.get(key) ?? []), source])
  }
  return [...kinds.values()].flatMap((same) => [
    '',
    ...(kinds.size === 1 ? [] : [`${same[0].file}${same.length > 1 ? ` and ${same.length - 1} more` : ''}:`]),
    ...table(
      ['COLUMN', 'TAG'],
      same[0].series.map(({ column, tag }) => [column, tag]),
      []
    )
  ])
}

/** Where the weights of checkpoints can be observed, and where they will be. */
function modulesOf(all: ImportSource[]): string[] {
  return all.flatMap(({ file, checkpoints }) => {
    if (!checkpoints) return []
    const chosen = new Set(checkpoints.hooks)
    const rows = checkpoints.modules.map(({ path, matrices, values }) => [
      path,
      String(matrices),
      String(values),
      chosen.has(path) ? 'chosen' : ''
    ])
    return ['', `${file}:`, ...table(['MODULE', 'MATRICES', 'VALUES', ''], rows, [1, 2])]
  })
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
