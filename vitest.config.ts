import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['src/**/*.test.ts', 'renderer/**/*.test.ts', 'electron/**/*.test.ts', 'scripts/**/*.test.mjs'],
    globalSetup: ['scripts/vitest-build.mjs'],
    testTimeout: 120_000,
    // Tensor tests share one WebAssembly instance per thread; two threads match the two cores that CI has.
    maxWorkers: 2
  }
})
