/**
 * Compiles scripts/simd/kernels.ts with AssemblyScript into src/tensor/simd/binary.ts. Run after every change of the source:
 * `npx --yes --package assemblyscript@0.27.31 node scripts/make-simd.mjs`. The compiler is no dependency of the project:
 * its output is committed, and a test compares the hash of the source with the one that was compiled.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'scripts', 'simd', 'kernels.ts')
const folder = mkdtempSync(join(tmpdir(), 'phasescope-simd-'))
try {
  const output = join(folder, 'kernels.wasm')
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
  execFileSync(process.env.ASC ?? 'asc', [source, ...options, '--outFile', output], { stdio: 'inherit' })
  const bytes = readFileSync(output)
  if (hasDataSection(bytes)) throw new Error('The module has static data, which would overwrite memory that it shares.')
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
  const lines = bytes.toString('base64').match(/.{1,110}/g)
  const text =
    `/** Made by scripts/make-simd.mjs from scripts/simd/kernels.ts; not to be edited. */\n\n` +
    `export const sourceHash = '${hash}'\n\n` +
    `/** ${bytes.length} bytes of WebAssembly, base64. */\n` +
    `export const binary =\n${lines.map((line) => `  '${line}'`).join(' +\n')}\n`
  writeFileSync(join(root, 'src', 'tensor', 'simd', 'binary.ts'), text)
  console.log(`${bytes.length} bytes`)
} finally {
  rmSync(folder, { recursive: true, force: true })
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
