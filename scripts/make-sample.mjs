/**
 * Makes the sample project under resources/sample: real output of this product, trained and fitted by its command line.
 * Checkpoints are left out, and event files get a neutral name instead of this machine's.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'resources', 'sample')
const work = mkdtempSync(join(tmpdir(), 'phasescope-sample-'))
const project = join(work, 'sample')
const largestBytes = 4_000_000

const cli = (...args) =>
  execFileSync(process.execPath, [join(root, 'bin', 'phasescope.js'), ...args], { stdio: 'inherit' })
const train = ['train', 'mnist', '--project', project, '--seeds', '0-9', '--name', 'Digits, large initial weights']
const options = ['hidden1=512', 'hidden2=512', 'epochs=150'].flatMap((setting) => ['--set', setting])
const record = ['metricsEvery=3', 'activationsEvery=24', 'checkpointEvery=150'].flatMap((setting) => [
  '--record',
  setting
])
cli(...train, ...options, ...record, '--hooks', 'fc1,fc2')
const features = ['weights/l2', 'weights/code_sparsity', 'weights/spectral', 'weights/mean_b']
const outcomes = ['loss/train', 'loss/val', 'accuracy/train', 'accuracy/val']
const fit = ['--features', [...features, ...outcomes].join(','), '--states', '1-8']
cli('fit', '--project', project, ...fit, '--restarts', '24', '--seed', '0')

const manifestPath = join(project, 'project.json')
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'))
writeFileSync(
  manifestPath,
  JSON.stringify({ ...manifest, name: 'Handwritten digits in ten runs', sample: true }, null, 1) + '\n'
)
for (const run of readdirSync(join(project, 'runs'))) {
  const folder = join(project, 'runs', run)
  rmSync(join(folder, 'checkpoints'), { recursive: true, force: true })
  for (const name of readdirSync(folder).filter((file) => file.includes('tfevents'))) {
    const [, seconds] = /tfevents\.(\d+)\./.exec(name)
    renameSync(join(folder, name), join(folder, `events.out.tfevents.${seconds}.sample.0.0`))
  }
}
const bytes = sizeOf(project)
if (bytes > largestBytes) throw new Error(`The sample has ${bytes} bytes; at most ${largestBytes} are allowed.`)
rmSync(target, { recursive: true, force: true })
cpSync(project, target, { recursive: true })
rmSync(work, { recursive: true, force: true })
console.log(`resources/sample: ${bytes} bytes`)

function sizeOf(path) {
  const info = statSync(path)
  return info.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : info.size
}
