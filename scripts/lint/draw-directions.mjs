/**
 * The table and the drawing of import directions in docs/architecture.md, made from the rules of the linter:
 * `node scripts/lint/draw-directions.mjs` writes them; a test holds the page and the rules together.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import prettier from 'prettier'
import { directions } from './directions.mjs'

export const page = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url))
const [begin, end] = ['<!-- made by scripts/lint/draw-directions.mjs -->', '<!-- end -->']

/** @returns the text of the page with both in their place. */
export async function drawn(text) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/architecture.md has no "${begin}" with "${end}" after it.`)
  const made = [begin, drawing(), table(), packages(), end].join('\n\n')
  const config = await prettier.resolveConfig(page)
  return prettier.format(text.slice(0, from) + made + text.slice(to + end.length), { ...config, filepath: page })
}

const nameOf = (folder) => folder.replace(/^src\//, '')
export const wholeName = (name) => (Object.hasOwn(directions, name) ? name : `src/${name}`)

function table() {
  const rows = Object.entries(directions).map(([folder, { about, imports, types = [], node }]) => {
    const uses = [...imports, ...types.map((name) => `types of ${name}`)]
    return `| \`${folder}\` | ${about} | ${uses.join(', ')} | ${node ? 'yes' : ''} |`
  })
  return ['| folder | what | may import | Node |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function packages() {
  const used = Object.entries(directions).filter(([, { packages = [] }]) => packages.length > 0)
  const lists = used.map(([folder, { packages }]) => `${nameOf(folder)}: ${packages.join(', ')}`)
  return `Packages of others, and where they may be used: \`${lists.join('; ')}\`.`
}

/** A line per floor: what is on it imports from below alone. */
function drawing() {
  const floors = []
  const floorOf = (name) => 1 + Math.max(-1, ...directions[wholeName(name)].imports.map((below) => floorOf(below)))
  for (const folder of Object.keys(directions)) {
    const name = nameOf(folder)
    const floor = floorOf(name)
    floors[floor] = [...(floors[floor] ?? []), name]
  }
  const lines = floors.map((names, floor) => `${String(floor).padStart(2)}  ${names.join('   ')}`)
  return ['```', ...lines.reverse(), '```'].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(page, await drawn(readFileSync(page, 'utf8')))
