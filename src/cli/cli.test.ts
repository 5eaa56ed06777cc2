/** The built command line as processes: what it says, what it exits with, and what is left when it is killed. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Analysis } from '../domain/analysis'
import type { RunInfo } from '../domain/run'
import { encodeSafetensors } from '../formats/safetensors'
import { selfSigned } from '../host/testing/certificate'
import { RunReader } from '../project/run-reader'
import { temporaryFolder, writeText } from '../project/testing/folders'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))
const tiny = [
  'epochs=3',
  'trainSamples=64',
  'validationSamples=32',
  'batchSize=32',
  'hidden1=12',
  'hidden2=8',
  'evalSamples=32'
].flatMap((setting) => ['--set', setting])

function environment(home: string): NodeJS.ProcessEnv {
  return { ...process.env, PHASESCOPE_USER_DATA: join(home, 'user'), PHASESCOPE_DEBUG: '' }
}

interface Outcome {
  code: number | null
  out: string
  err: string
}

function run(home: string, ...args: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: home,
    env: environment(home),
    encoding: 'utf8'
  })
  return { code: status, out: stdout, err: stderr }
}

/** A command that goes on by itself; `said` resolves when its output contains the text. */
function start(home: string, ...args: string[]) {
  return startWith(home, {}, ...args)
}

function startWith(home: string, more: NodeJS.ProcessEnv, ...args: string[]) {
  const env = { ...environment(home), ...more }
  const child = spawn(process.execPath, [program, ...args], { cwd: home, env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      for (const watch of watchers) watch()
    })
  }
  const said = (wanted: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const match = wanted.exec(text)
        if (!match) return
        watchers.delete(watch)
        resolve(match)
      }
      watchers.add(watch)
      child.once('exit', () => reject(new Error(`ended without saying ${wanted}: ${text}`)))
      watch()
    })
  return { child, said, ended: ended(child), text: () => text }
}

function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal!)))
}

function runsOf(home: string): RunInfo[] {
  return JSON.parse(run(home, 'runs', '--project', 'p', '--json').out) as RunInfo[]
}

describe('help', () => {
  it('lists the commands, and each tells about itself', () => {
    const home = temporaryFolder()
    const overview = run(home, '--help')
    expect(overview).toMatchObject({ code: 0, err: '' })
    for (const command of ['experiments', 'train', 'resume', 'import', 'runs', 'fit', 'serve']) {
      expect(overview.out).toContain(`  ${command} `)
      const help = run(home, command, '--help')
      expect(help).toMatchObject({ code: 0, err: '' })
      expect(help.out).toMatch(new RegExp(`^Usage: phasescope ${command} `, 'm'))
    }
  })

  it('is wrong usage when nothing is asked', () => {
    expect(run(temporaryFolder())).toMatchObject({ code: 2, out: expect.stringMatching(/Usage/) as string })
  })
})

describe('a path instead of a command', () => {
  it('is named where there is nothing at it, before anything is started', () => {
    const home = temporaryFolder()
    for (const args of [['./digits'], ['open', 'digits'], ['serve', 'digits']]) {
      const { code, err } = run(home, ...args)
      expect(code, args.join(' ')).toBe(1)
      expect(err).toContain(`There is no file or folder ${join(home, 'digits')}. Check the path.`)
    }
  })

  it.runIf(process.platform === 'linux')(
    'is served to a browser where there is no window, and it is said why',
    async () => {
      const home = temporaryFolder()
      writeText(join(home, 'seed1.csv'), 'step,loss\n1,2\n2,1\n')
      const noDisplay = { DISPLAY: '', WAYLAND_DISPLAY: '' }
      const { child, said, ended: end, text } = startWith(home, noDisplay, 'seed1.csv')
      await said(/Phasescope is at http:\/\/127\.0\.0\.1:/)
      expect(text()).toContain('No window, because there is no display (DISPLAY is not set)')
      child.kill('SIGTERM')
      expect(await end).toBe(0)
    }
  )
})

describe('wrong usage', () => {
  it.each([
    ['frobnicate', 2, 'There is no command "frobnicate".'],
    ['train', 2, 'Which experiment? phasescope experiments lists them.'],
    ['train mnist', 2, '--project DIR is missing.'],
    ['train mnits --project p', 2, 'There is no experiment "mnits". Did you mean "mnist"?'],
    ['train mnist more --project p', 2, 'train does not know what to do with "more".'],
    ['train mnist --project p --sedes 1', 2, 'train has no option --sedes. Did you mean "seeds"?'],
    ['train mnist --project p --jobs', 2, '--jobs needs a value: --jobs=N.'],
    ['train mnist --project p --jobs 0', 2, '--jobs is "0"; it must be a whole number from 1 to 256.'],
    ['train mnist --project p --seeds 3-1', 2, '--seeds has "3-1"; a range starts with its smaller number.'],
    ['train mnist --project p --seeds x', 2, '--seeds has "x"; give a whole number such as 3, or a range such as 0-7.'],
    ['train mnist --project p --set epochs', 2, '--set is "epochs"; it must be KEY=VALUE, such as --set epochs=20.'],
    [
      'train mnist --project p --set epochs=many',
      2,
      'Epochs (epochs) is "many"; it must be a whole number from 1 to 1000000.'
    ],
    ['train mnist --project p --set epoch=3', 2, 'MNIST digits has no parameter "epoch". Did you mean "epochs"'],
    ['train mnist --project p --hooks fc8', 2, 'There is no hook point "fc8"'],
    ['train mnist --project p --record metricsEvery=0', 2, 'The interval of metrics (metricsEvery) is 0;'],
    ['train mnist --project p --record every=1', 2, '--record has no option "every".'],
    [
      'train mnist --project p --backend gpu',
      2,
      '--backend is "gpu"; it must be one of auto, tensorflow, webgpu, wasm, cpu.'
    ],
    ['import', 2, 'What should be imported? Give files or folders.'],
    ['import file', 2, '--project DIR is missing.'],
    [
      'import file --project none',
      1,
      'none could not be opened: it does not exist. --create makes a new project there.'
    ],
    ['import nowhere --dry-run', 1, 'nowhere does not exist. Check the path.'],
    ['fit --project p --states 0-3', 2, '--states is "0"; it must be a whole number from 1 to 16.'],
    [
      'fit --project p --role mood=x',
      2,
      '--role is "mood=x"; give ROLE=TAG, with a role of valAccuracy, valLoss, trainAccuracy, trainLoss, epoch, step, seed.'
    ],
    ['fit --project p --criterion best', 2, '--criterion is "best"; it must be one of evidence, bic, aic, heldout.'],
    ['serve --port 70000', 2, '--port is "70000"; it must be a whole number from 0 to 65535.'],
    [
      'serve --token a-token-that-is-long-enough',
      2,
      'every user of this machine can read it in the list of processes.'
    ],
    ['serve --token-file file', 2, 'The token of file needs at least 20 characters'],
    ['serve --token-file nowhere', 2, '--token-file nowhere could not be read (ENOENT).'],
    ['serve --cert file', 2, 'HTTPS needs a certificate and its private key: --cert FILE --key FILE.'],
    ['serve --host 0.0.0.0', 1, 'give a certificate and its key (--cert FILE --key FILE), or stay on 127.0.0.1'],
    ['serve --cert file --key file', 1, 'The certificate and its key cannot be used'],
    ['runs --project none', 1, 'none could not be opened: it does not exist.'],
    ['fit --project none', 1, 'none could not be opened: it does not exist.'],
    ['resume --project none', 1, 'none could not be opened: it does not exist.'],
    ['serve --project none', 1, 'none could not be opened: it does not exist.'],
    [
      'train mnist --project file',
      1,
      'file could not be created: there is a file of this name. Choose another folder.'
    ],
    ['train mnist --project full', 1, 'full is not empty. Choose another name or an empty folder.'],
    [
      'runs --project newer',
      1,
      'was written by a newer Phasescope (format 2, this one reads up to 1). Update Phasescope to open it.'
    ],
    ['train mnist --project damaged', 1, 'is not valid JSON']
  ])('%s', (line, code, message) => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'file'), '')
    for (const [folder, name, content] of [
      ['full', 'thesis.tex', ''],
      ['newer', 'project.json', '{"schemaVersion": 2}'],
      ['damaged', 'project.json', '{"schemaVersion": 1']
    ]) {
      mkdirSync(join(home, folder))
      writeFileSync(join(home, folder, name), content)
    }
    const outcome = run(home, ...line.split(' '))
    expect(outcome).toMatchObject({ code, out: '', err: expect.stringContaining(message) as string })
    expect(outcome.err).toMatch(/^phasescope: /)
    expect(outcome.err).not.toMatch(/^\s+at .*\.js/m)
    expect(existsSync(join(home, 'p'))).toBe(false)
  })
})

it('lists experiments for people and for programs', () => {
  const home = temporaryFolder()
  expect(run(home, 'experiments').out).toMatch(/^mnist .*\n/m)
  const listed = JSON.parse(run(home, 'experiments', '--json').out) as { id: string; params: unknown[] }[]
  expect(listed.map((experiment) => experiment.id).sort()).toEqual([
    ...['captcha', 'custom', 'mnist', 'modular-addition', 'nodules', 'sparse-parity']
  ])
  const one = JSON.parse(run(home, 'experiments', 'mnist', '--json').out) as { id: string }
  expect(one.id).toBe('mnist')
  expect(run(home, 'experiments', 'mnist').out).toMatch(/^hidden1 +\d+ +integer from 1/m)
})

it('trains, lists and fits', () => {
  const home = temporaryFolder()
  const trained = run(
    home,
    'train',
    'mnist',
    '--project',
    'p',
    '--seeds',
    '0-1,3',
    ...tiny,
    '--set',
    'epochs=10',
    '--hooks',
    'fc1,fc3',
    '--name',
    'short'
  )
  expect(trained.code).toBe(0)
  for (const seed of [0, 1, 3]) {
    expect(trained.err).toMatch(new RegExp(`^short s${seed}: started$`, 'm'))
    expect(trained.err).toMatch(new RegExp(`^short s${seed}: done after 20 steps`, 'm'))
  }
  const runs = runsOf(home)
  expect(runs.map((one) => [one.spec?.seed, one.status, one.spec?.hooks, one.spec?.params.epochs])).toEqual(
    [0, 1, 3].map((seed) => [seed, 'done', ['fc1', 'fc3'], 10])
  )
  expect(run(home, 'runs', '--project', 'p').out).toMatch(/^RUN .*\n(.*short s\d.* done +20\/20.*\n){3}$/)

  const where = (text: string) => run(home, 'runs', '--project', 'p', '--where', text)
  expect(where('seed > 0 and last("loss/val") > 0').out).toMatch(/^RUN .*\n(.*short s[13].*\n){2}$/)
  expect(where('s3').out).toMatch(/^RUN .*\n.*short s3.*\n$/)
  expect([where('sed > 0').code, where('sed > 0').err]).toEqual([
    2,
    expect.stringMatching(/^phasescope: --where, column 1: No run has "sed"\. Did you mean "seed"/)
  ])

  const fitted = run(
    home,
    'fit',
    '--project',
    'p',
    '--states',
    '1-3',
    '--restarts',
    '2',
    '--iterations',
    '20',
    '--json',
    'fit.json'
  )
  expect(fitted).toMatchObject({ code: 0 })
  const analysis = JSON.parse(readFileSync(join(home, 'fit.json'), 'utf8')) as {
    id: string
    chosenStates: number
    options: { features: string[] }
    inputs: { rows: number; features: string[] }
  }
  expect(fitted.out).toMatch(new RegExp(`^\\* +${analysis.chosenStates} `, 'm'))
  expect(analysis.inputs.rows).toBe(33)
  expect(analysis.options.features).toEqual(expect.arrayContaining(['weights/l1', 'weights/spectral', 'weights/var_w']))
  for (const feature of analysis.options.features) expect(feature).toMatch(/^weights\/[^/]+$/)
  expect(readdirSync(join(home, 'p', 'analyses'))).toEqual([analysis.id])

  const two = run(
    home,
    'fit',
    '--project',
    'p',
    '--runs',
    `short s0,${runs[2].id}`,
    '--features',
    'loss/train,loss/val',
    '--states',
    '2'
  )
  expect(two).toMatchObject({ code: 0, out: expect.stringMatching(/2 runs, 22 points, 2 features/) as string })
  const wrong = run(home, 'fit', '--project', 'p', '--features', 'loss/trian')
  expect(wrong).toMatchObject({
    code: 2,
    err: expect.stringContaining('No run recorded "loss/trian". Did you mean "loss/train"?') as string
  })
  const missing = run(home, 'fit', '--project', 'p', '--runs', 'long')
  expect(missing).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no run "long" in this project.') as string
  })
  for (const { id } of runs) {
    const manifest = join(home, 'p', 'runs', id, 'run.json')
    writeFileSync(
      manifest,
      JSON.stringify({ ...(JSON.parse(readFileSync(manifest, 'utf8')) as object), archived: true })
    )
  }
  expect(run(home, 'fit', '--project', 'p', '--states', '2')).toMatchObject({
    code: 2,
    err: expect.stringContaining('All done runs of this project are archived. Name those to fit with --runs.') as string
  })
  expect(run(home, 'resume', '--project', 'p')).toMatchObject({
    code: 0,
    err: 'No run of this project was interrupted.\n'
  })
})

/** Two states of ten points each. */
function twoPhases(columns: string, row: (i: number, level: number) => string): string {
  const rows = Array.from({ length: 20 }, (_, i) => row(i, (i < 10 ? 1 : 5) + 0.1 * Math.sin(9 * i)))
  return `${[columns, ...rows].join('\n')}\n`
}

it('imports what can be imported, tells the rest, and fits it', () => {
  const home = temporaryFolder()
  const source = join(home, 'recorded')
  for (const seed of [2, 10]) {
    const text = twoPhases('epoch,step,sharpness,train_loss', (i, level) => [i, i * 5, level * seed, 1 / level].join())
    writeText(join(source, `seed${seed}.csv`), text)
  }
  writeText(join(source, 'seed11.csv'), 'epoch,step,sharpness,train_loss\n0,0,1,1\n1,5,1\n')
  const dry = run(home, 'import', 'recorded', '--dry-run')
  expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/^train_loss +loss\/train$/m) as string })
  expect(dry.out).toMatch(/^2 runs can be imported, 1 left out\.$/m)
  expect(existsSync(join(home, 'p'))).toBe(false)

  const imported = run(home, 'import', 'recorded', '--project', 'p', '--create', '--name', 'Sharpness')
  expect(imported.code).toBe(0)
  expect(imported.out).toMatch(/^recorded\/seed2\.csv +CSV +seed2 +2 +20 +0-95 \(step\) +3$/m)
  expect(imported.err).toContain('left out: recorded/seed11.csv, line 3: 4 columns expected, 3 found.')
  expect(imported.err).not.toContain(home)
  expect(runsOf(home).map((one) => [one.name, one.groupName, one.spec, one.imported])).toEqual(
    [2, 10].map((seed) => [`seed${seed}`, 'Sharpness', null, { format: 'csv', file: `recorded/seed${seed}.csv`, seed }])
  )
  const fitted = run(home, 'fit', '--project', 'p', '--states', '1-2', '--restarts', '2', '--json', 'fit.json')
  expect(fitted).toMatchObject({ code: 0, out: expect.stringMatching(/2 runs, 40 points, 1 features/) as string })
  const analysis = JSON.parse(readFileSync(join(home, 'fit.json'), 'utf8')) as Analysis
  expect([analysis.chosenStates, analysis.inputs.features]).toEqual([2, ['sharpness']])
  expect(analysis.inputs.runs.map((one) => [one.seed, one.epochs.at(-1)])).toEqual([
    [2, 19],
    [10, 19]
  ])
  expect(analysis.roles).toEqual({ trainLoss: 'loss/train', epoch: 'epoch' })
  expect(run(home, 'resume', '--project', 'p', '--all')).toMatchObject({ code: 0 })

  // What the project says, and above it what one fit says.
  const small = ['--states', '2', '--restarts', '1', '--folds', '0', '--surrogates', '0', '--json', 'fit.json']
  writeText(join(home, 'p', 'roles.json'), JSON.stringify({ schemaVersion: 1, roles: { trainLoss: null } }))
  expect(run(home, 'fit', '--project', 'p', ...small)).toMatchObject({ code: 0 })
  const roles = () => (JSON.parse(readFileSync(join(home, 'fit.json'), 'utf8')) as Analysis).roles
  expect(roles()).toEqual({ epoch: 'epoch' })
  expect(run(home, 'fit', '--project', 'p', '--role', 'valLoss=loss/train', ...small)).toMatchObject({ code: 0 })
  expect(roles()).toEqual({ epoch: 'epoch', valLoss: 'loss/train' })
  expect(run(home, 'fit', '--project', 'p', '--role', 'valLoss=loss/trian', ...small)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--role valLoss: no run recorded "loss/trian". Did you mean "loss/train"?') as string
  })
})

it('says the whole reading of an import as JSON, and takes other names and seeds for its runs', () => {
  const home = temporaryFolder()
  const csv = 'step,loss\n0,1\n1,2\n'
  writeText(join(home, 'out', 'a', 'metrics.csv'), csv)
  writeText(join(home, 'out', 'a', 'hparams.yaml'), 'seed: 4\n')
  writeText(join(home, 'out', 'b', 'metrics.csv'), csv)
  const dry = run(home, 'import', 'out', '--dry-run', '--json')
  const reading = JSON.parse(dry.out) as { sources: { name: string; seed: number; seedFrom: string }[]; left: object[] }
  expect(reading.sources.map(({ name, seed, seedFrom }) => [name, seed, seedFrom])).toEqual([
    ['a', 4, 'hparams.yaml'],
    ['b', null, null]
  ])
  expect(reading.left).toEqual([{ file: 'out/a/hparams.yaml', reason: 'settings' }])
  const said = ['--seed', 'a=none', '--seed', 'out/b/metrics.csv=9', '--run-name', 'b=other']
  expect(run(home, 'import', 'out', '--project', 'p', '--create', ...said)).toMatchObject({ code: 0 })
  expect(runsOf(home).map((one) => [one.name, one.imported?.seed]).sort()).toEqual([['a', null], ['other', 9]]) // prettier-ignore
  expect(run(home, 'import', 'out', '--project', 'p', '--seed', 'c=1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('No run is called "c"; --dry-run lists them.') as string
  })
})

it('asks of which log weights are, and joins the runs that it is told are one', () => {
  const home = temporaryFolder()
  for (const name of ['one', 'two']) writeText(join(home, 'out', `${name}.csv`), 'step,loss\n10,1\n20,2\n')
  for (const step of [10, 20]) {
    const weights = [{ name: 'fc.weight', shape: [2, 2], data: Float32Array.of(step, 2, 3, 4) }]
    writeFileSync(join(home, 'out', `step_${step}.safetensors`), encodeSafetensors(weights))
  }
  const dry = run(home, 'import', 'out', '--dry-run')
  expect(dry.err).toContain(
    'question: out/step_*: is it of the same training as out/one.csv or out/two.csv? It is a run of its own unless you say so (--join "out/step_*=out/one.csv").'
  )
  const joined = run(home, 'import', 'out', '--project', 'p', '--create', '--join', 'out/step_*=two')
  expect(joined).toMatchObject({ code: 0, out: expect.stringContaining('2 runs imported from 3 sources.') as string })
  expect(joined.err).not.toContain('question:')
  expect(run(home, 'import', 'out', '--project', 'p', '--join', 'one=nowhere').err).toContain(
    'No run is called "nowhere"'
  )
  expect(run(home, 'import', 'out', '--project', 'p', '--join', 'one=one')).toMatchObject({
    code: 2,
    err: expect.stringContaining('one and one cannot be joined: they are one already.') as string
  })
})

it('fits the log of another program by what its names say', () => {
  const home = temporaryFolder()
  for (const seed of [0, 1, 2]) {
    const columns = 'step,current_epoch,grad_norm,lr_schedule,tokens_seen,samples/s,train_obj_loss,eval_loss,val/acc@1'
    const text = twoPhases(columns, (i, level) => {
      const wobble = Math.sin(7 * i + seed)
      const accuracy = i < 10 ? 20 + i / 10 : 95 + wobble
      return [
        i * 5,
        i / 4,
        level + wobble / 9,
        Math.cos(i),
        i * 512,
        90 + wobble,
        3 - level,
        5 / (i + 1),
        accuracy
      ].join()
    })
    writeText(join(home, 'other', `seed${seed}.csv`), text)
  }
  expect(run(home, 'import', 'other', '--project', 'p', '--create').code).toBe(0)
  expect(runsOf(home)[0].last['accuracy/val']).toBeGreaterThan(90)
  const fitted = run(home, 'fit', '--project', 'p', '--states', '2', '--restarts', '2', '--json', 'fit.json')
  expect(fitted).toMatchObject({ code: 0, out: expect.stringMatching(/3 runs, 60 points, 1 features/) as string })
  const analysis = JSON.parse(readFileSync(join(home, 'fit.json'), 'utf8')) as Analysis
  expect(analysis.inputs.features).toEqual(['grad_norm'])
  expect(analysis.roles).toEqual({ valLoss: 'loss/val', valAccuracy: 'val/acc@1', epoch: 'current_epoch' })
  expect(analysis.inputs.runs[0].epochs.at(-1)).toBe(19 / 4)
  expect(analysis.fits[0].stateSummaries.map(({ name }) => name)).toEqual(['Learning', 'Converged'])
  expect(run(home, 'report', '--project', 'p', '--out', 'page')).toMatchObject({ code: 0 })
  expect(readFileSync(join(home, 'page', 'README.md'), 'utf8')).toContain(
    'val/acc\\@1 is above 90 for the first time: 3 of 3 runs.'
  )
})

it('puts series side by side that do not share steps, and refuses what would leave little of them', () => {
  const home = temporaryFolder()
  for (const seed of [0, 1, 2]) {
    const rows = Array.from({ length: 240 }, (_, i) => {
      const level = i < 120 ? 1 : 3
      const wobble = Math.sin(7 * i + seed) / 5
      return `${i},${level + wobble},${i % 8 === 7 ? 2 * level - wobble : ''},${i % 8 === 6 ? level : ''}`
    })
    writeText(join(home, 'other', `seed${seed}.csv`), `step,pull,push,turn\n${rows.join('\n')}\n`)
  }
  expect(run(home, 'import', 'other', '--project', 'p', '--create').code).toBe(0)
  const fit = (...rest: string[]) =>
    run(home, 'fit', '--project', 'p', '--features', 'pull,push', '--states', '1-3', '--restarts', '2', ...rest)
  const union = fit('--json', 'fit.json')
  expect(union.err).toContain('2 features, 720 points, 240 a run, 56% of the cells recorded.')
  expect(union).toMatchObject({ code: 0, out: expect.stringContaining('Two phases.') as string })
  const analysis = JSON.parse(readFileSync(join(home, 'fit.json'), 'utf8')) as Analysis
  expect(analysis.options.align).toBe('union')
  const [{ paths }] = analysis.fits.filter(({ states }) => states === 2)
  for (const path of paths) expect(Math.abs(path.indexOf(path[239]) - 120)).toBeLessThanOrEqual(1)
  expect(fit('--align', 'push').err).toContain('2 features, 90 points, 30 a run.')
  const refused = fit('--align', 'common')
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('"pull" 30 of 240 points') as string })
  expect(refused.err).toMatch(/Of run .* --align union, .*--force\.$/m)
  expect(fit('--align', 'common', '--force').code).toBe(0)
  expect(fit('--align', 'pul')).toMatchObject({ code: 2, err: expect.stringContaining('"pul"') as string })
})

it('finds runs whose names hold commas', () => {
  const home = temporaryFolder()
  for (const name of ['PPO_clip=1.0,vf=0.1', 'PPO_clip=5.0,vf=0.1'])
    writeText(
      join(home, 'runs', name, 'log.csv'),
      twoPhases('step,pull', (i, level) => [i, level].join())
    )
  expect(run(home, 'import', 'runs', '--project', 'p', '--create').code).toBe(0)
  const fit = (runs: string) =>
    run(home, 'fit', '--project', 'p', '--runs', runs, '--features', 'pull', '--states', '1-2', '--restarts', '1')
  expect(fit('PPO_clip=1.0,vf=0.1').out).toContain('1 runs')
  expect(fit('PPO_clip=1.0,vf=0.1,PPO_clip=5.0,vf=0.1').out).toContain('2 runs')
  expect(fit('PPO_clip=1.0,vf=0.2')).toMatchObject({
    code: 2,
    err: expect.stringContaining('"PPO_clip=1.0"') as string
  })
})

it('fits runs of different experiments together only when they are named', () => {
  const home = temporaryFolder()
  writeText(
    join(home, 'a.csv'),
    twoPhases('step,sharpness', (i, level) => [i, level].join())
  )
  expect(run(home, 'import', 'a.csv', '--project', 'p', '--create').code).toBe(0)
  expect(run(home, 'train', 'mnist', '--project', 'p', ...tiny, '--seeds', '0-1').code).toBe(0)
  const small = ['--states', '1-2', '--restarts', '1', '--folds', '0']
  expect(run(home, 'fit', '--project', 'p', ...small)).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'This project has done runs of several experiments: imported (1 run), mnist (2 runs). They are not fitted ' +
        'together by themselves. Choose with --experiment imported, or name runs with --runs.'
    ) as string
  })
  expect(run(home, 'fit', '--project', 'p', '--experiment', 'cifar')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no done runs of the experiment "cifar". It has imported (1 run), mnist (2') as string
  })
  const one = run(home, 'fit', '--project', 'p', '--experiment', 'imported', ...small)
  expect(one).toMatchObject({ code: 0, out: expect.stringMatching(/1 runs?, 20 points/) as string })
  const named = run(home, 'fit', '--project', 'p', '--experiment', 'mnist', '--runs', 'a')
  expect(named).toMatchObject({
    code: 2,
    err: expect.stringContaining('Give --runs or --experiment, not both.') as string
  })
})

it('asks which column counts steps, and exits with 1 when nothing is imported', () => {
  const home = temporaryFolder()
  writeText(join(home, 'a.csv'), 'seconds,a\n1,2\n3,4\n')
  const asked = run(home, 'import', 'a.csv', '--project', 'p', '--create')
  expect(asked).toMatchObject({ code: 1, out: expect.stringMatching(/^0 runs imported, 1 left out\.$/m) as string })
  expect(asked.err).toContain('Its columns are "seconds", "a"; row numbers will do, too.')
  expect(asked.err).toContain('--step-column NAME says which column counts steps; --step-column row takes row numbers.')
  const wrong = run(home, 'import', 'a.csv', '--project', 'p', '--step-column', 'stpe')
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('has no column "stpe" of numbers') as string })
  expect(run(home, 'import', 'a.csv', '--project', 'p', '--step-column', 'seconds').code).toBe(0)
  expect(run(home, 'import', 'a.csv', '--project', 'p', '--step-column', 'row').code).toBe(0)
  expect(runsOf(home).map((one) => one.step)).toEqual([3, 1])
  mkdirSync(join(home, 'empty'))
  expect(run(home, 'import', 'empty', '--project', 'p')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is nothing to import') as string
  })
})

it('names damaged parts of a project and uses the rest', () => {
  const home = temporaryFolder()
  expect(run(home, 'train', 'mnist', '--project', 'p', ...tiny).code).toBe(0)
  mkdirSync(join(home, 'p', 'runs', 'broken'))
  writeFileSync(join(home, 'p', 'runs', 'broken', 'run.json'), '{"schemaVersion": 1}')
  const listed = run(home, 'runs', '--project', 'p', '--json')
  expect(listed).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^warning: .*broken.run\.json is damaged at/) as string
  })
  expect(JSON.parse(listed.out)).toHaveLength(1)
  const fitted = run(home, 'fit', '--project', 'p', '--states', '1-2', '--features', 'weights/l2', '--restarts', '1')
  expect(fitted).toMatchObject({ code: 0, err: expect.stringMatching(/^warning: .*broken/) as string })
})

it('exits with 1 and the reason when a run fails', () => {
  const home = temporaryFolder()
  const args = ['--set', 'optimizer=sgd', '--set', 'learningRate=10', '--set', 'initScale=100', '--set', 'epochs=40']
  const outcome = run(home, 'train', 'mnist', '--project', 'p', ...tiny, ...args, '--json')
  expect(outcome).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^mnist: The loss became (NaN|infinite)/m) as string
  })
  expect(JSON.parse(outcome.out)).toMatchObject([{ status: 'failed' }])
})

it('says what is wrong with runs, at the end of a training and when it is asked', () => {
  const home = temporaryFolder()
  const wild = ['epochs=12', 'initScale=1', 'weightDecay=0', 'optimizer=sgd', 'learningRate=10']
  const sets = wild.flatMap((set) => ['--set', set])
  const { code, err } = run(home, 'train', 'mnist', '--project', 'p', ...tiny, ...sets, '--name', 'wild')
  expect(code).toBe(0)
  expect(err).toMatch(/problem: wild: The loss reached .* Lower the learning rate from 10; try 1\./)
  const told = run(home, 'diagnose', '--project', 'p')
  expect(told.code).toBe(1)
  expect(told.out).toMatch(/^wild:\n {2}problem: The loss diverged \(step \d+\)\n/)
  const json = JSON.parse(run(home, 'diagnose', '--project', 'p', 'wild', '--json').out) as {
    readings: { rule: string }[]
  }[]
  expect(json[0].readings[0].rule).toBe('diverged')
  expect(run(home, 'diagnose', '--project', 'p', 'tame')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no run "tame"') as string
  })
  expect(run(home, 'runs', '--project', 'p', '--where', 'reading == "diverged"').out).toContain('wild')
})

const medium = [...tiny, '--set', 'epochs=400', '--record', 'checkpointEvery=20', '--seeds', '0-2', '--jobs', '2']

it('stops cleanly on Ctrl-C, and plain resume goes on from there', async () => {
  const home = temporaryFolder()
  const training = start(home, 'train', 'mnist', '--project', 'p', ...medium)
  await training.said(/s1: started/)
  await checkpointOf(home)
  training.child.kill('SIGINT')
  expect(await training.ended).toBe(1)
  expect(training.text()).toContain('Stopped. phasescope resume goes on with these runs.')
  const stopped = runsOf(home)
  expect(stopped.map((one) => one.status)).toEqual(['interrupted', 'interrupted', 'interrupted'])
  expect(Math.max(...stopped.map((one) => one.step))).toBeGreaterThan(0)
  // One that somebody has cancelled in the window stays so until it is named, and this is said with the command.
  const file = join(home, 'p', 'runs', stopped[2].id, 'run.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"interrupted"', '"cancelled"'))
  const resumed = run(home, 'resume', '--project', 'p')
  expect(resumed.code).toBe(0)
  expect(resumed.err).toContain('Left out: mnist s2 (cancelled). phasescope resume --project p --all goes on with it.')
  expect(runsOf(home).map((one) => one.status)).toEqual(['done', 'done', 'cancelled'])
  expect(run(home, 'resume', '--project', 'p')).toMatchObject({
    code: 0,
    err:
      'No run of this project was interrupted.\n' +
      'Left out: mnist s2 (cancelled). phasescope resume --project p --all goes on with it.\n'
  })
  expect(run(home, 'resume', '--project', 'p', '--all').code).toBe(0)
  expect(runsOf(home).map((one) => [one.status, one.step])).toEqual(Array(3).fill(['done', 800]))
})

it('killed in the middle and resumed gives the same weights and events as never having stopped', async () => {
  const home = temporaryFolder()
  const training = start(home, 'train', 'mnist', '--project', 'p', ...medium)
  await checkpointOf(home)
  training.child.kill('SIGKILL')
  expect(await training.ended).toBe('SIGKILL')
  const killed = runsOf(home)
  expect(killed.map((one) => one.status)).toEqual(['interrupted', 'interrupted', 'interrupted'])
  expect(killed[0].message).toMatch(/Continue it/)
  const resumed = run(home, 'resume', '--project', 'p')
  expect(resumed.code).toBe(0)
  expect(run(home, 'train', 'mnist', '--project', 'whole', ...medium).code).toBe(0)

  const stopped = runFolders(home, 'p')
  const whole = runFolders(home, 'whole')
  expect(stopped).toHaveLength(3)
  for (let seed = 0; seed < 3; seed++) {
    for (const file of ['weights.safetensors', 'optimizer.safetensors', 'progress.json']) {
      const read = (folder: string): Buffer => readFileSync(join(folder, 'checkpoints', '800', file))
      expect(read(stopped[seed]).equals(read(whole[seed])), `seed ${seed}: ${file}`).toBe(true)
    }
    expect(valuesOf(stopped[seed])).toEqual(valuesOf(whole[seed]))
  }
})

describe('serve', () => {
  const token = 'a-token-known-to-the-test'

  it('serves the application until it is told to stop', async () => {
    const home = temporaryFolder()
    expect(run(home, 'train', 'mnist', '--project', 'p', ...tiny).code).toBe(0)
    writeText(join(home, 'token'), `${token}\n`)
    const serving = start(home, 'serve', '--project', 'p', '--token-file', 'token')
    const [, address] = await serving.said(
      /Phasescope is at (http:\/\/127\.0\.0\.1:\d+)\/#token=a-token-known-to-the-test\n/
    )
    await serving.said(/warning: other users of this machine can read token\. chmod 600 ends that\./)
    const page = await fetch(`${address}/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<div id="app">')
    serving.child.kill('SIGTERM')
    expect(await serving.ended).toBe(0)
  })

  it('speaks HTTPS with a certificate', async () => {
    const home = temporaryFolder()
    const { cert, key } = selfSigned('lab.example')
    writeFileSync(join(home, 'cert.pem'), cert)
    writeFileSync(join(home, 'key.pem'), key)
    const serving = start(home, 'serve', '--cert', 'cert.pem', '--key', 'key.pem', '--name', 'lab.example')
    const [, port] = await serving.said(/Phasescope is at https:\/\/lab\.example:(\d+)\/#token=[\w-]{32}\n/)
    const status = await new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: 'lab.example', ca: cert, headers: { Host: 'lab.example' } }
      get(options, (response) => resolve(response.resume().statusCode)).once('error', reject)
    })
    expect(status).toBe(200)
    serving.child.kill('SIGTERM')
    expect(await serving.ended).toBe(0)
  })

  /** The real command with a mistake in it: one that throws outside of everything whenever it is signalled. */
  async function mistaken(count: number) {
    const home = temporaryFolder()
    const mistake = `process.on('SIGUSR2', () => {
      for (let i = 0; i < ${count}; i++) setImmediate(() => { throw new Error('made for a test') })
      Promise.reject(new Error('promised for a test'))
    })`
    writeText(join(home, 'mistake.mjs'), mistake)
    const env = { NODE_OPTIONS: `--import ${join(home, 'mistake.mjs')}`, PHASESCOPE_TOKEN: token }
    const serving = startWith(home, env, 'serve')
    const [, address] = await serving.said(/Phasescope is at (http:\/\/127\.0\.0\.1:\d+)/)
    const signIn = async (): Promise<number> =>
      (await fetch(`${address}/session`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })).status
    return { serving, signIn }
  }

  it('goes on after a mistake that nothing has caught, and tells', async () => {
    const { serving, signIn } = await mistaken(1)
    serving.child.kill('SIGUSR2')
    await serving.said(/Something unexpected went wrong: made for a test\. Phasescope goes on/)
    await serving.said(/Something unexpected went wrong: promised for a test\./)
    expect(await signIn()).toBe(204)
    serving.child.kill('SIGTERM')
    expect(await serving.ended).toBe(0)
  })

  it('saves and ends when mistakes do not stop', async () => {
    const { serving } = await mistaken(50)
    serving.child.kill('SIGUSR2')
    await serving.said(
      /More than 20 unexpected errors came within 10 seconds\. Phasescope saves its checkpoints and ends/
    )
    expect(await serving.ended).toBe(1)
  })

  it('outlives whoever reads what it prints', async () => {
    const { serving, signIn } = await mistaken(1)
    serving.child.stdout.destroy()
    serving.child.stderr.destroy()
    // Each of these is told on a pipe that nobody reads.
    for (let i = 0; i < 3; i++) serving.child.kill('SIGUSR2')
    for (let i = 0; i < 3; i++) expect(await signIn()).toBe(204)
    serving.child.kill('SIGTERM')
    expect(await serving.ended).toBe(0)
  })
})

/** Waits until some run has its first checkpoint: then it is in the middle. */
async function checkpointOf(home: string): Promise<void> {
  for (;;) {
    const found = runFolders(home, 'p').some((folder) => {
      const checkpoints = join(folder, 'checkpoints')
      return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => /^\d+$/.test(name))
    })
    if (found) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function runFolders(home: string, project: string): string[] {
  const runs = join(home, project, 'runs')
  if (!existsSync(runs)) return []
  return readdirSync(runs)
    .sort()
    .map((name) => join(runs, name))
}

/** All recorded values by tag, times aside. */
function valuesOf(folder: string): Record<string, number[]> {
  const reader = new RunReader(folder)
  reader.refresh()
  expect(reader.log.problems).toEqual([])
  const values: Record<string, number[]> = {}
  for (const { tag, kind, scalars, places } of reader.log.series()) {
    if (scalars && !tag.startsWith('time/')) {
      const view = scalars.view('latest')
      values[tag] = [...view.steps, ...view.values]
    }
    if (!places || kind === 'hparams') continue
    const view = places.view('latest')
    const bytes = Array.from({ length: view.length }, (_, i) => [...reader.place(places, view.at(i)).bytes])
    values[`${kind} ${tag}`] = [...view.steps, ...bytes.flat()]
  }
  return values
}
