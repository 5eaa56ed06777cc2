/** Programs of this project's TypeScript for one process of Node: benchmarks, trials, simulated truth. */
import { join } from 'node:path'
import { build } from 'vite'
import { root } from './electron-runtime.mjs'

/**
 * @param {string} name of the folder below out/
 * @param {Record<string, string>} programs name of each program to its source, from the root
 * @returns {Promise<Record<string, string>>} name to the built file
 */
export async function bundle(name, programs) {
  const outDir = join(root, 'out', name)
  const input = Object.fromEntries(Object.entries(programs).map(([program, source]) => [program, join(root, source)]))
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      rollupOptions: {
        input,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' }
      }
    },
    ssr: { external: true }
  })
  return Object.fromEntries(Object.keys(programs).map((program) => [program, join(outDir, `${program}.js`)]))
}
