import { existsSync, mkdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkProject } from './check'
import { listCheckpoints, saveCheckpoint } from './checkpoints'
import { EventFileWriter } from './event-file-writer'
import { createProject, listAnalyses, listRuns, openProject } from './project-folder'
import { runManifest, temporaryFolder, writeText } from './testing/folders'

async function brokenProject(): Promise<string> {
  const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
  const run = (id: string): string => join(folder, 'runs', id)
  for (const id of ['good', 'rotten', 'lost', 'ghost']) {
    writeText(join(run(id), 'run.json'), JSON.stringify(runManifest(id)))
    const writer = new EventFileWriter(run(id))
    for (let step = 0; step < 5; step++) writer.scalars(step, { 'loss/train': 1 / (step + 1) }, step)
    writer.close()
  }
  for (const step of [1, 2]) {
    await saveCheckpoint(run('rotten'), { step, epoch: 1, final: false, weights: [], optimizer: [], progress: {} })
  }
  const weights = join(run('rotten'), 'checkpoints', '2', 'weights.safetensors')
  const bytes = readFileSync(weights)
  bytes[bytes.length - 1] ^= 4
  writeFileSync(weights, bytes)
  writeFileSync(join(run('lost'), 'run.json'), '{"schemaVersion": 1, "id"')
  writeFileSync(join(run('ghost'), 'run.json'), JSON.stringify(runManifest('ghost', { status: 'running' })))
  writeText(join(folder, 'analyses', 'a', 'analysis.json'), '{}')
  writeFileSync(join(folder, 'queue.json'), 'no')
  const temporary = join(run('good'), 'run.json.0123abcd.tmp')
  writeFileSync(temporary, '{')
  const ago = Date.now() / 1000 - 3600
  utimesSync(temporary, ago, ago)
  mkdirSync(join(run('rotten'), 'checkpoints', '.3.0123abcd.tmp'))
  mkdirSync(join(folder, 'runs', '.importing-999999999-abcd'))
  return folder
}

describe('a check of a project', () => {
  it('finds nothing where nothing is wrong', async () => {
    const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
    expect(await checkProject(folder, false)).toEqual([])
  })

  it('says what is wrong and what would help, and changes nothing unasked', async () => {
    const folder = await brokenProject()
    const findings = await checkProject(folder, false)
    const places = findings.map(({ place, severity }) => `${severity} ${place}`).sort()
    expect(places).toEqual([
      'damage analyses/a',
      'damage queue.json',
      'damage runs/lost/run.json',
      'damage runs/rotten/checkpoints/2',
      'leftover runs/.importing-999999999-abcd',
      'leftover runs/ghost/run.json',
      'leftover runs/good/run.json.0123abcd.tmp',
      'leftover runs/rotten/checkpoints/.3.0123abcd.tmp'
    ])
    expect(findings.every(({ remedy, done }) => remedy !== null && !done)).toBe(true)
    expect(await checkProject(folder, false)).toEqual(findings)
  })

  it('does what would help when asked, loses nothing, and finds nothing afterwards', async () => {
    const folder = await brokenProject()
    expect((await checkProject(folder, true)).every(({ done }) => done)).toBe(true)
    expect(await checkProject(folder, false)).toEqual([])
    const { runs, problems } = await listRuns(folder)
    expect(problems).toEqual([])
    expect(runs.find(({ id }) => id === 'lost')).toMatchObject({ imported: { format: 'tensorboard' }, spec: null })
    expect(runs.find(({ id }) => id === 'ghost')?.status).toBe('interrupted')
    expect(await listCheckpoints(join(folder, 'runs', 'rotten'))).toEqual([1])
    expect((await listAnalyses(folder)).problems).toEqual([])
  })

  it('brings back a project whose own manifest is damaged', async () => {
    const folder = await brokenProject()
    writeFileSync(join(folder, 'project.json'), '{')
    await checkProject(folder, true)
    expect((await openProject(folder)).manifest.name).toBe('p')
  })

  it('tells of an unfinished record at the end of an event file', async () => {
    const { folder } = await createProject(join(temporaryFolder(), 'p'), 'x')
    writeText(join(folder, 'runs', 'a', 'run.json'), JSON.stringify(runManifest('a')))
    const writer = new EventFileWriter(join(folder, 'runs', 'a'))
    writer.scalars(1, { x: 1 }, 0)
    writer.close()
    const [name] = (await import('node:fs')).readdirSync(join(folder, 'runs', 'a')).filter((one) => one !== 'run.json')
    const path = join(folder, 'runs', 'a', name)
    truncateSync(path, readFileSync(path).length - 3)
    const [finding] = await checkProject(folder, true)
    expect(finding).toMatchObject({ severity: 'note', remedy: null })
    expect(finding.problem).toMatch(/unfinished record, as a kill leaves it/)
    expect(existsSync(path)).toBe(true)
  })
})
