import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeJson } from './files'
import { analysisFile, createProject, listAnalyses, listRuns, newId, openProject, writeReport } from './project-folder'
import { moveToTrash } from './trash'
import { runManifest, temporaryFolder, withReadOnly, writeText } from './testing/folders'

describe('creating a project', () => {
  it('makes a folder that opens again, without any absolute path in it', async () => {
    const folder = join(temporaryFolder(), 'new', 'project')
    const created = await createProject(folder, 'My project')
    const opened = await openProject(folder)
    expect(opened).toEqual(created)
    expect(opened.manifest).toMatchObject({ schemaVersion: 1, name: 'My project', sample: false })
    expect(readFileSync(join(folder, 'project.json'), 'utf8')).not.toContain(folder)
  })

  it('never takes over a folder that is in use', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'thesis.tex'), '')
    await expect(createProject(folder, 'x')).rejects.toThrow(/is not empty\. Choose another name or an empty folder\./)
    expect(readdirSync(folder)).toEqual(['thesis.tex'])
    const taken = join(folder, 'taken')
    await createProject(taken, 'x')
    await expect(createProject(taken, 'y')).rejects.toThrow(/already holds a project/)
    expect((await openProject(taken)).manifest.name).toBe('x')
  })

  it('of several at the same time is made once, and the others are told that it is there', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = join(temporaryFolder(), 'p')
      const made = await Promise.allSettled(Array.from({ length: 4 }, () => createProject(folder, 'x')))
      expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of made) {
        if (one.status === 'rejected') expect((one.reason as Error).message).toMatch(/already holds a project/)
      }
    }
  })

  it('says that a place is read-only', async () => {
    const folder = temporaryFolder()
    await withReadOnly(folder, async () => {
      await expect(createProject(join(folder, 'p'), 'x')).rejects.toMatchObject({
        code: 'read-only',
        message: expect.stringMatching(/you have no permission\. Choose another folder/) as string
      })
    })
  })
})

describe('opening a project', () => {
  const manifest = { schemaVersion: 1, id: 'project-1', name: 'n', createdAt: '2026-01-01T00:00:00Z', sample: false }
  const cases: [string, string | null, string, RegExp][] = [
    ['no manifest', null, 'not-found', /is not a Phasescope project: it has no project\.json/],
    ['half a manifest', JSON.stringify(manifest).slice(0, 20), 'damaged', /project\.json is not valid JSON/],
    ['no object', '[]', 'damaged', /project\.json is damaged at the top level/],
    ['a missing name', JSON.stringify({ ...manifest, name: undefined }), 'damaged', /is damaged at "name"/],
    [
      'a newer version',
      JSON.stringify({ schemaVersion: 2, entirely: 'different' }),
      'newer-version',
      /was written by a newer Phasescope \(format 2, this one reads up to 1\)\. Update Phasescope to open it\./
    ]
  ]
  it.each(cases)('with %s is refused in words', async (_name, content, code, message) => {
    const folder = temporaryFolder()
    if (content !== null) writeFileSync(join(folder, 'project.json'), content)
    await expect(openProject(folder)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('says that there is no such folder, and that a file is no folder', async () => {
    const folder = temporaryFolder()
    await expect(openProject(join(folder, 'none'))).rejects.toThrow(/none could not be opened: it does not exist/)
    writeFileSync(join(folder, 'file'), '')
    await expect(openProject(join(folder, 'file'))).rejects.toThrow(/is a file\. A project is a folder/)
  })

  it('works from a read-only folder', async () => {
    const folder = temporaryFolder()
    await createProject(join(folder, 'p'), 'x')
    const opened = await withReadOnly(folder, () => openProject(join(folder, 'p')))
    expect(opened.manifest.name).toBe('x')
  })
})

describe('what is in a project', () => {
  it('lists every usable run, in order, and says what is wrong with the others', async () => {
    const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
    const put = (id: string, value: unknown): void =>
      writeText(join(folder, 'runs', id, 'run.json'), JSON.stringify(value))
    put('b', runManifest('b', { createdAt: '2026-01-02T00:00:00Z' }))
    put('copy', runManifest('another id', { createdAt: '2026-01-03T00:00:00Z' }))
    put('a', runManifest('a', { createdAt: '2026-01-01T00:00:00Z' }))
    put('newer', { ...runManifest('newer'), schemaVersion: 7 })
    put('damaged', { ...runManifest('damaged'), status: 'sleeping' })
    writeText(join(folder, 'runs', 'cut', 'run.json'), '{"id": "cu')
    mkdirSync(join(folder, 'runs', 'empty'))
    writeText(join(folder, 'runs', 'lost', 'events.out.tfevents.1'), '')
    writeFileSync(join(folder, 'runs', 'a file.txt'), '')
    const { runs, problems } = await listRuns(folder)
    expect(runs.map((run) => run.id)).toEqual(['a', 'b', 'copy'])
    expect(Object.fromEntries(problems.map(({ place, message }) => [place, message]))).toEqual({
      'runs/newer/run.json': expect.stringMatching(/written by a newer Phasescope/) as string,
      'runs/damaged/run.json': expect.stringMatching(/is damaged at "status"/) as string,
      'runs/cut/run.json': expect.stringMatching(/is not valid JSON/) as string,
      'runs/lost/run.json': expect.stringMatching(/could not be read: it does not exist/) as string
    })
  })

  it('is empty when the folders were removed', async () => {
    const folder = temporaryFolder()
    await writeJson(join(folder, 'project.json'), {})
    expect(await listRuns(folder)).toEqual({ runs: [], problems: [] })
    expect(await listAnalyses(folder)).toEqual({ analyses: [], problems: [] })
  })

  it('names an analysis that cannot be read', async () => {
    const folder = temporaryFolder()
    writeText(join(folder, 'analyses', 'one', 'analysis.json'), JSON.stringify({ schemaVersion: 1, id: 'one' }))
    const { analyses, problems } = await listAnalyses(folder)
    expect(analyses).toEqual([])
    expect(problems).toMatchObject([
      { place: 'analyses/one/analysis.json', message: expect.stringMatching(/is damaged at/) as string }
    ])
  })

  it('moves what is removed to the trash folder of the project', async () => {
    const folder = temporaryFolder()
    writeText(join(folder, 'runs', 'a', 'run.json'), 'kept')
    await moveToTrash(folder, join('runs', 'a'))
    expect(existsSync(join(folder, 'runs', 'a'))).toBe(false)
    const [name] = readdirSync(join(folder, '.trash'))
    expect(readFileSync(join(folder, '.trash', name, 'run.json'), 'utf8')).toBe('kept')
  })
})

it('ids are file names that do not repeat', () => {
  const ids = new Set(Array.from({ length: 20 }, () => newId('run')))
  expect(ids.size).toBe(20)
  for (const id of ids) expect(id).toMatch(/^run-\d{8}-\d{6}-[0-9a-f]{6}$/)
})

describe('analyses of an older format', () => {
  const old = {
    schemaVersion: 1,
    id: 'a',
    name: 'Old',
    createdAt: '2026-01-01T00:00:00.000Z',
    elapsedSeconds: 1,
    options: {
      runIds: ['r'],
      features: ['f'],
      zscore: 'run',
      covariance: 'diag',
      statesMin: 2,
      statesMax: 2,
      restarts: 1,
      maxIterations: 10,
      tolerance: 0.01,
      minCovar: 0.001,
      seed: 0,
      criterion: 'bic',
      folds: 0,
      surrogates: 0
    },
    inputs: {
      runs: [{ runId: 'r', label: 'R', seed: 0, steps: [0, 1], epochs: [0, 1] }],
      features: ['f'],
      rows: 2,
      scaling: [[{ mean: 0, std: 1 }]]
    },
    findings: [],
    candidates: [
      {
        states: 2,
        restart: 0,
        seed: 1,
        logLikelihood: -1,
        aic: 2,
        bic: 3,
        iterations: 4,
        converged: true,
        problem: null
      }
    ],
    selection: [{ states: 2, parameters: 7, best: -1, bic: null, aic: null, heldOut: null }],
    fits: [
      {
        states: 2,
        restart: 0,
        logLikelihood: -1,
        aic: 2,
        bic: 3,
        model: {
          covariance: 'diag',
          startProb: [1, 0],
          means: [[-1], [1]],
          covars: [[1], [1]],
          transMat: [
            [0.5, 0.5],
            [0, 1]
          ]
        },
        stateSummaries: [0, 1].map((index) => ({
          index,
          name: `Mine ${index}`,
          color: index + 1,
          occupancy: 0.5,
          meanDwell: 1,
          visits: 1,
          initialShare: 1 - index,
          finalShare: index,
          initial: index === 0,
          final: index === 1
        })),
        paths: [[0, 1]],
        transitions: [
          {
            from: 0,
            to: 1,
            probability: 0.5,
            leavingShare: 1,
            count: 1,
            occurrences: [{ runId: 'r', index: 1 }],
            features: [{ feature: 'f', gradient: 1, meanDifference: 2 }]
          }
        ]
      }
    ],
    chosenStates: 2,
    chosenBy: 'bic'
  }

  it('are migrated on opening, beside a copy of the old file', async () => {
    const folder = join(temporaryFolder(), 'p')
    await createProject(folder, 'x')
    const path = analysisFile(folder, 'a')
    writeText(path, JSON.stringify(old))
    const { analyses, problems } = await listAnalyses(folder)
    expect(problems).toEqual([])
    const [state, last] = analyses[0].fits[0].stateSummaries
    expect(state).toMatchObject({ number: 1, name: 'Mine 0', nameSource: 'kept', absorbing: false })
    expect(last).toMatchObject({ number: 2, absorbing: true })
    expect(analyses[0].options.transitions).toBe('free')
    const copy = path.replace('analysis.json', 'analysis.format-1.json')
    expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(old)
    // What is on disk now opens as it is.
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ schemaVersion: 2 })
    expect((await listAnalyses(folder)).analyses).toEqual(analyses)
  })

  it('are read all the same where nothing can be written', async () => {
    const folder = join(temporaryFolder(), 'p')
    await createProject(folder, 'x')
    const path = analysisFile(folder, 'a')
    writeText(path, JSON.stringify(old))
    await withReadOnly(join(folder, 'analyses', 'a'), async () => {
      expect((await listAnalyses(folder)).analyses).toHaveLength(1)
    })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(old)
  })

  it('are damaged, in words, when they only claim to be old', async () => {
    const folder = join(temporaryFolder(), 'p')
    await createProject(folder, 'x')
    writeText(analysisFile(folder, 'a'), JSON.stringify({ schemaVersion: 1, fits: 3 }))
    const { analyses, problems } = await listAnalyses(folder)
    expect(analyses).toEqual([])
    expect(problems[0].message).toContain('is damaged at')
  })
})

describe('a report', () => {
  it('replaces an earlier one, and never a page that somebody else has written', async () => {
    const folder = temporaryFolder()
    const files = { 'README.md': '# Report\n![Choice of K](selection.svg)', 'selection.svg': '<svg/>' }
    await writeReport(folder, files)
    await writeReport(folder, files)
    writeFileSync(join(folder, 'README.md'), '# My thesis')
    await expect(writeReport(folder, files)).rejects.toThrow(
      /README\.md is no report of Phasescope and was not overwritten/
    )
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('# My thesis')
    await writeReport(folder, files, true)
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('selection.svg')
  })
})
