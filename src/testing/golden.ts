/** For tests: the golden data under testdata/, whose README says what made it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

const folder = new URL('../../testdata/', import.meta.url)

function goldenBytes(path: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${path}.gz`, folder))))
}

export function goldenText(path: string): string {
  return new TextDecoder().decode(goldenBytes(path))
}

export function goldenJson<T>(path: string): T {
  return JSON.parse(goldenText(path)) as T
}

/** Replaces a file of answers by new ones of the same program. */
export function keepGolden(path: string, answers: unknown): void {
  writeFileSync(new URL(`${path}.gz`, folder), gzipSync(JSON.stringify(answers), { level: 9 }))
}
