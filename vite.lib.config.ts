import { resolve } from 'node:path'
import { defineConfig } from 'vite'

/** The library: an ES module for Node. What it needs from npm stays an import, so that nothing is installed twice. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: resolve('src/lib/index.ts'),
    target: 'node20',
    outDir: 'out/lib',
    emptyOutDir: true,
    sourcemap: true,
    rollupOptions: { output: { format: 'es', entryFileNames: 'index.js' } }
  },
  ssr: { external: true }
})
