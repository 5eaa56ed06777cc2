/**
 * Exports that no other file names: `npm run lint` ends with a list of them. A value is then used in its own file alone, and needs
 * no export, or nowhere; a type may be exported for what it says in a signature, but must be used at least there.
 *
 * It goes by words: a name that stands in any other file, also in a test or a comment, counts as used. So it finds less than a
 * compiler would, and never anything that is alive.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const exported =
  /^export (?:declare )?(?:async )?(?:abstract )?(function\*?|const|let|class|enum|interface|type) ([A-Za-z_$][\w$]*)/gm
/** Where exports are looked at; the library's own face is used by others, and a test by its runner. */
const looked = /^(src|renderer|electron)\/.*\.(ts|vue)$/
const face = /^src\/lib\/|\.test\.ts$/

/**
 * @param {Map<string, string>} texts path, with forward slashes, to text; of everything that may name an export.
 * @returns {{ file: string, name: string, unused: boolean }[]} unused: not even its own file names it again.
 */
export function deadExports(texts) {
  const words = new Map([...texts].map(([file, text]) => [file, text.match(/[A-Za-z_$][\w$]*/g) ?? []]))
  const files = new Map()
  for (const [file, all] of words) for (const word of new Set(all)) files.set(word, [...(files.get(word) ?? []), file])
  const dead = []
  for (const [file, text] of texts) {
    if (!looked.test(file) || face.test(file)) continue
    for (const [, kind, name] of text.matchAll(exported)) {
      if (files.get(name).some((other) => other !== file)) continue
      const unused = words.get(file).filter((word) => word === name).length === 1
      if (unused || (kind !== 'interface' && kind !== 'type')) dead.push({ file, name, unused })
    }
  }
  return dead
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8'
  })
  const code = listed
    .split('\n')
    .filter((file) => /\.(ts|vue|mjs|js)$/.test(file) && !/^(resources|testdata)\//.test(file))
  const texts = new Map(code.map((file) => [file, read(root + file)]))
  const dead = deadExports(texts)
  for (const { file, name, unused } of dead)
    console.error(
      `${file}: ${name} is ${unused ? 'used nowhere: delete it' : 'used in this file alone: do not export it'}.`
    )
  process.exit(dead.length > 0 ? 1 : 0)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Deleted, and not yet in a commit.
    return ''
  }
}
