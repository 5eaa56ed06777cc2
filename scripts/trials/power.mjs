/**
 * The power goes in the middle of a training, an import and a fit: what had not been fsynced is gone, and of names in folders
 * only those are there whose folder was synced after them. Every promise has to hold on what is left.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { command, randomFrom, temporaryHome, tinyRun } from './lib/commands.mjs'

export const summary = 'Power loss, simulated: writes after the last fsync are dropped at random moments.'

const preload = new URL('./lib/disk-log.mjs', import.meta.url).href

/** @param {{ long: boolean, seed: number, log: (line: string) => void }} options */
export async function run({ long, seed, log }) {
  const random = randomFrom(seed)
  const cuts = long ? 60 : 12
  const rows = []
  for (const scene of ['train', 'import', 'fit']) rows.push(await cutScene(scene, cuts, random, log))
  const fell = rows.reduce((sum, { failures }) => sum + failures.length, 0)
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  return { rows, conclusion: `${count} cuts of the power: ${fell} broken promises.` }
}

async function cutScene(scene, cuts, random, log) {
  const { home, remove } = temporaryHome()
  const failures = []
  let count = 0
  try {
    const { entries, begun } = await recordScene(scene, home)
    // Where something is kept for good is where it matters most: half of the cuts lie right behind an fsync.
    const synced = entries.flatMap(({ op }, i) => (i >= begun && op.startsWith('sync') ? [i + 1] : []))
    for (let n = 0; n < cuts; n++) {
      const at =
        n % 2 === 0
          ? begun + Math.ceil(random() * (entries.length - begun))
          : synced[Math.floor(random() * synced.length)]
      const folder = join(home, `cut-${n}`)
      const kept = layOut(entries.slice(0, at), join(home, 'p'), join(folder, 'p'))
      count += 1
      const missing = promised(entries.slice(0, at)).filter(
        (place) => !kept.includes(place.slice(join(home, 'p').length + 1))
      )
      for (const place of missing)
        failures.push(`cut at ${at} of ${entries.length}: ${place.slice(home.length)} was kept, and is gone`)
      for (const failure of await promises(scene, home, folder, kept))
        failures.push(`cut at ${at} of ${entries.length}: ${failure}`)
      rmSync(folder, { recursive: true, force: true })
    }
    log(`${scene}: ${entries.length} entries of the disk's log, ${count} cuts`)
  } finally {
    remove()
  }
  return { name: `power, ${scene}`, count, failures }
}

/** Runs the scene once, to its end, and answers what it asked of the disk. */
async function recordScene(scene, home) {
  const project = join(home, 'p')
  const train = [
    'train',
    'mnist',
    '--project',
    project,
    '--seeds',
    '0-1',
    '--backend',
    'wasm',
    '--jobs',
    '1',
    ...tinyRun
  ]
  /** What is there when the scene begins, as entries that have kept it. */
  const before = []
  const every = ['--record', 'checkpointEvery=5']
  const watched = {
    NODE_OPTIONS: `--import ${preload}`,
    PHASESCOPE_DISK_LOG: join(home, 'disk.log'),
    PHASESCOPE_DISK_ROOT: project
  }
  if (scene === 'train') await mustWork(home, [...train, ...every], watched)
  else if (scene === 'import') {
    await mustWork(home, ['train', 'mnist', '--project', join(home, 'source'), '--seeds', '0-3', ...tinyRun])
    await mustWork(home, ['import', join(home, 'source', 'runs'), '--project', project, '--create'], watched)
  } else {
    await mustWork(home, train)
    before.push(...asKept(project))
    await mustWork(home, ['fit', '--project', project, '--states', '2-3', '--restarts', '2'], watched)
  }
  const text = readFileSync(join(home, 'disk.log'), 'utf8').trim()
  return { entries: [...before, ...text.split('\n').map((line) => JSON.parse(line))], begun: before.length }
}

/** What lies in a folder, as if it had just been written and synced. */
function asKept(folder) {
  const entries = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name)
    if (entry.isDirectory()) entries.push({ op: 'mkdir', file }, { op: 'sync-folder', file: folder }, ...asKept(file))
    else {
      entries.push({ op: 'create', file }, { op: 'sync', file, content: readFileSync(file).toString('base64') })
      entries.push({ op: 'sync-folder', file: folder })
    }
  }
  return entries
}

async function mustWork(home, args, env) {
  const { code, err } = await command(home, args, env)
  if (code !== 0) throw new Error(`phasescope ${args.join(' ')} ended with ${code}: ${err}`)
}

/**
 * The project as the disk would have it. Entries of folders are kept by a sync of the folder, contents by one of the file;
 * what was there before the scene began is kept.
 * @returns what was promised: checkpoints whose folder has its name, and manifests
 */
function layOut(entries, project, target) {
  /** By place: what its file held at its last fsync. */
  const files = new Map()
  /** By place, for folders and files: whether the name is kept. */
  const names = new Map()
  let pending = []
  const rename = (map, from, to) => {
    for (const [place, value] of [...map]) {
      if (place !== from && !place.startsWith(`${from}/`)) continue
      map.delete(place)
      map.set(to + place.slice(from.length), value)
    }
  }
  const removeFrom = (map, file) => {
    for (const place of [...map.keys()]) if (place === file || place.startsWith(`${file}/`)) map.delete(place)
  }
  /** What the running system sees; the disk follows at each sync of a folder. */
  const seen = new Map()
  for (const { op, file, to, content } of entries) {
    if (op === 'create' || op === 'mkdir') {
      if (!seen.has(file)) pending.push({ folder: dirname(file), apply: () => names.set(file, op) })
      seen.set(file, true)
    } else if (op === 'link') {
      pending.push({ folder: dirname(to), apply: () => names.set(to, 'create') })
      if (files.has(file)) files.set(to, files.get(file))
      seen.set(to, true)
    } else if (op === 'rename') {
      removeFrom(seen, to)
      rename(seen, file, to)
      // What is waiting to be kept waits under its new name.
      for (const one of pending)
        if (one.folder === file || one.folder.startsWith(`${file}/`)) one.folder = to + one.folder.slice(file.length)
      const content = new Map([...files].filter(([place]) => place === file || place.startsWith(`${file}/`)))
      removeFrom(files, file)
      for (const [place, bytes] of content) files.set(to + place.slice(file.length), bytes)
      pending.push({
        folder: dirname(to),
        apply: () => {
          removeFrom(names, to)
          rename(names, file, to)
          if (!names.has(to)) names.set(to, 'create')
        }
      })
    } else if (op === 'remove') {
      removeFrom(seen, file)
      pending.push({ folder: dirname(file), apply: () => removeFrom(names, file) })
    } else if (op === 'sync') files.set(file, content)
    else if (op === 'sync-folder') {
      for (const one of pending) if (one.folder === file) one.apply()
      pending = pending.filter((one) => one.folder !== file)
    }
  }
  mkdirSync(target, { recursive: true })
  const kept = []
  for (const [place, op] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A name in a folder that is not there is no name.
    const way = place.slice(project.length + 1)
    const parents = way.split('/').slice(0, -1)
    const reachable = parents.every((_part, i) => names.has(join(project, ...parents.slice(0, i + 1))))
    if (!way || !reachable) continue
    const path = join(target, way)
    if (files.has(place)) writeFileSync(path, Buffer.from(files.get(place) ?? '', 'base64'))
    else if (op === 'mkdir' || [...names.keys()].some((other) => other.startsWith(`${place}/`)))
      mkdirSync(path, { recursive: true })
    else writeFileSync(path, '')
    kept.push(way)
  }
  return kept
}

/**
 * What the program may rely on: once a folder has been synced after something got its name there, that thing is kept. So are
 * the files of a checkpoint, and the records before it.
 */
function promised(entries) {
  const found = new Set()
  const fresh = new Map()
  for (const { op, file, to } of entries) {
    if (op === 'rename') {
      for (const place of [...found, ...fresh.keys()]) {
        if (!place.startsWith(`${file}/`)) continue
        found.delete(place)
        fresh.delete(place)
        fresh.set(to + place.slice(file.length), dirname(to))
      }
      fresh.set(to, dirname(to))
    }
    if (op === 'sync' && /tfevents/.test(file)) fresh.set(file, 'with the next checkpoint')
    else if (op === 'remove') {
      for (const place of [...found, ...fresh.keys()]) {
        if (place !== file && !place.startsWith(`${file}/`)) continue
        found.delete(place)
        fresh.delete(place)
      }
    } else if (op === 'sync-folder') {
      const checkpoint = file.endsWith('/checkpoints')
      for (const [place, folder] of fresh) {
        const records = checkpoint && folder === 'with the next checkpoint' && dirname(place) === dirname(file)
        if (folder !== file && !records) continue
        if (
          /\/(checkpoints\/\d+|run\.json|analysis\.json|project\.json)$|tfevents/.test(place) &&
          !/\.importing-/.test(place)
        ) {
          found.add(place)
        }
        fresh.delete(place)
      }
    }
  }
  return [...found]
}

/** What has to hold on what is left. */
async function promises(scene, home, folder, kept) {
  const project = join(folder, 'p')
  const failures = []
  if (!existsSync(join(project, 'project.json'))) return failures
  const checked = await command(folder, ['check', project, '--json'])
  const findings = JSON.parse(checked.out || '[]')
  for (const { severity, place, problem } of findings) if (severity === 'damage') failures.push(`${place}: ${problem}`)
  const listed = await command(folder, ['runs', '--project', project, '--json'])
  if (listed.code !== 0) failures.push(`runs ended with ${listed.code}: ${listed.err}`)
  if (/warning/.test(listed.err)) failures.push(`runs warned: ${listed.err.trim()}`)
  // A checkpoint that has its name is whole.
  for (const way of kept) {
    const step = /^runs\/([^/]+)\/checkpoints\/(\d+)$/.exec(way)
    if (!step) continue
    const names = readdirSync(join(project, way)).sort().join()
    if (names !== 'SHA256SUMS,optimizer.safetensors,progress.json,weights.safetensors')
      failures.push(`${way} holds ${names}`)
  }
  if (scene !== 'train' || !existsSync(join(project, 'runs'))) return failures
  const resumed = await command(folder, ['resume', '--project', project, '--all', '--json'])
  const runs = JSON.parse(listed.out || '[]')
  if (runs.some(({ status }) => status !== 'done') && resumed.code !== 0)
    failures.push(`resume ended with ${resumed.code}: ${resumed.err}`)
  for (const { id } of runs) {
    if (!existsSync(join(project, 'runs', id, 'checkpoints', '80'))) {
      failures.push(`${id} was not brought to its end: ${resumed.err.trim().split('\n').at(-1)}`)
      continue
    }
    const same = (name) => {
      const of = (base) => join(base, 'runs', id, 'checkpoints', '80', name)
      return readFileSync(of(project)).equals(readFileSync(of(join(home, 'p'))))
    }
    if (!same('weights.safetensors') || !same('optimizer.safetensors')) failures.push(`${id} came to another end`)
  }
  return failures
}
