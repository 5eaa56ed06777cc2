import { resolve } from 'node:path'
import { defineConfig } from 'vite'

/** The hidden window that trains on the GPU: a page and its worker. */
export default defineConfig({
  root: resolve('electron/gpu'),
  base: './',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    outDir: resolve('out/gpu'),
    emptyOutDir: true,
    // TensorFlow.js is most of it, and it is read from the disk.
    chunkSizeWarningLimit: 4000
  }
})
