/** For tests: TensorBoard logs of every kind as files, with what TensorBoard makes of them (testdata/README.md). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { goldenJson } from './golden'

/** Unpacks them into a folder that is gone when the test file ends. */
export function madeLogs(): { folder: string; golden: Record<string, unknown> } {
  const { files, golden } = goldenJson<{ files: Record<string, string>; golden: Record<string, unknown> }>(
    'events/made.json'
  )
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-logs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), Buffer.from(content, 'base64'))
  }
  return { folder, golden }
}
