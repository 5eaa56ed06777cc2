/** The fence itself: the real configuration, asked about wrong and right lines in files of the repository. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { ESLint } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../lib/electron-runtime.mjs'
import { directions, folderOf, isTest } from './directions.mjs'
import { drawn, page, wholeName } from './draw-directions.mjs'

const fences = ['phasescope/import-directions', 'no-restricted-globals', 'no-restricted-syntax']
let eslint

beforeAll(() => {
  eslint = new ESLint({ cwd: root })
})

/** What the fences say about `code` as the content of `path`; other rules are not the subject. */
async function complaints(path, code) {
  const [result] = await eslint.lintText(code, { filePath: `${root}/${path}` })
  const fatal = result.messages.find((message) => message.fatal)
  if (fatal) throw new Error(fatal.message)
  return result.messages.filter((message) => fences.includes(message.ruleId)).map((message) => message.message)
}

/** Code of a folder, without its tests. */
function filesUnder(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isTest(file.split(sep).join('/')))
}

const wrong = [
  [
    'src/hmm/fit.ts',
    "import { Engine } from '../engine/engine'\nexport { Engine }",
    /src\/hmm may not import src\/engine/
  ],
  ['src/hmm/fit.ts', "import { readFileSync } from 'node:fs'\nexport { readFileSync }", /without Node .*node:fs/],
  ['src/hmm/fit.ts', "import { readFileSync } from 'fs'\nexport { readFileSync }", /without Node .*fs/],
  ['src/hmm/fit.ts', 'export const here = process.cwd()', /process.*without Node/s],
  ['src/hmm/fit.ts', 'export const title = document.title', /document.*without a page/s],
  ['src/hmm/fit.ts', "import * as tf from '@tensorflow/tfjs-core'\nexport { tf }", /package @tensorflow\/tfjs-core/],
  ['src/hmm/fit.ts', "export * from './testing/models'", /Only tests may import/],
  ['src/tensor/ops/dense.ts', "export * from '../../training/plan'", /src\/tensor may not import src\/training/],
  ['src/training/trainer.ts', "export const load = () => import('../project/files')", /may not import src\/project/],
  [
    'src/contract/requests.ts',
    "import type { Sequence } from '../hmm/types'\nexport type { Sequence }",
    /src\/contract may not import src\/hmm/
  ],
  ['src/contract/requests.ts', "export type { Task } from '../analysis/plan'", /may not import src\/analysis/],
  ['src/engine/engine.ts', "export * from '../recordings/series'", /src\/engine may not import src\/recordings/],
  ['src/engine/engine.ts', "export { x } from '../threads/messages'", /only types from src\/threads\/messages/],
  ['src/engine/engine.ts', "import { app } from 'electron'\nexport { app }", /package electron/],
  ['src/engine/engine.ts', 'export const width = window.innerWidth', /window.*without a page/s],
  ['src/host/paths.ts', "export * from '../threads/messages'", /src\/host may not import src\/threads/],
  [
    'renderer/state/runs.ts',
    "export { Engine } from '../../src/engine/engine'",
    /renderer\/state may not import src\/engine/
  ],
  [
    'renderer/state/runs.ts',
    "export { histogram } from '../../src/metrics/histogram'",
    /renderer\/state may not import src\/metrics/
  ],
  ['renderer/state/runs.ts', "import { ipcRenderer } from 'electron'\nexport { ipcRenderer }", /package electron/],
  ['renderer/state/runs.ts', "import { join } from 'node:path'\nexport { join }", /without Node .*node:path/],
  ['renderer/charts/canvas.ts', "export * from '../state/runs'", /renderer\/charts may not import renderer\/state/],
  [
    'renderer/pages/runs/run-rows.ts',
    "export * from '../explore/tabs'",
    /renderer\/pages\/runs may not import renderer\/pages\/explore/
  ],
  ['renderer/state/runs.ts', 'export const env = process.env', /process.*without Node/s],
  ['renderer/state/runs.ts', 'export const host = window.phasescope', /Only renderer\/bridge/],
  [
    'renderer/App.vue',
    '<script setup lang="ts">\nimport { Engine } from \'../src/engine/engine\'\nvoid Engine\n</script>',
    /renderer may not import src\/engine/
  ],
  [
    'electron/main/index.ts',
    "export * from '../../src/training/trainer'",
    /electron\/main may not import src\/training/
  ],
  ['electron/main/index.ts', "export * from '../../renderer/bridge/host'", /electron\/main may not import renderer/],
  [
    'electron/preload/index.ts',
    "export * from '../../src/engine/engine'",
    /electron\/preload may not import src\/engine/
  ]
]

const right = [
  [
    'src/hmm/fit.ts',
    "export { Rng } from '../numeric/rng'\nexport const later = () => setTimeout(() => performance.now(), 1)"
  ],
  ['src/hmm/fit.ts', "export type { RunSpec } from '../domain/run'"],
  ['src/recordings/series.ts', "export type { Sequence } from '../hmm/types'"],
  [
    'src/hmm/fit.test.ts',
    "import { readFileSync } from 'node:fs'\nimport { Engine } from '../engine/engine'\nvoid [readFileSync, Engine]"
  ],
  ['src/contract/requests.ts', "import { type Analysis } from '../domain/analysis'\nexport type { Analysis }"],
  ['src/engine/engine.ts', "export type { Draft } from '../training-run/messages'\nexport { join } from 'node:path'"],
  [
    'renderer/state/runs.ts',
    "export { requests } from '../../src/contract/requests'\nexport type { Analysis } from '../../src/domain/analysis'"
  ],
  ['renderer/bridge/host.ts', 'export const host = window.phasescope'],
  ['electron/main/index.ts', "export { Engine } from '../../src/engine/engine'\nexport { app } from 'electron'"]
]

describe('the import fence', () => {
  it.each(wrong)('rejects in %s: %s', async (path, code, reason) => {
    expect(await complaints(path, code)).toEqual([expect.stringMatching(reason)])
  })

  it.each(right)('accepts in %s: %s', async (path, code) => {
    expect(await complaints(path, code)).toEqual([])
  })

  it('has no circle among the folders of the core', () => {
    const visiting = new Set()
    const done = new Set()
    const visit = (folder, path) => {
      if (done.has(folder)) return
      expect(visiting.has(folder), `circle: ${[...path, folder].join(' -> ')}`).toBe(false)
      visiting.add(folder)
      for (const name of directions[folder].imports) visit(wholeName(name), [...path, folder])
      visiting.delete(folder)
      done.add(folder)
    }
    for (const folder of Object.keys(directions)) visit(folder, [])
    expect(done.size).toBe(Object.keys(directions).length)
  })

  it('is what docs/architecture.md shows (node scripts/lint/draw-directions.mjs writes it)', async () => {
    const text = readFileSync(page, 'utf8')
    expect(text).toBe(await drawn(text))
  })

  it('permits nothing that no file makes use of', () => {
    const idle = Object.entries(directions).flatMap(([folder, { imports, packages = [] }]) => {
      // Folders within the folder are folders of their own.
      const files = filesUnder(folder).filter((file) => folderOf(relative(root, file).split(sep).join('/')) === folder)
      const used = new Set()
      const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
      for (const file of files)
        for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)) {
          const target = relative(root, join(dirname(file), specifier))
            .split(sep)
            .join('/')
          used.add(folderOf(target) ?? folderOf(`${target}/index`))
        }
      const has = (name) => text.includes(`'${name.replace(/\*$/, '')}`)
      const idleImports = imports.filter((name) => !used.has(wholeName(name)))
      return [...idleImports, ...packages.filter((name) => !has(name))].map((name) => `${folder}: ${name}`)
    })
    expect(idle).toEqual([])
  })
})
