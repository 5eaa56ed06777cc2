/** `phasescope data`: the user's own data as data sets of a project. */
import { basename, resolve } from 'node:path'
import type { DataChoices, DataFindings, DatasetInfo } from '../../domain/data'
import { PhasescopeError } from '../../domain/errors'
import { withEngine } from '../host'
import { interruptible } from '../interrupt'
import type { Command, Context, Input } from '../options'
import { UsageError } from '../options'
import { table } from '../terminal'

const job = 'command-line'
/** More of a kind than this are counted. */
const mostTold = 6
const actions = ['add', 'list', 'remove'] as const

export const dataCommand: Command = {
  usage: 'add FILE-OR-FOLDER... | list | remove ID --project DIR',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    create: { description: 'add: make the project when it does not exist.' },
    name: { value: 'NAME', description: 'add: what the data set is called. Default: the name of the file or folder.' },
    label: { value: 'COLUMN', description: 'add: the column, or the array, that is to be predicted.' },
    predict: {
      value: 'classes|numbers|labels',
      description: 'add: how to take the labels: one class, numbers, or several yes/no labels. Default: as they look.'
    },
    size: { value: 'WxH', description: 'add: bring all pictures to this size, such as 32x32.' },
    classes: {
      value: 'outer|inner|names',
      description: 'add: what tells the class of a picture: the outer folder, the inner one, or its name.'
    },
    colors: { value: 'gray|rgb', description: 'add: channels of pictures. Default: gray where all of them are.' },
    missing: {
      value: 'leave-out|mean',
      description: 'add: what becomes of examples with empty cells; else they are asked about.'
    },
    words: { value: 'one-hot|leave-out', description: 'add: columns of words as inputs. Default: one-hot.' },
    use: {
      value: 'COLUMN',
      description: 'add: a column that is an input, whatever it looks like. Repeatable.',
      multiple: true
    },
    'leave-out': { value: 'COLUMN', description: 'add: a column that is no input. Repeatable.', multiple: true },
    encoding: { value: 'NAME', description: 'add: how a text that is not UTF-8 is written, such as windows-1252.' },
    channels: { value: 'first|last', description: 'add: where the channels of arrays stand.' },
    'leave-out-unreadable': { description: 'add: without the files that cannot be read; else they are asked about.' },
    'dry-run': { description: 'add: only say what is there.' },
    json: { description: 'list: print JSON.' }
  },
  notes: [
    'Read are npz, npy and idx files (arrays such as x_train, y_train, x_test, y_test), tables (csv, tsv, data, JSON lines,',
    'also packed with gzip), pictures (png, jpg, webp, gif, tiff, bmp) in a folder per class, below train/ and val/ or test/ if',
    'there are such, and CIFAR-10 and CIFAR-100 in their binary version. What is understood is printed, with every file that',
    'is not read; what only you can say is asked, with the option that answers it.'
  ],
  words: { min: 1, max: 10_000, missing: `What is to be done: ${actions.join(', ')}?` },
  async run(input, context) {
    const [action, ...words] = input.words
    switch (action) {
      case 'add':
        return add(words, input, context)
      case 'list':
        return list(words, input, context)
      case 'remove':
        return remove(words, input, context)
      default:
        throw new UsageError(`data does not know "${action}"; it knows ${actions.join(', ')}.`)
    }
  }
}

async function add(words: string[], input: Input, context: Context): Promise<number> {
  if (words.length === 0) throw new UsageError('What should be added? Give a file or a folder.')
  const name = input.text('name')?.trim()
  if (name === '') throw new UsageError('--name is empty; give the data set a name.')
  const choices = choicesOf(input)
  const paths = words.map((word) => resolve(word))
  const { terminal } = context
  return withEngine(context, {}, async (engine) => {
    const inspected = await uninterrupted(
      context,
      () => engine.data.cancel(job),
      () => engine.data.inspect(job, paths, choices)
    )
    const { found, question, problem } = inspected
    if (problem !== null) throw new PhasescopeError('bad-request', problem)
    if (question !== null) throw new PhasescopeError('bad-request', `${question.text} ${flagFor(question)}`)
    if (found === null) throw new PhasescopeError('internal', `Nothing was found in ${inspected.label}.`)
    for (const line of describe(found)) terminal.out(line)
    for (const line of leftLines(inspected.left)) terminal.note(line)
    if (input.has('dry-run')) return 0
    const folder = resolve(input.required('project'))
    const session = input.has('create')
      ? await engine.openOrCreateFolder(folder, basename(folder))
      : await engine.openFolder(folder)
    const request = { job, paths, choices, name: name ?? inspected.name }
    const added = await uninterrupted(
      context,
      () => engine.data.cancel(job),
      () => engine.data.add(session.folder, request)
    )
    terminal.out('')
    terminal.out(`Added as ${added.id}.`)
    return 0
  })
}

async function list(words: string[], input: Input, context: Context): Promise<number> {
  if (words.length > 0) throw new UsageError(`data list does not know what to do with "${words[0]}".`)
  return withEngine(context, {}, async (engine) => {
    const { folder } = await engine.openFolder(input.required('project'))
    const { datasets, problems } = await engine.data.list(folder)
    for (const { message } of problems) context.terminal.note(`warning: ${message}`)
    print(datasets, input.has('json'), context)
    return 0
  })
}

async function remove(words: string[], input: Input, context: Context): Promise<number> {
  if (words.length !== 1) throw new UsageError('Which data set should be removed? Give its ID; data list tells them.')
  const [id] = words
  return withEngine(context, {}, async (engine) => {
    const { folder } = await engine.openFolder(input.required('project'))
    const { datasets } = await engine.data.list(folder)
    if (!datasets.some((dataset) => dataset.id === id)) {
      const known = datasets.length === 0 ? 'it has none' : `it has ${datasets.map((dataset) => dataset.id).join(', ')}`
      throw new PhasescopeError('not-found', `The project has no data set "${id}"; ${known}.`)
    }
    await engine.data.remove(folder, id)
    context.terminal.out(`${id} lies in the project's trash folder now.`)
    return 0
  })
}

function choicesOf(input: Input): DataChoices {
  const label = input.text('label')
  const predict = input.choice('predict', ['classes', 'numbers', 'labels'] as const)
  const text = input.text('size')
  const size = /^(\d{1,4})x(\d{1,4})$/.exec(text ?? '')
  if (text !== undefined && (size === null || Number(size[1]) * Number(size[2]) === 0)) {
    throw new UsageError(`--size is "${text}"; give width and height such as 32x32.`)
  }
  const classes = input.choice('classes', ['outer', 'inner', 'names'] as const)
  const colors = input.choice('colors', ['gray', 'rgb'] as const)
  const missing = input.choice('missing', ['leave-out', 'mean'] as const)
  const words = input.choice('words', ['one-hot', 'leave-out'] as const)
  const channels = input.choice('channels', ['first', 'last'] as const)
  const [use, leaveOut] = [input.texts('use'), input.texts('leave-out')]
  const encoding = input.text('encoding')
  return {
    ...(label === undefined ? {} : { label }),
    ...(predict === undefined ? {} : { predict }),
    ...(classes === undefined ? {} : { classes }),
    ...(colors === undefined ? {} : { colors }),
    ...(missing === undefined ? {} : { missing }),
    ...(words === undefined ? {} : { words }),
    ...(use.length === 0 ? {} : { use }),
    ...(leaveOut.length === 0 ? {} : { leaveOut }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(channels === undefined ? {} : { channels }),
    ...(input.has('leave-out-unreadable') ? { unreadable: 'leave-out' as const } : {}),
    ...(size === null ? {} : { size: { width: Number(size[1]), height: Number(size[2]) } })
  }
}

function flagFor({ about, options }: NonNullable<DataFindings['question']>): string {
  const [{ value }] = options
  const values = options.map((option) => option.value).join(' or ')
  const flags: Record<typeof about, string> = {
    label: '--label NAME',
    size: `--size WxH, such as --size ${value}`,
    classes: `--classes ${values}`,
    unreadable: '--leave-out-unreadable',
    missing: `--missing ${values}`,
    encoding: `--encoding NAME, such as --encoding ${value}`,
    channels: `--channels ${values}`
  }
  return `Say it with ${flags[about]}.`
}

function describe(found: NonNullable<DataFindings['found']>): string[] {
  const rows = [
    ['what', found.kind],
    ['example', `[${found.inputShape.join(', ')}]`],
    ['predicted', predicted(found)],
    ['label', found.label ?? ''],
    ['examples', examples(found)]
  ]
  return [
    ...table(
      ['', ''],
      rows.filter(([, text]) => text !== ''),
      []
    ).slice(1),
    ...found.notes.map((note) => `note: ${note}`)
  ]
}

/** Every file that gives no examples, by its reason. */
function leftLines(left: DataFindings['left']): string[] {
  const reasons = new Map<string, string[]>()
  for (const { file, reason } of left) reasons.set(reason, [...(reasons.get(reason) ?? []), file])
  return [...reasons].map(([reason, files]) => {
    const more = files.length - mostTold
    return `not read: ${reason}: ${files.slice(0, mostTold).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
  })
}

function print(datasets: DatasetInfo[], json: boolean, { terminal }: Context): void {
  if (json) return terminal.json(datasets, 2)
  if (datasets.length === 0) return terminal.out('No data sets yet.')
  const rows = datasets.map((dataset) => [
    ...[dataset.id, dataset.name, dataset.source.kind, `[${dataset.inputShape.join(', ')}]`],
    ...[predicted(dataset), String(dataset.train), dataset.validation === 0 ? '-' : String(dataset.validation)]
  ])
  const head = ['DATA SET', 'NAME', 'KIND', 'EXAMPLE', 'PREDICTED', 'TRAIN', 'VALIDATION']
  for (const line of table(head, rows, [5, 6])) terminal.out(line)
}

function predicted({
  classes,
  targetWidth,
  labelNames
}: {
  classes: number
  targetWidth: number
  labelNames?: string[]
}): string {
  if (labelNames) return `${targetWidth} yes/no labels`
  return classes > 0 ? `${classes} classes` : targetWidth === 1 ? '1 number' : `${targetWidth} numbers`
}

function examples({ train, validation }: { train: number; validation: number }): string {
  return validation === 0 ? `${train}, part of which will validate` : `${train} to train, ${validation} to validate`
}

async function uninterrupted<T>({ terminal }: Context, cancel: () => void, work: () => Promise<T>): Promise<T> {
  const outcome: { value?: T; failure?: unknown } = {}
  await interruptible(terminal, 'Cancelling.', cancel, async () => {
    await work().then(
      (value) => (outcome.value = value),
      (error: unknown) => (outcome.failure = error)
    )
  })
  const { failure } = outcome
  if (failure instanceof PhasescopeError && failure.code === 'cancelled') {
    throw new PhasescopeError('cancelled', 'Cancelled; nothing was added.')
  }
  if (failure !== undefined) throw failure
  return outcome.value as T
}
