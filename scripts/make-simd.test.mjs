/** That the binaries are those of the sources, and are called as they want to be. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as hmm from '../src/hmm/simd/binary'
import * as tensor from '../src/tensor/simd/binary'
import { folders, hashOf, sourcesOf } from './make-simd.mjs'

const binaries = { 'src/hmm/simd': hmm, 'src/tensor/simd': tensor }

describe.each(folders)('the kernels of %s', (folder) => {
  it('were compiled from the sources as they are', () => {
    expect(binaries[folder].sourceHash, 'run scripts/make-simd.mjs').toBe(hashOf(folder))
  })

  it('are made of every source, and of no other', () => {
    const sources = sourcesOf(folder)
    const reached = new Set()
    const visit = (path) => {
      if (reached.has(path)) return
      reached.add(path)
      for (const [, name] of (sources.get(path) ?? '').matchAll(/ from '([^']+)'/g))
        visit(posix.join(posix.dirname(path), `${name}.ts`))
    }
    visit(`${folder}/kernels/index.ts`)
    expect([...reached].sort()).toEqual([...sources.keys()])
  })

  it('have the names and numbers of arguments that module.ts declares', () => {
    const module = new WebAssembly.Module(Buffer.from(binaries[folder].binary, 'base64'))
    const { exports } = new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ initial: 1 }) } })
    const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function')
    const compiled = functions.map(([name, kernel]) => `${name} ${kernel.length}`)
    const text = readFileSync(new URL(`../${folder}/module.ts`, import.meta.url), 'utf8')
    const declared = [...text.matchAll(/^ {2}(\w+): Kernel<(\d+)/gm)].map(([, name, count]) => `${name} ${count}`)
    expect(declared.sort()).toEqual(compiled.sort())
  })
})
