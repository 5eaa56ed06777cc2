/** The built library as somebody else's program sees it: plain Node, by the package's name, with its types. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryFolder, runManifest, writeText } from '../project/testing/folders'
import { createProject } from '../project/project-folder'
import { RunWriter } from '../project/run-writer'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of another program that has phasescope installed. */
function consumer(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'phasescope'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  return folder
}

function runProgram(folder: string, source: string, ...args: string[]): unknown {
  writeFileSync(join(folder, 'program.js'), source)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['program.js', ...args], {
    cwd: folder,
    encoding: 'utf8'
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

it('computes weight metrics under their names', () => {
  const program = `
    import { weightMetrics, metrics } from 'phasescope'
    const matrix = { data: Float32Array.from([3, 0, 0, -4]), shape: [2, 2] }
    console.log(JSON.stringify({ ...weightMetrics(matrix), same: metrics.weightMetrics === weightMetrics }))`
  expect(runProgram(consumer(), program)).toEqual({
    l1: 7,
    l2: 5,
    trace: -1,
    spectral: expect.closeTo(4, 6) as number,
    code_sparsity: expect.closeTo(1.4, 6) as number,
    computational_sparsity: expect.closeTo(-0.25, 6) as number,
    mean_lambda: expect.closeTo(3.5, 6) as number,
    variance_lambda: expect.closeTo(0.25, 5) as number,
    mean: -0.25,
    median: 0,
    var: 6.1875,
    same: true
  })
})

it('fits and decodes a hidden Markov model', () => {
  const program = `
    import { decodeViterbi, fitGaussianHmm } from 'phasescope'
    const values = Float64Array.from({ length: 60 }, (_, t) => (t < 30 ? -1 : 1) + 0.1 * Math.sin(7 * t))
    const sequences = [{ data: values, rows: 60, columns: 1 }]
    const fit = fitGaussianHmm(sequences, { states: 2, covariance: 'diag', maxIterations: 50 })
    const [decoded] = [decodeViterbi(fit, sequences)].flat()
    console.log(JSON.stringify({ means: [...fit.means].sort((a, b) => a - b), changes: Object.keys(decoded) }))`
  const { means } = runProgram(consumer(), program) as { means: number[] }
  expect(means[0]).toBeCloseTo(-1, 1)
  expect(means[1]).toBeCloseTo(1, 1)
})

it('opens a project and reads its runs', async () => {
  const folder = consumer()
  const project = join(folder, 'project')
  await createProject(project, 'From elsewhere')
  writeText(join(project, 'runs', 'one', 'run.json'), JSON.stringify(runManifest('one')))
  const writer = new RunWriter(join(project, 'runs', 'one'), 0)
  for (const step of [0, 5]) {
    writer.scalars({ kind: 'scalars', step, epoch: step, wallTimeSeconds: 1, values: { 'loss/train': 10 - step } })
  }
  writer.close()
  const program = `
    import { listRuns, openProject, readRun } from 'phasescope'
    const { manifest } = await openProject(process.argv[2])
    const { runs, problems } = await listRuns(process.argv[2])
    const loss = readRun(process.argv[2], runs[0].id).scalars('loss/train').view('latest')
    const points = Array.from({ length: loss.length }, (_, i) => [loss.steps[i], loss.values[i]])
    const refusal = await openProject(process.argv[2] + '/none').catch((error) => [error.code, error.message])
    console.log(JSON.stringify({ name: manifest.name, ids: runs.map((run) => run.id), problems, points, refusal }))`
  expect(runProgram(folder, program, project)).toEqual({
    name: 'From elsewhere',
    ids: ['one'],
    problems: [],
    points: [
      [0, 10],
      [5, 5]
    ],
    refusal: ['not-found', `${project}/none could not be opened: it does not exist.`]
  })
})

it('writes event files of every kind, which it reads again', () => {
  const program = `
    import { EventFileWriter, encodePng, encodeWav, readEvents } from 'phasescope'
    const folder = process.argv[2]
    const writer = new EventFileWriter(folder)
    writer.hparams({ learningRate: 0.1 })
    writer.graph([{ name: 'block/fc1', op: 'dense', inputs: [] }])
    writer.text(0, 'words', '*hello*')
    writer.image(0, 'picture', encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) }))
    writer.audio(0, 'sound', [encodeWav([new Float32Array(10)], 8000)])
    for (const step of [0, 1, 2]) writer.scalars(step, { loss: 1 / 2 ** step })
    writer.close()
    const { values, length } = readEvents(folder).scalars('loss').view('latest')
    console.log(JSON.stringify([...values.subarray(0, length)]))`
  expect(runProgram(consumer(), program, temporaryFolder())).toEqual([1, 0.5, 0.25])
})

it('needs neither Electron nor TensorFlow.js nor anything else that is not declared', () => {
  const source = readFileSync(join(root, 'out', 'lib', 'index.js'), 'utf8')
  const imported = [...source.matchAll(/^(?:import|export) [^'"]*from ["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm)]
  const packages = imported
    .map((match) => match[1] ?? match[2])
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
  expect([...new Set(packages)].sort()).toEqual(['fast-png', 'ml-hclust', 'ml-matrix', 'zod'])
})

it('has types that a strict Node program compiles with, and that refuse a wrong one', () => {
  const folder = consumer()
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        strict: true,
        noEmit: true,
        types: [],
        skipLibCheck: false
      },
      files: ['right.ts', 'wrong.ts']
    })
  )
  const right = `
    import { hmm, readRun, weightMetrics } from 'phasescope'
    import type { Analysis, FitResult, RunManifest } from 'phasescope'
    const l2: number = weightMetrics({ data: new Float32Array(4), shape: [2, 2] }).l2
    const fit: FitResult = hmm.fitGaussianHmm([{ data: new Float64Array(4), rows: 4, columns: 1 }], { states: 1, covariance: 'diag' })
    const length: number | undefined = readRun('p', 'r').scalars('loss/train')?.view('latest').length
    export const all: [number, FitResult, number | undefined, Analysis?, RunManifest?] = [l2, fit, length]`
  writeFileSync(join(folder, 'right.ts'), right)
  writeFileSync(
    join(folder, 'wrong.ts'),
    `import { weightMetrics } from 'phasescope'\nweightMetrics({ data: [1, 2], shape: [2] })\n`
  )
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { cwd: folder, encoding: 'utf8' })
  const errors = stdout.split('\n').filter((line) => /error TS/.test(line))
  expect(errors).toEqual([
    expect.stringMatching(/^wrong\.ts\(2,\d+\): error TS2\d+: .*'?number\[\]'? is not assignable/)
  ])
})
