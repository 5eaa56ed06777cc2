/**
 * A project from a stranger, who wants to reach out of its folder: links, paths, special files, code, texts that are obeyed
 * elsewhere. Every command and a host open it; a tree beside it is listed before and after, and nothing of it may have been
 * read into an answer, written, or deleted.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join, relative } from 'node:path'
import { command, start, temporaryHome, tinyRun } from './lib/commands.mjs'
import { startHost } from './lib/serve.mjs'

export const summary = 'A project of a stranger, opened by every command and by a host.'

const secret = 'TOP-SECRET-7f3a'

/** @param {{ long: boolean, seed: number, log: (line: string) => void, only?: string[] }} options short: a third of them, by seed */
export async function run({ long, seed, log, only }) {
  const { home, remove } = temporaryHome()
  const rows = []
  try {
    const honest = join(home, 'honest')
    const made = await command(home, [
      'train',
      'mnist',
      '--project',
      honest,
      '--seeds',
      '0-1',
      '--backend',
      'wasm',
      ...tinyRun
    ])
    if (made.code !== 0) throw new Error(made.err)
    const chosen = Object.entries(traps).filter(([name], i) =>
      only ? only.includes(name) : long || (i + seed) % 3 === 0
    )
    for (const [name, trap] of chosen) {
      const failures = await spring(home, honest, name, trap)
      rows.push({ name, count: 1, failures })
      log(`${failures.length === 0 ? 'held' : 'FELL'}: ${name}`)
    }
  } finally {
    remove()
  }
  const fell = rows.reduce((sum, { failures }) => sum + failures.length, 0)
  return { rows, conclusion: `${rows.length} traps: ${fell} sprung.` }
}

/** Lays one trap into a copy of an honest project that nobody has trusted, opens it in every way, and looks around. */
async function spring(home, honest, name, trap) {
  const folder = join(home, name.replace(/\W+/g, '-'))
  const [project, outside] = [join(folder, 'project'), join(folder, 'outside')]
  cpSync(honest, project, { recursive: true })
  mkdirSync(join(outside, '1'), { recursive: true })
  mkdirSync(join(outside, '3'))
  writeFileSync(join(outside, 'secret.txt'), secret)
  writeFileSync(join(outside, '1', 'precious'), secret)
  writeFileSync(join(outside, '3', 'precious'), secret)
  const [id] = readdirSync(join(project, 'runs')).sort()
  cpSync(join(honest, 'runs', id), join(outside, 'run'), { recursive: true })
  const run = join(project, 'runs', id)
  const manifest = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
  const change = (more) => writeFileSync(join(run, 'run.json'), JSON.stringify({ ...manifest, ...more }))
  trap({ project, outside, run, id, manifest, change })
  const before = listing(outside)

  const failures = []
  const user = join(folder, 'user')
  const env = { PHASESCOPE_USER_DATA: user }
  const notes = []
  const tell = (what, text) => {
    if (text.includes(secret)) failures.push(`${what} shows what lies outside`)
    // eslint-disable-next-line no-control-regex
    if (/[\u001b\u009b\u202e]/.test(text)) failures.push(`${what} prints control characters`)
    notes.push(text)
  }
  const commands = [
    ['runs', '--project', project],
    ['runs', '--project', project, '--json'],
    ['check', project, '--json'],
    ['resume', '--project', project, '--all'],
    ['fit', '--project', project, '--states', '1-2', '--restarts', '1'],
    ['export', join(project, 'runs'), '--format', 'csv'],
    ['check', project, '--repair', '--json']
  ]
  for (const args of commands) {
    const { child, ended } = start(folder, args, env)
    const timer = setTimeout(() => {
      failures.push(`${args[0]} did not end`)
      child.kill('SIGKILL')
    }, 60_000)
    const { out, err } = await ended
    clearTimeout(timer)
    tell(args[0], out + err)
  }
  const host = await startHost(folder, [], env)
  try {
    const opened = await within(30_000, host.openFolder(project)).catch((error) => ({ problem: error.message }))
    tell('opening', JSON.stringify(opened))
    if (!opened.problem) {
      const runs = await host.ask('runs.list')
      const runIds = runs.map((one) => one.id)
      const tags = ['loss/train', 'accuracy/val']
      const questions = [
        ['runs.tags', { runIds }],
        ['recordings.tags', { runIds }],
        ['runs.series', { runIds, tags, mostPoints: 100 }],
        ['recordings.hparams', { runIds }],
        ['logs.list', {}],
        ['analysis.list', {}],
        ['data.list', {}],
        ['metrics.own', {}],
        ['views.get', {}],
        ['trash.list', {}],
        ['project.check', { repair: true }],
        ['recordings.export', { runIds, tags, format: 'csv', attempts: 'latest' }],
        ['views.put', { value: '{}' }],
        ['runs.annotate', { runs: [{ runId: id, notes: 'x' }] }],
        ['training.retry', { runIds: [id] }]
      ]
      for (const [question, params] of questions) {
        const reply = await within(40_000, host.handle(question, params)).catch((error) => ({ ok: false, error }))
        tell(question, JSON.stringify(reply))
        if (/did not end/.test(reply.error?.message ?? '')) failures.push(`${question} did not end`)
        // The host answers others within a second, whatever this one is about.
        await within(5000, host.ask('app.info')).catch(() =>
          failures.push(`after ${question} the host does not answer`)
        )
      }
      await within(40_000, host.ask('project.close', { training: 'stop' })).catch((error) =>
        failures.push(error.message)
      )
    }
  } finally {
    await host.stop()
  }
  if (listing(outside) !== before) failures.push('what lies outside has changed')
  if (existsSync(join(folder, 'ran'))) failures.push('code of the project has run')
  rmSync(folder, { recursive: true, force: true })
  return [...new Set(failures)]
}

function within(ms, work) {
  return Promise.race([
    work,
    new Promise((_resolve, reject) => setTimeout(() => reject(new Error('did not end')), ms).unref())
  ])
}

/** Every name, kind, size and content of a tree. */
function listing(root) {
  const lines = []
  const walk = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      const info = lstatSync(path)
      const content = info.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
      lines.push(`${relative(root, path)} ${info.mode} ${info.mtimeMs} ${content}`)
      if (info.isDirectory()) walk(path)
    }
  }
  walk(root)
  return lines.join('\n')
}

const replace = (path, put) => {
  rmSync(path, { recursive: true, force: true })
  put(path)
}
const interrupted = { status: 'interrupted', message: null, step: 5 }
const logs = (project, path) =>
  writeFileSync(
    join(project, 'logs.json'),
    JSON.stringify({ schemaVersion: 1, folders: [{ id: 'l', name: 'logs', path, removed: [] }] })
  )
const fifo = (path) => execFileSync('mkfifo', [path])

const traps = {
  'checkpoints that are a link': ({ run, outside, change }) => {
    replace(join(run, 'checkpoints'), (path) => symlinkSync(outside, path))
    change(interrupted)
  },
  'a checkpoint that is a link': ({ run, outside, change }) => {
    replace(join(run, 'checkpoints', '80'), (path) => symlinkSync(join(outside, '3'), path))
    change(interrupted)
  },
  'files of a checkpoint that are links': ({ run, outside, change }) => {
    for (const name of ['weights.safetensors', 'progress.json', 'SHA256SUMS']) {
      replace(join(run, 'checkpoints', '80', name), (path) => symlinkSync(join(outside, 'secret.txt'), path))
    }
    change(interrupted)
  },
  'a run that is a link': ({ run, outside }) => replace(run, (path) => symlinkSync(join(outside, 'run'), path)),
  'runs that are a link': ({ project, outside }) =>
    replace(join(project, 'runs'), (path) => symlinkSync(outside, path)),
  'event files that are links': ({ run, outside }) => {
    const [name] = readdirSync(run).filter((one) => one.includes('tfevents'))
    replace(join(run, name), (path) => symlinkSync(join(outside, 'secret.txt'), path))
  },
  'manifests that are links': ({ project, run, outside }) => {
    for (const path of [
      join(run, 'run.json'),
      join(project, 'queue.json'),
      join(project, 'views.json'),
      join(project, 'metrics.js')
    ]) {
      replace(path, () => symlinkSync(join(outside, 'secret.txt'), path))
    }
  },
  'every folder of the project a link': ({ project, outside }) => {
    for (const name of ['.trash', 'exports', 'reports', 'data', 'analyses', '.locks', '.cache']) {
      replace(join(project, name), (path) => symlinkSync(outside, path))
    }
  },
  'a claim that is a link': ({ run, outside }) => {
    symlinkSync(join(outside, 'secret.txt'), join(run, '.claim-9'))
    symlinkSync(join(outside, 'secret.txt'), join(run, '.owner'))
  },
  'logs with an absolute path': ({ project, outside }) => logs(project, outside),
  'logs with a way out': ({ project }) => logs(project, '../outside'),
  'logs in the root of the disk': ({ project }) => logs(project, '/'),
  'logs on a network share': ({ project }) => logs(project, '\\\\host\\share'),
  'a run of a log that lies above it': ({ project, change }) => {
    logs(project, 'runs')
    change({
      log: { folder: 'l', run: '../../outside/run' },
      spec: null,
      imported: { format: 'tensorboard', file: 'x', seed: null }
    })
  },
  'a run of a log with an absolute path': ({ project, outside, change }) => {
    logs(project, 'runs')
    change({
      log: { folder: 'l', run: join(outside, 'run') },
      spec: null,
      imported: { format: 'tensorboard', file: 'x', seed: null }
    })
  },
  'a parent with a way out': ({ change, manifest }) =>
    change({ ...interrupted, spec: { ...manifest.spec, parent: { runId: '../../outside', step: 0 } } }),
  'a data set with a way out': ({ change, manifest }) => {
    const data = {
      id: '../../outside',
      name: 'x',
      inputShape: [1],
      classes: 2,
      classNames: [],
      targetWidth: 0,
      train: 4,
      validation: 2
    }
    change({ ...interrupted, spec: { ...manifest.spec, experiment: 'custom', data } })
  },
  'pipes in the place of manifests': ({ project, run }) => {
    for (const path of [
      join(run, 'run.json'),
      join(project, 'logs.json'),
      join(project, 'queue.json'),
      join(project, 'views.json')
    ])
      replace(path, fifo)
    fifo(join(run, '.owner'))
    fifo(join(project, 'metrics.js'))
    mkdirSync(join(project, 'analyses', 'a'), { recursive: true })
    fifo(join(project, 'analyses', 'a', 'analysis.json'))
  },
  'a pipe in the place of the project': ({ project }) => replace(join(project, 'project.json'), fifo),
  'a device in the place of a manifest': ({ run }) =>
    replace(join(run, 'run.json'), (path) => symlinkSync('/dev/zero', path)),
  'a pipe among the event files': ({ run }) => fifo(join(run, 'events.out.tfevents.9999999999.x')),
  'pipes in the place of claims': ({ project, run }) => {
    fifo(join(run, '.claim-7'))
    mkdirSync(join(project, '.locks'), { recursive: true })
    fifo(join(project, '.locks', 'change-99999'))
  },
  'a claim with a number without end': ({ run }) => writeFileSync(join(run, '.claim-9999999999999'), '{}'),
  'metric functions that run': ({ project, change }) => {
    const text = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(join(project, '..', 'ran'))}, '')\nexport const a = () => 1\n`
    writeFileSync(join(project, 'metrics.js'), text)
    change(interrupted)
  },
  'names that a terminal obeys': ({ change }) =>
    change({ name: 'a\u001b]0;owned\u0007\u001b[2J\u009b31m\u202ecod', groupName: '\u001b[8m', notes: '\u001b[2J' }),
  'keys that mean something to objects': ({ run, manifest }) => {
    const text = JSON.stringify({ ...manifest, name: 'x' }).replace(
      '{',
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {}}, '
    )
    writeFileSync(join(run, 'run.json'), text)
  },
  'views without end': ({ project }) => writeFileSync(join(project, 'views.json'), `"${'a'.repeat(20_000_000)}"`),
  'expressions that never end': ({ project }) =>
    writeFileSync(
      join(project, 'views.json'),
      JSON.stringify({ explore: { runFilter: '(a+)+$', tagFilter: '(a|aa)+$' } })
    ),
  'a manifest without end': ({ run }) => writeFileSync(join(run, 'run.json'), '['.repeat(2_000_000)),
  'an interrupted run whose folder is read-only outside': ({ run, outside, change }) => {
    replace(join(run, 'checkpoints'), (path) => symlinkSync('../../../outside', path))
    change({ ...interrupted, spec: null })
    void outside
  }
}
