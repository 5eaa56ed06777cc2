/**
 * Builds the application and the library into out/. Only what changed since the last build is built again.
 * Usage: node scripts/build.mjs [--force] [--only main,preload,renderer,gpu,lib] [--quiet]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { exclusively, forgetBuilt, isCurrent, markBuilt, parts, stateOf } from './lib/build-parts.mjs'
import { root } from './lib/electron-runtime.mjs'

/**
 * @param {{ only?: string[], force?: boolean, quiet?: boolean, log?: (line: string) => void }} options
 * @returns {Promise<string[]>} the parts that were built
 */
export async function build({ only = Object.keys(parts), force = false, quiet = false, log = console.log } = {}) {
  if (!force && only.every(isCurrent)) return []
  // The configurations name their files as seen from the repository; `phasescope` may be called from anywhere.
  const callerFolder = process.cwd()
  // Building sets NODE_ENV, which must not reach the tests or programs that are started afterwards.
  const { NODE_ENV: callerMode } = process.env
  // Whatever the caller's shell says: pages are built for those who use them.
  process.env.NODE_ENV = 'production'
  process.chdir(root)
  try {
    return await exclusively(() => buildParts(only, force, quiet, log))
  } finally {
    process.chdir(callerFolder)
    if (callerMode === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = callerMode
  }
}

async function buildParts(only, force, quiet, log) {
  // Asked again under the lock: another process may have just built it.
  const wanted = only.filter((part) => force || !isCurrent(part))
  for (const part of wanted) {
    const began = Date.now()
    const state = stateOf(part)
    forgetBuilt(part)
    if (part === 'lib') await buildLibrary()
    else if (part === 'gpu') await buildGpuPage()
    else await buildApplicationPart(part)
    markBuilt(part, state)
    if (!quiet) log(`built ${part} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
  return wanted
}

/** @param {'main' | 'preload' | 'renderer'} part */
async function buildApplicationPart(part) {
  process.env.NODE_ENV_ELECTRON_VITE = 'production'
  const [{ resolveConfig }, vite] = await Promise.all([import('electron-vite'), import('vite')])
  const configFile = join(root, 'electron.vite.config.ts')
  const { config } = await resolveConfig({ root, configFile, logLevel: 'warn' }, 'build', 'production')
  await vite.build(config[part])
}

async function buildGpuPage() {
  const vite = await import('vite')
  await vite.build({ configFile: join(root, 'vite.gpu.config.ts'), logLevel: 'warn' })
}

async function buildLibrary() {
  const vite = await import('vite')
  await vite.build({ root, configFile: join(root, 'vite.lib.config.ts'), logLevel: 'warn' })
  const types = join(root, 'out', 'lib', 'types')
  rmSync(types, { recursive: true, force: true })
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.lib.json')], {
    cwd: root,
    stdio: ['ignore', 2, 2]
  })
  if (status !== 0) throw new Error('The types of the library could not be made (see above).')
  completeImports(types)
}

/**
 * The source leaves out file endings in imports, which bundlers accept; TypeScript's Node resolution wants them in the
 * declarations of an ES module.
 */
function completeImports(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      completeImports(path)
      continue
    }
    const text = readFileSync(path, 'utf8')
    const complete = text.replace(
      /((?:from|import\()\s*['"])(\.{1,2}\/[^'"]+)(['"])/g,
      (_all, before, target, after) => {
        const isFolder = statSync(join(dirname(path), target), { throwIfNoEntry: false })?.isDirectory()
        const isFile = statSync(join(dirname(path), `${target}.d.ts`), { throwIfNoEntry: false })?.isFile()
        return `${before}${target}${isFolder && !isFile ? '/index.js' : '.js'}${after}`
      }
    )
    if (complete !== text) writeFileSync(path, complete)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { force: { type: 'boolean' }, quiet: { type: 'boolean' }, only: { type: 'string' } }
  })
  const only = values.only?.split(',')
  const unknown = only?.find((part) => !Object.hasOwn(parts, part))
  if (unknown) {
    console.error(`There is no part "${unknown}". Known are: ${Object.keys(parts).join(', ')}.`)
    process.exit(2)
  }
  try {
    const built = await build({ only, force: values.force, quiet: values.quiet })
    if (built.length === 0 && !values.quiet) console.log('nothing changed since the last build')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
