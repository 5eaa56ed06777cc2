/** What can be asked of a run by a name: its fields and its hyperparameters. */
import { importFormat } from './import-formats'
import { lastKeys } from './roles'
import { seedOf, type RunInfo } from './run'

export type Fact = number | string | boolean | readonly string[] | null

const fields: Record<string, { about: string; of: (run: RunInfo) => Fact }> = {
  name: { about: 'name of the run', of: (run) => run.name },
  group: { about: 'name of the runs that were started together', of: (run) => run.groupName },
  experiment: { about: 'what was trained', of: (run) => run.spec?.experiment ?? null },
  seed: { about: 'what its random numbers come from', of: seedOf },
  status: { about: 'done, running, failed...', of: (run) => run.status },
  step: { about: 'steps done', of: (run) => run.step },
  epoch: { about: 'epochs done', of: (run) => run.epoch },
  seconds: { about: 'time that it trained', of: (run) => run.elapsedSeconds },
  backend: { about: 'what it was trained on', of: (run) => run.spec?.backend ?? null },
  data: { about: "data set of the project's own", of: (run) => run.spec?.data?.name ?? null },
  network: { about: 'network of the user', of: (run) => run.spec?.network?.title ?? null },
  parent: { about: 'run that it was forked from', of: (run) => run.spec?.parent?.runId ?? null },
  imported: {
    about: 'what it was imported from',
    of: (run) => (run.imported ? importTitles(run.imported).join(', ') : null)
  },
  file: { about: 'file that it was imported from', of: (run) => run.imported?.file ?? null },
  created: { about: 'when it was made, such as "2026-11-27"', of: (run) => run.createdAt },
  finished: { about: 'when it ended', of: (run) => run.finishedAt },
  valAccuracy: {
    about: 'newest validation accuracy, whatever the run calls it',
    of: (run) => outcome(run, 'valAccuracy')
  },
  valLoss: { about: 'newest validation loss, whatever the run calls it', of: (run) => outcome(run, 'valLoss') },
  trainAccuracy: {
    about: 'newest training accuracy, whatever the run calls it',
    of: (run) => outcome(run, 'trainAccuracy')
  },
  trainLoss: { about: 'newest training loss, whatever the run calls it', of: (run) => outcome(run, 'trainLoss') },
  best: { about: 'best value of its watched metric', of: (run) => run.best?.value ?? null },
  tags: { about: 'its tags, for "paper" in tags', of: (run) => run.tags },
  starred: { about: 'whether it has a star', of: (run) => run.starred === true },
  archived: { about: 'whether it is archived', of: (run) => run.archived === true },
  notes: { about: 'its notes', of: (run) => run.notes },
  reading: { about: 'the reading that leads, such as "dead-units"', of: (run) => run.lead?.rule ?? null },
  severity: { about: 'of that reading: warning or problem', of: (run) => run.lead?.severity ?? null },
  message: { about: 'why it failed or stopped', of: (run) => run.message },
  id: { about: 'name of its folder', of: (run) => run.id }
}

function outcome(run: RunInfo, role: keyof typeof lastKeys): number | null {
  const value = run.last[lastKeys[role]]
  return value === undefined ? null : Number(value)
}

/** What many people call it. */
const otherNames: Record<string, string> = { lr: 'learningRate', batch_size: 'batchSize', weight_decay: 'weightDecay' }
/** In front of a hyperparameter that is called as a field is. */
const prefix = 'params.'

export function factOf(run: RunInfo, name: string): Fact {
  if (Object.hasOwn(fields, name)) return fields[name].of(run)
  const params = run.spec?.params ?? {}
  const key = name.startsWith(prefix) ? name.slice(prefix.length) : name
  if (Object.hasOwn(params, key)) return params[key]
  const other = Object.hasOwn(otherNames, key) ? otherNames[key] : null
  return other !== null && Object.hasOwn(params, other) ? params[other] : null
}

/** Every name that at least one run may have something for, with a word on it; hyperparameters first. */
export function namesOf(runs: readonly RunInfo[]): Map<string, string> {
  const keys = new Set<string>()
  // No list of all: thousands of runs have the same few.
  for (const { spec } of runs) for (const key in spec?.params) keys.add(key)
  const names = new Map<string, string>()
  for (const [short, key] of Object.entries(otherNames)) if (keys.has(key)) names.set(short, key)
  for (const key of keys) names.set(Object.hasOwn(fields, key) ? prefix + key : key, 'hyperparameter')
  for (const [name, { about }] of Object.entries(fields)) names.set(name, about)
  for (const key of keys) if (!Object.hasOwn(fields, key)) names.set(prefix + key, 'hyperparameter')
  return names
}

function importTitles({ format, beside = [] }: NonNullable<RunInfo['imported']>): string[] {
  return [...new Set([format, ...beside.map((part) => part.format)])].map((id) => importFormat(id).title)
}

/** What a run is a run of: its experiment, or the format it was imported from. */
export function originOf(run: RunInfo): string {
  if (run.spec) return run.spec.experiment
  if (!run.imported) return ''
  const titles = importTitles(run.imported)
  return `imported from ${titles.length > 1 ? `${titles.slice(0, -1).join(', ')} and ${titles[titles.length - 1]}` : titles[0]}`
}

/** What plain words are looked for in. */
export function wordsOf(run: RunInfo): string {
  return `${run.name} ${run.groupName} ${run.status} ${run.tags.join(' ')} ${originOf(run)} ${run.imported?.file ?? ''} seed ${seedOf(run)}`
}
