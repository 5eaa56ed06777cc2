import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { pagePolicy } from './src/host/content-policy'

/** The development server puts its own scripts into the page, and speaks to them. */
const developmentPolicy = pagePolicy({ connect: ['ws://localhost:*', 'ws://127.0.0.1:*'] }).replace(
  "script-src 'self'",
  "script-src 'self' 'unsafe-inline'"
)

/**
 * Packages of many small files, which commands and threads load before anything else: in the build they load in half the time. What
 * makes a `require` of its own (fast-png), finds files beside itself, or must be there once (@tensorflow) stays outside.
 */
const bundled = ['zod', 'ohm-js', 're2js', 'ml-matrix', 'ml-hclust', 'es-module-lexer']

export default defineConfig(({ command }) => ({
  main: {
    // What a build must not obey is not in it: electron/main/development.ts.
    define: { __PHASESCOPE_DEVELOPMENT__: JSON.stringify(command === 'serve') },
    build: {
      outDir: 'out/main',
      externalizeDeps: { exclude: bundled },
      rollupOptions: {
        input: {
          index: resolve('electron/main/index.ts'),
          cli: resolve('src/cli/index.ts'),
          'train-worker': resolve('src/training-run/train-worker.ts'),
          'metrics-worker': resolve('src/training-run/metrics-worker.ts'),
          'point-worker': resolve('src/training-run/point-worker.ts'),
          'user-metrics-worker': resolve('src/training-run/user-metrics-worker.ts'),
          'compute-worker': resolve('src/threads/compute-worker.ts'),
          'probe-process': resolve('src/training-run/probe-process.ts')
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' }
      }
    }
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: resolve('electron/preload/index.ts'), gpu: resolve('electron/preload/gpu.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: 'renderer',
    plugins: [vue()],
    server: { headers: { 'Content-Security-Policy': developmentPolicy } },
    build: {
      outDir: 'out/renderer',
      rollupOptions: { input: { index: resolve('renderer/index.html') } }
    }
  }
}))
