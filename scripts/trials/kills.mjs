/**
 * SIGKILL at random moments of everything that writes: train, resume, import, data add, fit, migrate, save. Afterwards every
 * record that had been flushed is there, every manifest is whole, and every run comes to the end that it would have had,
 * bit for bit.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { command, randomFrom, start, temporaryHome, tinyRun } from './lib/commands.mjs'

export const summary = 'SIGKILL in the middle of everything that writes.'

const lastStep = 80
const seeds = [0, 1, 2]
const trainArguments = [
  ...['train', 'mnist', '--project', 'p', '--backend', 'wasm', '--jobs', '2', '--seeds', seeds.join()],
  ...['--record', 'checkpointEvery=4', ...tinyRun]
]

/** @param {{ long: boolean, seed: number, log: (line: string) => void }} options */
export async function run({ long, seed, log }) {
  const random = randomFrom(seed)
  const { home, remove } = temporaryHome()
  try {
    const reference = await referenceRuns(join(home, 'reference'))
    const scenes = {
      'train, resume': { kills: long ? 80 : 6, work: (folder) => trainAndResume(folder, random, reference) },
      import: { kills: long ? 25 : 2, work: (folder) => killed(folder, random, importing(home)) },
      'data add': { kills: long ? 25 : 2, work: (folder) => killed(folder, random, adding) },
      fit: { kills: long ? 25 : 2, work: (folder) => killed(folder, random, fitting(home)) },
      migrate: { kills: long ? 25 : 2, work: (folder) => killed(folder, random, migrating) },
      'report, export': { kills: long ? 20 : 2, work: (folder) => killed(folder, random, saving(home)) }
    }
    const rows = []
    for (const [name, { kills, work }] of Object.entries(scenes)) {
      const failures = []
      let count = 0
      for (let n = 0; count < kills; n++) {
        const folder = join(home, `${name.replace(/\W+/g, '-')}-${n}`)
        mkdirSync(folder)
        const outcome = await work(folder)
        count += outcome.kills
        for (const failure of outcome.failures) failures.push(`round ${n}: ${failure}`)
        rmSync(folder, { recursive: true, force: true })
      }
      rows.push({ name: `SIGKILL, ${name}`, count, failures })
      log(`${name}: ${count} kills, ${failures.length} violations`)
    }
    const count = rows.reduce((sum, row) => sum + row.count, 0)
    const fell = rows.reduce((sum, { failures }) => sum + failures.length, 0)
    // A kill that came too late counts for a part of one, so that the rounds end; what is said are whole ones.
    return { rows, conclusion: `${Math.floor(count)} SIGKILLs: ${fell} violations.` }
  } finally {
    remove()
  }
}

/** Where uninterrupted runs end: by seed, their last tensors and everything they recorded but times. */
async function referenceRuns(folder) {
  mkdirSync(folder)
  await mustWork(folder, trainArguments)
  return new Map((await runsOf(folder)).map((run) => [run.spec.seed, endOf(folder, run.id)]))
}

function endOf(folder, id) {
  const read = (name) => readFileSync(join(folder, 'p', 'runs', id, 'checkpoints', String(lastStep), name))
  return { weights: read('weights.safetensors'), optimizer: read('optimizer.safetensors') }
}

async function runsOf(folder) {
  const { out, err, code } = await command(folder, ['runs', '--project', 'p', '--json'])
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

/** Trains; kills; resumes, killing that, too; until everything is done. */
async function trainAndResume(folder, random, reference) {
  const failures = []
  let kills = 0
  let flushed = new Map()
  for (let attempt = 0; attempt < 6; attempt++) {
    const there = existsSync(join(folder, 'p', 'project.json'))
    const anyRun = there && (await runsOf(folder)).length > 0
    const { child, ended } = start(
      folder,
      anyRun ? ['resume', '--project', 'p', '--all', '--jobs', '2'] : trainArguments
    )
    const lives = { yes: true }
    void ended.then(() => (lives.yes = false))
    // The start of the threads takes the first part of a second; afterwards there is something to kill in the middle of.
    await pause(200 + random() * (attempt < 4 ? 1800 : 60_000))
    if (lives.yes) {
      flushed = eventFiles(folder)
      child.kill('SIGKILL')
      kills += 1
    }
    await ended
    failures.push(...lost(folder, flushed), ...(await wholeness(folder)))
    if (!existsSync(join(folder, 'p', 'project.json'))) continue
    const runs = await runsOf(folder)
    if (runs.length === seeds.length && runs.every(({ status }) => status === 'done')) break
  }
  await command(
    folder,
    existsSync(join(folder, 'p', 'project.json')) && (await runsOf(folder)).length > 0
      ? ['resume', '--project', 'p', '--all']
      : trainArguments
  )
  failures.push(...lost(folder, flushed))
  for (const { id, spec, status } of await runsOf(folder)) {
    if (status !== 'done') failures.push(`${id} is ${status} at the end`)
    else {
      const [end, wanted] = [endOf(folder, id), reference.get(spec.seed)]
      if (!end.weights.equals(wanted.weights)) failures.push(`seed ${spec.seed} has other weights than without a kill`)
      if (!end.optimizer.equals(wanted.optimizer)) failures.push(`seed ${spec.seed} has another optimizer state`)
    }
  }
  return { kills, failures }
}

/** What the event files hold at this moment, which nothing may take back. */
function eventFiles(folder) {
  const found = new Map()
  const runs = join(folder, 'p', 'runs')
  for (const id of existsSync(runs) ? readdirSync(runs) : []) {
    for (const name of readdirSync(join(runs, id))) {
      if (name.includes('tfevents')) found.set(join(runs, id, name), readFileSync(join(runs, id, name)))
    }
  }
  return found
}

function lost(folder, flushed) {
  const failures = []
  for (const [path, before] of flushed) {
    const now = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
    if (!now.subarray(0, before.length).equals(before))
      failures.push(`${path.slice(folder.length)} has lost what was flushed`)
  }
  return failures
}

/** Every manifest is whole, no folder is half of anything, and the project opens without a warning. */
async function wholeness(folder) {
  if (!existsSync(join(folder, 'p', 'project.json'))) return []
  const { out, code, err } = await command(folder, ['check', 'p', '--json'])
  if (code !== 0 && !out) return [`check ended with ${code}: ${err}`]
  const damage = JSON.parse(out).filter(({ severity }) => severity === 'damage')
  const listed = await command(folder, ['runs', '--project', 'p', '--json'])
  const warnings = listed.code !== 0 || /warning/.test(listed.err) ? [`runs says: ${listed.err.trim()}`] : []
  return [...damage.map(({ place, problem }) => `${place}: ${problem}`), ...warnings]
}

/**
 * Kills a command once at a random moment, looks whether everything is whole, and runs it to its end.
 * @param {{ prepare(folder: string): Promise<void>, args: string[], whole(folder: string): string[] }} scene
 */
async function killed(folder, random, scene) {
  await scene.prepare(folder)
  const { child, ended } = start(folder, scene.args)
  let over = false
  void ended.then(() => (over = true))
  await pause(100 + random() * (scene.lengthMs ?? 900))
  const kills = over ? 0 : 1
  child.kill('SIGKILL')
  await ended
  const failures = [...(await wholeness(folder)), ...scene.whole(folder)]
  const again = await command(folder, scene.args)
  // What had been finished before the kill may be there already.
  if (again.code !== 0 && !/already|is called/.test(again.err))
    failures.push(`afterwards it ends with ${again.code}: ${again.err.trim()}`)
  failures.push(...(await wholeness(folder)), ...scene.whole(folder))
  // A command that is over before it can be killed shall not keep the trial for ever.
  return { kills: Math.max(kills, 0.25), failures }
}

const importing = (home) => ({
  prepare: async () => undefined,
  args: ['import', join(home, 'reference', 'p', 'runs'), '--project', 'p', '--create'],
  whole: (folder) => {
    const runs = join(folder, 'p', 'runs')
    const ids = existsSync(runs) ? readdirSync(runs).filter((id) => !id.startsWith('.')) : []
    const empty = ids.filter((id) => !existsSync(join(runs, id, 'run.json')))
    return empty.map((id) => `${id} was imported without a manifest`)
  }
})

const adding = {
  async prepare(folder) {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i % 7},${(i * 7) % 5},${i % 3 === 0 ? 'a' : 'b'}`)
    writeFileSync(join(folder, 'table.csv'), ['x,y,label', ...rows].join('\n'))
    await mustWork(folder, ['import', join(folder, 'nothing.csv'), '--project', 'p', '--create']).catch(() => undefined)
  },
  args: ['data', 'add', 'table.csv', '--name', 'table', '--project', 'p'],
  whole(folder) {
    const data = join(folder, 'p', 'data')
    const sets = existsSync(data) ? readdirSync(data).filter((name) => !name.startsWith('.')) : []
    return sets
      .filter((name) => !existsSync(join(data, name, 'dataset.json')))
      .map((name) => `${name} is half a data set`)
  }
}

const fitting = (home) => ({
  prepare: async (folder) => cpSync(join(home, 'reference', 'p'), join(folder, 'p'), { recursive: true }),
  args: ['fit', '--project', 'p', '--states', '1-4', '--restarts', '4'],
  whole: () => []
})

/** An analysis of the first format, which opening a project brings up to date beside a copy. */
const migrating = {
  lengthMs: 500,
  async prepare(folder) {
    const sample = new URL('../../resources/sample', import.meta.url)
    cpSync(sample, join(folder, 'p'), { recursive: true })
    for (const id of readdirSync(join(folder, 'p', 'analyses'))) {
      const path = join(folder, 'p', 'analyses', id, 'analysis.json')
      writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), schemaVersion: 1 }))
    }
  },
  args: ['runs', '--project', 'p', '--json'],
  whole: (folder) => {
    const failures = []
    for (const id of readdirSync(join(folder, 'p', 'analyses'))) {
      const names = readdirSync(join(folder, 'p', 'analyses', id)).filter((name) =>
        /^analysis(\.format-1)?\.json$/.test(name)
      )
      const versions = names.map(
        (name) => JSON.parse(readFileSync(join(folder, 'p', 'analyses', id, name), 'utf8')).schemaVersion
      )
      if (!versions.includes(1) && !versions.includes(2)) failures.push(`${id} is in no format`)
      if (!versions.includes(1)) failures.push(`${id} has lost its first format`)
    }
    return failures
  }
}

const saving = (home) => ({
  async prepare(folder) {
    cpSync(join(home, 'reference', 'p'), join(folder, 'p'), { recursive: true })
    await mustWork(folder, ['fit', '--project', 'p', '--states', '2-2', '--restarts', '1'])
  },
  args: ['report', '--project', 'p', '--out', 'report'],
  whole: (folder) => {
    const report = join(folder, 'report')
    const files = existsSync(report) ? readdirSync(report).filter((name) => !name.endsWith('.tmp')) : []
    return files
      .filter((name) => statSync(join(report, name)).size === 0)
      .map((name) => `${name} of the report is empty`)
  }
})

async function mustWork(folder, args) {
  const { code, err } = await command(folder, args)
  if (code !== 0) throw new Error(`phasescope ${args.join(' ')} ended with ${code}: ${err}`)
}
