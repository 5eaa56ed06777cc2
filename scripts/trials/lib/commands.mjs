/** The built command line as processes with a home of their own, for trials. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../../bin/phasescope.js', import.meta.url))

/** A training that takes a second or two, with a checkpoint every few steps. */
export const tinyRun = [
  ...['epochs=40', 'trainSamples=64', 'validationSamples=32', 'batchSize=32', 'hidden1=12', 'hidden2=8'],
  'evalSamples=32'
].flatMap((setting) => ['--set', setting])

/** An empty folder, and the way to remove it. */
export function temporaryHome() {
  const home = mkdtempSync(join(tmpdir(), 'phasescope-trial-'))
  return { home, remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }) }
}

/**
 * Starts a command.
 * @param {string} home where it runs and keeps its user data
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [more] of its environment
 * @returns {{ child: import('node:child_process').ChildProcess, ended: Promise<{ code: number | null, out: string, err: string }> }}
 */
export function start(home, args, more = {}) {
  const env = { ...process.env, PHASESCOPE_USER_DATA: join(home, 'user'), PHASESCOPE_DEBUG: '', ...more }
  const child = spawn(process.execPath, [program, ...args], { cwd: home, env, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
  return { child, ended }
}

/** Runs a command to its end. */
export function command(home, args, more) {
  return start(home, args, more).ended
}

/** Random numbers from a seed (mulberry32), so that a trial can be repeated. */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
