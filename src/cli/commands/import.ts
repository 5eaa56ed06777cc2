/** `phasescope import`: recorded series of other programs as runs of a project. */
import { basename, resolve } from 'node:path'
import type { ImportSource } from '../../domain/import-source'
import { canJoin, type RunAnswer } from '../../domain/import-answers'
import { importableKinds, importFormat } from '../../domain/import-formats'
import { PhasescopeError } from '../../domain/errors'
import type { Engine } from '../../engine/engine'
import type { Inspection } from '../../engine/imports/import-service'
import { visibleJson } from '../../text/visible'
import { noteProblems, withEngine } from '../host'
import { interruptible } from '../interrupt'
import { UsageError } from '../options'
import type { Command, Context, Input } from '../options'
import { CountProgress } from '../progress'
import { table } from '../terminal'

const job = 'command-line'
/** More of a kind than this are counted. */
const mostTold = 6

type LeftFile = Inspection['left'][number]

export const importCommand: Command = {
  usage:
    'SOURCE... --project DIR [--create] [--name GROUP] [--step-column NAME] [--hooks LIST] [--seed RUN=N] [--join RUN=RUN]\n[--apart] [--follow] [--dry-run [--json]]',
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
    seed: {
      value: 'RUN=N',
      description: 'The seed of a run, where no name tells it or a wrong one; RUN=none: it has none. May be repeated.',
      multiple: true
    },
    'run-name': { value: 'RUN=NAME', description: 'Another name for a run. May be repeated.', multiple: true },
    join: {
      value: 'RUN=RUN',
      description:
        'Two runs of the same training, where nothing tells that they are: weights and their log. May be repeated.',
      multiple: true
    },
    apart: { description: 'A run for each source: checkpoints, event files and tables of one folder are not joined.' },
    follow: { description: 'Read TensorBoard logs where they lie, also while they grow, instead of copying them.' },
    'dry-run': { description: 'Only say what would be imported.' },
    json: {
      description: 'With --dry-run: the whole reading as JSON, with every file and the reason for each left out.'
    }
  },
  notes: [
    'A SOURCE is a file or a folder: one run per table, and per folder with event or epochN.json files. A folder of checkpoints',
    '(PyTorch, safetensors, npz, Keras, TensorFlow.js) is one run of weight metrics, with the logs that lie beside them.',
    'RUN is the name or the file of a run, as --dry-run lists them.',
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
    if (input.has('json') && !dry) throw new UsageError('--json goes with --dry-run.')
    const wanted = answersIn(input)
    const request = {
      job,
      apart: input.has('apart'),
      paths,
      stepColumns: {},
      follow: input.has('follow'),
      hooks: hooks ?? null,
      ...(stepColumn === undefined ? {} : { stepColumn })
    }
    return withEngine(context, {}, async (engine) => {
      const asked = { ...request, answers: {} }
      if (wanted.size > 0 || dry) {
        const before = await watched(engine, context, () => engine.imports.inspect(asked))
        asked.answers = answersFor(wanted, before.sources)
        if (dry) {
          const reading =
            wanted.size === 0 ? before : await watched(engine, context, () => engine.imports.inspect(asked))
          if (!input.has('json')) return report(reading.sources, reading.left, true, context)
          context.terminal.data(`${visibleJson(JSON.stringify(reading, null, 2))}\n`)
          return reading.sources.some(({ problem }) => problem === null) ? 0 : 1
        }
      }
      const session = await openedProject(engine, input)
      noteProblems(session, context)
      const { sources } = await watched(engine, context, () => engine.imports.run(session, asked, name))
      return report(sources, [], false, context)
    })
  }
}

/** What --seed, --run-name and --join say, by what they call the run. */
function answersIn(input: Input): Map<string, RunAnswer> {
  const answers = new Map<string, RunAnswer>()
  const add = (option: string, value: (text: string) => RunAnswer): void => {
    for (const text of input.texts(option)) {
      // A run's name may have a sign of equality itself.
      const at = text.lastIndexOf('=')
      if (at <= 0) throw new UsageError(`--${option} needs a run and a value: --${option} RUN=VALUE.`)
      const run = text.slice(0, at)
      answers.set(run, { ...answers.get(run), ...value(text.slice(at + 1).trim()) })
    }
  }
  add('seed', (text) => {
    if (text === 'none') return { seed: null }
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--seed needs a whole number or "none", not "${text}".`)
    return { seed: Number(text) }
  })
  add('run-name', (name) => {
    if (name === '') throw new UsageError('--run-name needs a name after the sign of equality.')
    return { name }
  })
  add('join', (partOf) => {
    if (partOf === '') throw new UsageError('--join needs a run after the sign of equality.')
    return { partOf }
  })
  return answers
}

/** @throws UsageError for a run that is not there, or is not the only one of its name */
function answersFor(
  wanted: ReadonlyMap<string, RunAnswer>,
  sources: readonly ImportSource[]
): Record<string, RunAnswer> {
  const answers: Record<string, RunAnswer> = {}
  for (const [called, said] of wanted) {
    const run = runCalled(called, sources)
    answers[run] = { ...answers[run], ...said }
    if (typeof said.partOf !== 'string') continue
    const partOf = runCalled(said.partOf, sources)
    const [parts, others] = [run, partOf].map((key) => sources.filter((source) => source.run === key))
    if (partOf === run || !canJoin(parts, others)) {
      const why = partOf === run ? 'they are one already' : 'a run has one log and one set of weights'
      throw new UsageError(`${called} and ${said.partOf} cannot be joined: ${why}.`)
    }
    answers[run] = { ...answers[run], partOf }
  }
  return answers
}

function runCalled(called: string, sources: readonly ImportSource[]): string {
  const runs = new Set(
    sources.filter(({ file, run, name }) => [file, run, name].includes(called)).map((source) => source.run)
  )
  if (runs.size === 0) throw new UsageError(`No run is called "${called}"; --dry-run lists them.`)
  if (runs.size > 1) {
    throw new UsageError(`Several runs are called "${called}": give the file of one, ${[...runs].join(' or ')}.`)
  }
  return [...runs][0]
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

function report(sources: ImportSource[], other: readonly LeftFile[], dry: boolean, { terminal }: Context): number {
  if (sources.length === 0) {
    terminal.note(`phasescope: There is nothing to import: nothing of ${importableKinds} was found.`)
    for (const line of leftLines(other)) terminal.note(line)
    return 1
  }
  const good = sources.filter((source) => source.problem === null)
  const rows = sources.map((source) => [
    source.file,
    source.format === null ? '-' : importFormat(source.format).title,
    nameOf(source),
    source.seed === null ? '-' : String(source.seed),
    source.rows === 0 ? '-' : String(source.rows),
    stepsOf(source),
    source.series.length === 0 ? '-' : String(source.series.length),
    source.problem === null ? (source.notes.length === 0 ? '' : plural(source.notes.length, 'note')) : 'left out'
  ])
  for (const line of table(['FILE', 'FORMAT', 'RUN', 'SEED', 'ROWS', 'STEPS', 'SERIES', ''], rows, [3, 4, 6]))
    terminal.out(line)
  if (dry) for (const line of [...mappings(good), ...modulesOf(good)]) terminal.out(line)
  terminal.out('')
  const verb = dry ? 'can be imported' : 'imported'
  const left = sources.length - good.length
  const runs = new Set(good.map(({ run }) => run)).size
  const from = good.length > runs ? ` from ${good.length} sources` : ''
  terminal.out(`${plural(runs, 'run')} ${verb}${from}${left === 0 ? '' : `, ${left} left out`}.`)
  for (const note of guessesOf(good)) terminal.note(note)
  for (const line of notesOf(good)) terminal.note(line)
  for (const { problem } of sources) if (problem !== null) terminal.note(`left out: ${problem}`)
  if (sources.some(({ unclear, problem }) => unclear !== null && problem !== null)) {
    terminal.note('--step-column NAME says which column counts steps; --step-column row takes row numbers.')
    if (sources.some(({ unclear, format }) => unclear !== null && format === 'checkpoints')) {
      terminal.note('--step-pattern says where the step stands in the names of checkpoints.')
    }
  }
  for (const line of leftLines(other)) terminal.note(line)
  return good.length > 0 ? 0 : 1
}

/** The run that a source becomes, or a part of. */
function nameOf({ name, run, file }: ImportSource): string {
  return run === file ? name : `${name} (joined)`
}

/** What is a guess, with the option that says otherwise. */
function guessesOf(good: readonly ImportSource[]): string[] {
  const notes: string[] = []
  const seeded = good.filter(({ seedFrom, run, file }) => seedFrom !== null && run === file)
  for (const { name, seed, seedFrom } of seeded.slice(0, mostTold))
    notes.push(`guess: ${name}: seed ${seed} is from ${seedFrom} (--seed "${name}=N" says another).`)
  if (seeded.length > mostTold) notes.push(`guess: and ${seeded.length - mostTold} more seeds like these.`)
  const asked = good.filter(({ mayBeOf }) => mayBeOf !== undefined)
  for (const { file, mayBeOf } of asked.slice(0, mostTold)) {
    const logs = mayBeOf!.length > 3 ? [...mayBeOf!.slice(0, 3), `${mayBeOf!.length - 3} others`] : mayBeOf!
    const which = logs.length === 1 ? logs[0] : `${logs.slice(0, -1).join(', ')} or ${logs[logs.length - 1]}`
    notes.push(`question: ${file}: is it of the same training as ${which}? It is a run of its own unless you say so (--join "${file}=${mayBeOf![0]}").`) // prettier-ignore
  }
  if (asked.length > mostTold) notes.push(`question: and ${asked.length - mostTold} more like these.`)
  const joined = good.filter(({ run, file }) => run !== file)
  for (const { file, run } of joined.slice(0, mostTold))
    notes.push(`guess: ${file} is of the same training as ${run} (--apart keeps them apart).`)
  if (joined.length > mostTold) notes.push(`guess: and ${joined.length - mostTold} more sources joined like these.`)
  return notes
}

/** What was repaired or left out; the same of many files is one line. */
function notesOf(good: readonly ImportSource[]): string[] {
  const said = new Map<string, string[]>()
  for (const { file, notes } of good) for (const note of notes) said.set(note, [...(said.get(note) ?? []), file])
  return [...said].map(([note, files]) => {
    const more = files.length > 1 ? ` and ${files.length - 1} more` : ''
    return `note: ${files[0]}${more}: ${note}`
  })
}

/** Every file that is no run, by its reason. */
function leftLines(left: readonly LeftFile[]): string[] {
  const reasons = new Map<string, string[]>()
  for (const { file, reason } of left) reasons.set(reason, [...(reasons.get(reason) ?? []), file])
  return [...reasons].map(([reason, files]) => {
    const more = files.length - mostTold
    return `not read: ${reason}: ${files.slice(0, mostTold).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
  })
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
