/**
 * Two hosts, or a host and the command line, on one project at the same moment: nothing is lost, nothing is overwritten
 * blindly, nothing is silent.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { command, temporaryHome, tinyRun } from './lib/commands.mjs'
import { startHost } from './lib/serve.mjs'

export const summary = 'Two programs at once on one project.'

const long = {
  epochs: 100_000,
  trainSamples: 64,
  validationSamples: 32,
  batchSize: 32,
  hidden1: 12,
  hidden2: 8,
  evalSamples: 32
}

/** @param {{ long: boolean, seed: number, log: (line: string) => void }} options */
export async function run({ long: thorough, log }) {
  const rounds = thorough ? 6 : 1
  const rows = Object.keys(pairs).map((name) => ({ name, count: 0, failures: [] }))
  for (let round = 0; round < rounds; round++) {
    const { home, remove } = temporaryHome()
    const scene = await prepare(home)
    try {
      for (const row of rows) {
        row.count += 1
        try {
          const wrong = await pairs[row.name](scene)
          if (wrong) row.failures.push(`round ${round}: ${wrong}`)
        } catch (error) {
          row.failures.push(`round ${round}: ${error.message}`)
        }
      }
    } finally {
      await Promise.all([scene.a.stop(), scene.b.stop()])
      remove()
    }
    log(`round ${round + 1} of ${rounds}`)
  }
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  const fell = rows.reduce((sum, { failures }) => sum + failures.length, 0)
  return { rows, conclusion: `${count} pairs: ${fell} fell.` }
}

async function prepare(home) {
  const project = join(home, 'p')
  const trained = await command(home, [
    'train',
    'mnist',
    '--project',
    project,
    '--seeds',
    '0-3',
    '--backend',
    'wasm',
    ...tinyRun
  ])
  if (trained.code !== 0) throw new Error(trained.err)
  const fitted = await command(home, ['fit', '--project', project, '--states', '2-3', '--restarts', '2'])
  if (fitted.code !== 0) throw new Error(fitted.err)
  const [a, b] = await Promise.all([startHost(home, ['--project', project]), startHost(home, ['--project', project])])
  const runs = await a.ask('runs.list')
  const [{ id: analysis }] = await a.ask('analysis.list')
  return { home, project, a, b, runs: runs.map(({ id }) => id), analysis }
}

const manifest = ({ project }, id) => JSON.parse(readFileSync(join(project, 'runs', id, 'run.json'), 'utf8'))
const analysisOf = ({ project, analysis }) =>
  JSON.parse(readFileSync(join(project, 'analyses', analysis, 'analysis.json'), 'utf8'))

/** Until a condition holds, or false. */
async function until(condition, ms = 20_000) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50)) if (await condition()) return true
  return false
}

/** The same field from both sides: one wins and stays, the other one is told. */
function oneWins([x, y], saved, [mine, theirs]) {
  if (x.ok && y.ok) return saved === theirs || saved === mine ? 'both were told that it worked' : 'neither was kept'
  if (!x.ok && !y.ok) return 'neither worked'
  const lost = x.ok ? y : x
  if (lost.error.code !== 'conflict') return `the other one was told: ${lost.error.message}`
  return saved === (x.ok ? mine : theirs) ? null : 'what was told to have worked is not there'
}

const starting = (host, seeds, params = long) =>
  host.ask('experiments.list').then((experiments) =>
    host.ask('training.start', {
      name: 'two',
      experiment: 'mnist',
      params,
      seeds,
      hooks: ['fc1'],
      backend: 'wasm',
      record: experiments.find(({ id }) => id === 'mnist').defaultRecord
    })
  )

const cancelAll = async ({ a, b }) => {
  for (const host of [a, b]) {
    const busy = (await host.ask('runs.list')).filter(({ status }) => ['running', 'queued', 'paused'].includes(status))
    if (busy.length > 0) await host.handle('training.control', { runIds: busy.map(({ id }) => id), action: 'cancel' })
  }
  const rests = async (host) =>
    (await host.ask('runs.list')).every(({ status }) => !['running', 'queued'].includes(status))
  await until(async () => (await rests(a)) && (await rests(b)))
}

/** Each answers null, or what went wrong. */
const pairs = {
  'notes and tags of one run': async (scene) => {
    const [id] = scene.runs
    const [note, tag] = [`n${Math.random()}`, `t${Math.random()}`]
    const replies = await Promise.all([
      scene.a.handle('runs.annotate', { runs: [{ runId: id, notes: note }] }),
      scene.b.handle('runs.annotate', { runs: [{ runId: id, tags: [tag] }] })
    ])
    if (replies.some(({ ok }) => !ok)) return 'one of them was refused'
    const run = manifest(scene, id)
    return run.notes === note && run.tags.includes(tag) ? null : `kept: ${run.notes}, ${run.tags}`
  },
  'notes of one run, from both': async (scene) => {
    const id = scene.runs[1]
    const replies = await Promise.all([
      scene.a.handle('runs.annotate', { runs: [{ runId: id, notes: 'of a' }] }),
      scene.b.handle('runs.annotate', { runs: [{ runId: id, notes: 'of b' }] })
    ])
    return oneWins(replies, manifest(scene, id).notes, ['of a', 'of b'])
  },
  'tags of one run, from both': async (scene) => {
    const id = scene.runs[2]
    await Promise.all([
      scene.a.ask('runs.annotate', { runs: [{ runId: id, tags: ['a'] }] }),
      scene.b.ask('runs.annotate', { runs: [{ runId: id, tags: ['b'] }] })
    ])
    return manifest(scene, id).tags.sort().join() === 'a,b' ? null : `kept: ${manifest(scene, id).tags}`
  },
  'the name and the notes': async (scene) => {
    const id = scene.runs[3]
    await Promise.all([
      scene.a.ask('runs.annotate', { runs: [{ runId: id, name: 'renamed' }] }),
      scene.b.ask('runs.annotate', { runs: [{ runId: id, notes: 'noted' }] })
    ])
    const { name, notes } = manifest(scene, id)
    return name === 'renamed' && notes === 'noted' ? null : `kept: ${name}, ${notes}`
  },
  'what one changes, the other shows': async (scene) => {
    const [id] = scene.runs
    const notes = `seen ${Math.random()}`
    await scene.a.ask('runs.annotate', { runs: [{ runId: id, notes }] })
    const seen = await until(async () => (await scene.b.ask('runs.list')).find((run) => run.id === id).notes === notes)
    return seen ? null : 'the other host did not show it'
  },
  'forty changes of one run': async (scene) => {
    const [id] = scene.runs
    const tags = Array.from({ length: 20 }, (_, i) => `x${i}`)
    // Each host adds its own; a page sends all tags that it shows, so they are added one after the other in each.
    const add = async (host, side) => {
      const own = []
      for (const tag of tags) {
        own.push(`${side}${tag}`)
        const shown = (await host.ask('runs.list')).find((run) => run.id === id).tags
        await host.ask('runs.annotate', { runs: [{ runId: id, tags: [...new Set([...shown, ...own])] }] })
      }
    }
    await Promise.all([add(scene.a, 'a'), add(scene.b, 'b')])
    const kept = new Set(manifest(scene, id).tags)
    const missing = tags.flatMap((tag) => [`a${tag}`, `b${tag}`]).filter((tag) => !kept.has(tag))
    return missing.length === 0 ? null : `lost: ${missing.join(', ')}`
  },
  'states of one analysis': async (scene) => {
    const { analysis: id } = scene
    await Promise.all([
      scene.a.ask('analysis.renameState', { id, states: 2, state: 0, name: 'first' }),
      scene.b.ask('analysis.renameState', { id, states: 2, state: 1, name: 'second' })
    ])
    const names = analysisOf(scene)
      .fits.find((fit) => fit.states === 2)
      .stateSummaries.map(({ name }) => name)
    return names.join() === 'first,second' ? null : `kept: ${names}`
  },
  'one state, from both': async (scene) => {
    const { analysis: id } = scene
    const replies = await Promise.all([
      scene.a.handle('analysis.renameState', { id, states: 3, state: 0, name: 'of a' }),
      scene.b.handle('analysis.renameState', { id, states: 3, state: 0, name: 'of b' })
    ])
    const { name } = analysisOf(scene).fits.find((fit) => fit.states === 3).stateSummaries[0]
    return oneWins(replies, name, ['of a', 'of b'])
  },
  'K and the name of a state': async (scene) => {
    const { analysis: id } = scene
    await Promise.all([
      scene.a.ask('analysis.choose', { id, states: 3 }),
      scene.b.ask('analysis.renameState', { id, states: 2, state: 0, name: 'kept' })
    ])
    const { chosenStates, fits } = analysisOf(scene)
    const { name } = fits.find((fit) => fit.states === 2).stateSummaries[0]
    return chosenStates === 3 && name === 'kept' ? null : `kept: K = ${chosenStates}, ${name}`
  },
  'views of two windows': async (scene) => {
    for (const host of [scene.a, scene.b]) await host.ask('views.get')
    await Promise.all([
      scene.a.ask('views.put', { value: JSON.stringify({ left: 1 }) }),
      scene.b.ask('views.put', { value: JSON.stringify({ right: 2 }) })
    ])
    const views = JSON.parse(readFileSync(join(scene.project, 'views.json'), 'utf8'))
    return views.left === 1 && views.right === 2 ? null : `kept: ${JSON.stringify(views)}`
  },
  'log folders, followed by both': async (scene) => {
    const folders = ['logs-a', 'logs-b'].map((name) => join(scene.home, name))
    await Promise.all(
      folders.map(async (folder, i) => {
        // Event files of a run of our own are logs like any other.
        mkdirSync(join(folder, 'run'), { recursive: true })
        const from = join(scene.project, 'runs', scene.runs[i])
        for (const name of readdirSync(from).filter((one) => one.includes('tfevents'))) {
          writeFileSync(join(folder, 'run', name), readFileSync(join(from, name)))
        }
        const host = i === 0 ? scene.a : scene.b
        const { grant } = await host.ask('paths.typed', { path: folder })
        await host.ask('import.run', {
          job: `follow-${i}-${Date.now()}`,
          grant,
          stepColumns: {},
          name: null,
          follow: true
        })
      })
    )
    const { folders: kept } = JSON.parse(readFileSync(join(scene.project, 'logs.json'), 'utf8'))
    return kept.length === 2 ? null : `${kept.length} of 2 are followed`
  },
  'imports from both': async (scene) => {
    writeFileSync(join(scene.home, 'table.csv'), 'step,loss\n1,2\n2,1\n')
    const before = readdirSync(join(scene.project, 'runs')).length
    const once = async (host, job) => {
      const { grant } = await host.ask('paths.typed', { path: join(scene.home, 'table.csv') })
      return host.ask('import.run', { job: `${job}-${Date.now()}`, grant, stepColumns: {}, name: null, follow: false })
    }
    await Promise.all([once(scene.a, 'import-a'), once(scene.b, 'import-b')])
    return readdirSync(join(scene.project, 'runs')).filter((id) => !id.startsWith('.')).length === before + 2
      ? null
      : 'one of them is not there'
  },
  'a fit in each': async (scene) => {
    const options = analysisOf(scene).options
    const before = readdirSync(join(scene.project, 'analyses')).length
    await Promise.all([scene.a, scene.b].map((host) => host.ask('analysis.start', { options })))
    const there = await until(() => readdirSync(join(scene.project, 'analyses')).length === before + 2)
    return there ? null : 'one of them is not there'
  },
  'training in each, with both queues': async (scene) => {
    const started = await Promise.all([starting(scene.a, [10, 11, 12]), starting(scene.b, [13, 14, 15])])
    const all = started.flatMap(({ runIds }) => runIds)
    scene.training = started.map(({ runIds }) => runIds)
    const queued = await until(() => {
      if (!existsSync(join(scene.project, 'queue.json'))) return false
      const { runs } = JSON.parse(readFileSync(join(scene.project, 'queue.json'), 'utf8'))
      return all.every((id) => runs.includes(id))
    })
    const shows = async (host) => (await host.ask('runs.list')).filter(({ id }) => all.includes(id)).length === 6
    const seen = await until(async () => (await shows(scene.a)) && (await shows(scene.b)))
    return queued ? (seen ? null : 'one host does not show the runs of the other') : 'the queue has lost runs'
  },
  'removing what the other one trains': async (scene) => {
    const [ofA] = scene.training
    const reply = await scene.b.handle('runs.remove', { runIds: [ofA[0]] })
    return !reply.ok && reply.error.code === 'busy' && existsSync(join(scene.project, 'runs', ofA[0]))
      ? null
      : 'it was removed'
  },
  'continuing what the other one trains': async (scene) => {
    const [ofA] = scene.training
    const reply = await scene.b.handle('training.continue', { runIds: [ofA[0]] })
    return !reply.ok && reply.error.code === 'busy' ? null : 'it was begun a second time'
  },
  'notes of a run that the other one trains': async (scene) => {
    const [ofA] = scene.training
    await scene.b.ask('runs.annotate', { runs: [{ runId: ofA[0], notes: 'from outside' }] })
    // Its progress is written every few seconds, over the same file.
    await pause(4000)
    // On a busy machine the first step takes longer than that.
    await until(() => manifest(scene, ofA[0]).step > 0)
    const { notes, step } = manifest(scene, ofA[0])
    return notes === 'from outside' ? (step > 0 ? null : 'its progress is not written') : 'the note was overwritten'
  },
  'the command line beside a host that trains': async (scene) => {
    const [ofA] = scene.training
    const { code, err } = await command(scene.home, ['resume', '--project', scene.project, ofA[0]])
    return code !== 0 && /is being trained by process|already/.test(err)
      ? null
      : `resume ended with ${code}: ${err.trim()}`
  },
  'taking over by force': async (scene) => {
    const [ofA] = scene.training
    await scene.b.ask('training.continue', { runIds: [ofA[0]], force: true })
    const stopped = await until(() =>
      scene.a.heard.some(({ name, payload }) => name === 'log' && /taken this run over/.test(payload.text))
    )
    // The other host may be busy with runs of its own: then it waits for its turn there.
    const trains = await until(() => ['running', 'queued'].includes(manifest(scene, ofA[0]).status))
    await cancelAll(scene)
    return stopped ? (trains ? null : 'nobody trains it now') : 'the first one did not stop'
  },
  'the same run begun by both, eight times': async (scene) => {
    const [ofA] = scene.training
    for (let n = 0; n < 8; n++) {
      const replies = await Promise.all(
        [scene.a, scene.b].map((host) => host.handle('training.continue', { runIds: [ofA[1]] }))
      )
      if (replies.filter(({ ok }) => ok).length !== 1)
        return `${replies.filter(({ ok }) => ok).length} of 2 were accepted: ${replies.map(({ error }) => error?.message).join(' | ')}`
      await cancelAll(scene)
    }
    return null
  },
  'the host that trains is killed': async (scene) => {
    const { runIds } = await starting(scene.a, [20])
    await until(() => manifest(scene, runIds[0]).status === 'running')
    scene.a.child.kill('SIGKILL')
    const seen = await until(
      async () => (await scene.b.ask('runs.list')).find(({ id }) => id === runIds[0])?.status === 'interrupted'
    )
    const reply = await scene.b.handle('training.continue', { runIds })
    await cancelAll({ a: scene.b, b: scene.b })
    scene.a = await startHost(scene.home, ['--project', scene.project])
    return seen ? (reply.ok ? null : reply.error.message) : 'the other host still takes it for running'
  },
  'a run removed by one, shown by the other': async (scene) => {
    const id = scene.runs[3]
    await scene.a.ask('runs.remove', { runIds: [id] })
    const gone = await until(async () => !(await scene.b.ask('runs.list')).some((run) => run.id === id))
    const late = await scene.b.handle('runs.annotate', { runs: [{ runId: id, notes: 'late' }] })
    return gone
      ? !late.ok && !existsSync(join(scene.project, 'runs', id))
        ? null
        : 'it came back'
      : 'it is still shown'
  },
  'put back from the trash, shown by the other': async (scene) => {
    const [{ name, place }] = await scene.a.ask('trash.list')
    await scene.a.ask('trash.restore', { name })
    const id = place.split('/')[1]
    return (await until(async () => (await scene.b.ask('runs.list')).some((run) => run.id === id)))
      ? null
      : 'it is not shown'
  },
  'a data set of one name, added three times': async (scene) => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${i % 2 ? 'a' : 'b'}`)
    writeFileSync(join(scene.home, 'data.csv'), ['x,y,label', ...rows].join('\n'))
    const add = () => command(scene.home, ['data', 'add', 'data.csv', '--name', 'same', '--project', scene.project])
    const ended = await Promise.all([add(), add(), add()])
    const wrong = ended.find(({ code }) => code !== 0)
    return wrong ? wrong.err.trim() : null
  },
  'a new project, made twice at once': async (scene) => {
    const train = () =>
      command(scene.home, [
        'train',
        'mnist',
        '--project',
        'new',
        '--seeds',
        '0',
        '--backend',
        'wasm',
        ...tinyRun,
        '--set',
        'epochs=2'
      ])
    const ended = await Promise.all([train(), train()])
    const wrong = ended.find(({ code }) => code !== 0)
    const runs = existsSync(join(scene.home, 'new', 'runs'))
      ? readdirSync(join(scene.home, 'new', 'runs')).filter((id) => !id.startsWith('.'))
      : []
    return wrong ? wrong.err.trim() : runs.length === 2 ? null : `${runs.length} of 2 runs are there`
  },
  'an analysis removed while the other one names a state': async (scene) => {
    const others = (await scene.a.ask('analysis.list')).filter(({ id }) => id !== scene.analysis)
    const { id, chosenStates: states } = others.at(-1)
    const [removed] = await Promise.all([
      scene.a.handle('analysis.remove', { id }),
      scene.b.handle('analysis.renameState', { id, states, state: 0, name: 'late' })
    ])
    if (!removed.ok) return removed.error.message
    await pause(700)
    return existsSync(join(scene.project, 'analyses', id)) ? 'it came back' : null
  },
  'a project that is closed, and opened by the other at once': async (scene) => {
    await scene.a.ask('project.close', { training: 'stop' })
    const before = readdirSync(join(scene.project, 'runs')).length
    await scene.a.openFolder(scene.project)
    return readdirSync(join(scene.project, 'runs')).length === before ? null : 'runs have come or gone'
  },
  'check beside a host that trains': async (scene) => {
    const { runIds } = await starting(scene.a, [30])
    await until(() => manifest(scene, runIds[0]).status === 'running')
    const { out, code } = await command(scene.home, ['check', scene.project, '--repair', '--json'])
    const alive = manifest(scene, runIds[0]).status
    await cancelAll(scene)
    const damage = JSON.parse(out).filter(({ severity }) => severity === 'damage')
    return alive === 'running' && code === 0 ? null : `${alive}, exit ${code}: ${JSON.stringify(damage)}`
  },
  'a second start of serve on the same project': async (scene) => {
    const third = await startHost(scene.home, ['--project', scene.project])
    const runs = (await third.ask('runs.list')).length
    await third.stop()
    return runs === (await scene.b.ask('runs.list')).length ? null : 'it shows other runs'
  },
  'a note while the other one stops': async (scene) => {
    const [id] = scene.runs
    const stopping = scene.a.stop()
    await scene.b.ask('runs.annotate', { runs: [{ runId: id, notes: 'at the end' }] })
    await stopping
    scene.a = await startHost(scene.home, ['--project', scene.project])
    return manifest(scene, id).notes === 'at the end' ? null : 'the note was lost'
  },
  'the manifest at the end': async (scene) => {
    const { out, code, err } = await command(scene.home, ['check', scene.project, '--json'])
    const damage = out ? JSON.parse(out).filter(({ severity }) => severity === 'damage') : [err]
    return code === 0 ? null : JSON.stringify(damage)
  }
}
