/**
 * Compiles the AssemblyScript modules, whose sources are in the folder `kernels` beside each binary, into base64. Run after
 * every change of a source: `npx --yes --package assemblyscript@0.27.31 node scripts/make-simd.mjs`. The compiler is no
 * dependency of the project: its output is committed, and a test compares the hashes of the sources with those that were
 * compiled.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Folders with a binary.ts that is made of their `kernels`, whose index.ts is what the module exports. */
export const folders = ['src/tensor/simd', 'src/hmm/simd']

/** Path, from the root, to text of every source of a folder's module. */
export function sourcesOf(folder) {
  const kernels = `${folder}/kernels`
  const names = readdirSync(join(root, kernels)).sort()
  return new Map(names.map((name) => [`${kernels}/${name}`, readFileSync(join(root, kernels, name), 'utf8')]))
}

/** Of all sources of a folder's module, with their names; the same however Git ends their lines. */
export function hashOf(folder) {
  const hash = createHash('sha256')
  for (const [path, text] of sourcesOf(folder)) hash.update(`${path}\n${text.replaceAll('\r\n', '\n')}\n`)
  return hash.digest('hex')
}

function compile(folder) {
  const scratch = mkdtempSync(join(tmpdir(), 'phasescope-simd-'))
  try {
    const output = join(scratch, 'module.wasm')
    const entry = `${folder}/kernels/index.ts`
    const options = [
      ...['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd', '--enable', 'bulk-memory'],
      // Vectors as arguments of what only other kernels call.
      ...['--disableWarning', '112']
    ]
    execFileSync(process.env.ASC ?? 'asc', [join(root, entry), ...options, '--outFile', output], { stdio: 'inherit' })
    const bytes = readFileSync(output)
    if (hasDataSection(bytes))
      throw new Error(`${folder} has static data, which would overwrite memory that it shares.`)
    const lines = bytes.toString('base64').match(/.{1,110}/g)
    const text =
      `/** Made by scripts/make-simd.mjs from ${folder}/kernels; not to be edited. */\n\n` +
      `export const sourceHash = '${hashOf(folder)}'\n\n` +
      `/** ${bytes.length} bytes of WebAssembly, base64. */\n` +
      `export const binary =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`
    writeFileSync(join(root, folder, 'binary.ts'), text)
    return bytes.length
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Walks over the sections (id, LEB128 length, content); data is section 11. */
function hasDataSection(bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++]
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      length |= (byte & 127) << shift
      if (byte < 128) break
    }
    if (id === 11) return true
    at += length
  }
  return false
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const folder of folders) console.log(`${folder}: ${compile(folder)} bytes`)
