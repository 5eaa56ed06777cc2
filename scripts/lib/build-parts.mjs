/**
 * The five parts of a build, each with the files that it is made of. A part is built again only when one of its files
 * changed since the last time, so that every script may ask for a build first.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from './electron-runtime.mjs'

const common = ['package.json', 'package-lock.json', 'tsconfig.base.json']

/** Inputs are files and folders of the repository, the result is what must exist for the part to count as built. */
export const parts = {
  main: {
    inputs: ['src', 'electron/main', 'electron.vite.config.ts', ...common],
    result: 'out/main/index.js'
  },
  preload: {
    inputs: ['electron/preload', 'electron.vite.config.ts', ...common],
    result: 'out/preload/index.cjs'
  },
  renderer: {
    inputs: ['renderer', 'src', 'electron.vite.config.ts', 'tsconfig.web.json', ...common],
    result: 'out/renderer/index.html'
  },
  gpu: {
    inputs: ['electron/gpu', 'src', 'vite.gpu.config.ts', ...common],
    result: 'out/gpu/index.html'
  },
  lib: {
    inputs: ['src', 'vite.lib.config.ts', 'tsconfig.lib.json', ...common],
    result: 'out/lib/index.js'
  }
}

const stampFolder = join(root, 'out', '.stamps')

/** The present state of a part's inputs; tests are no part of a build. */
export function stateOf(part) {
  const hash = createHash('sha256')
  for (const input of parts[part].inputs) {
    for (const file of filesUnder(join(root, input))) {
      const { size, mtimeMs } = statSync(file)
      hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

export function isCurrent(part) {
  const stamp = join(stampFolder, part)
  return (
    existsSync(join(root, parts[part].result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === stateOf(part)
  )
}

/** @param {string} state the state that was read before the build began: a file saved meanwhile must not be missed. */
export function markBuilt(part, state) {
  mkdirSync(stampFolder, { recursive: true })
  writeFileSync(join(stampFolder, part), state)
}

export function forgetBuilt(part) {
  rmSync(join(stampFolder, part), { force: true })
}

/** Runs `work` while no other process builds in this folder; a lock whose owner is gone is taken over. */
export async function exclusively(work) {
  const lock = join(root, 'out', '.building')
  mkdirSync(join(root, 'out'), { recursive: true })
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (!ownerLives(lock)) rmSync(lock, { force: true })
      else await wait(100)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function ownerLives(lock) {
  try {
    const text = readFileSync(lock, 'utf8')
    // Just created and not yet filled.
    if (text === '') return Date.now() - statSync(lock).mtimeMs < 5000
    process.kill(Number(text), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function filesUnder(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  const files = []
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === 'testing' || /\.test\.ts$/.test(entry.name)) continue
    const child = join(path, entry.name)
    if (entry.isDirectory()) files.push(...filesUnder(child))
    else if (entry.isFile()) files.push(child)
  }
  return files.sort()
}
