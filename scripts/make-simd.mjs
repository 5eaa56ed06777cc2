/**
 * Compiles the AssemblyScript modules of scripts/simd/ into base64. Run after every change of a source:
 * `npx --yes --package assemblyscript@0.27.31 node scripts/make-simd.mjs`. The compiler is no dependency of the project:
 * its output is committed, and tests compare the hashes of the sources with those that were compiled.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Sources, and the folders whose binary.ts they become. */
const modules = { 'kernels.ts': 'src/tensor/simd', 'hmm.ts': 'src/hmm/simd' }

for (const [name, folder] of Object.entries(modules)) {
  const size = compile(join('scripts', 'simd', name), join(root, folder, 'binary.ts'))
  console.log(`${name}: ${size} bytes`)
}

function compile(source, target) {
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-simd-'))
  try {
    const output = join(folder, 'module.wasm')
    const options = [
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--enable',
      'simd',
      '--enable',
      'bulk-memory'
    ]
    const file = join(root, source)
    execFileSync(process.env.ASC ?? 'asc', [file, ...options, '--outFile', output], { stdio: 'inherit' })
    const bytes = readFileSync(output)
    if (hasDataSection(bytes))
      throw new Error(`${source} has static data, which would overwrite memory that it shares.`)
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
    const lines = bytes.toString('base64').match(/.{1,110}/g)
    const text =
      `/** Made by scripts/make-simd.mjs from ${source.replaceAll('\\', '/')}; not to be edited. */\n\n` +
      `export const sourceHash = '${hash}'\n\n` +
      `/** ${bytes.length} bytes of WebAssembly, base64. */\n` +
      `export const binary =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`
    writeFileSync(target, text)
    return bytes.length
  } finally {
    rmSync(folder, { recursive: true, force: true })
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
