/** For tests: the golden data under testdata/, whose README says what made it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const folder = new URL('../../testdata/', import.meta.url)

export function goldenBytes(path: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${path}.gz`, folder))))
}

export function goldenText(path: string): string {
  return new TextDecoder().decode(goldenBytes(path))
}

export function goldenJson<T>(path: string): T {
  return JSON.parse(goldenText(path)) as T
}
