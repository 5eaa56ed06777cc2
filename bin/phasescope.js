#!/usr/bin/env node
/** The command line. In a fresh clone the application is built first. */
import { existsSync } from 'node:fs'

const entry = new URL('../out/main/cli.js', import.meta.url)
const pages = new URL('../out/renderer/index.html', import.meta.url)
if (!existsSync(entry) || (process.argv[2] === 'serve' && !existsSync(pages))) {
  console.error('Building Phasescope first (once)...')
  try {
    const { build } = await import('../scripts/build.mjs')
    await build({ quiet: true, log: console.error })
  } catch (error) {
    console.error(`Phasescope could not be built: ${error instanceof Error ? error.message : error}`)
    process.exit(1)
  }
}
await import(entry.href)
