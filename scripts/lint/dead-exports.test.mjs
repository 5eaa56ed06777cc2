import { expect, it } from 'vitest'
import { deadExports } from './dead-exports.mjs'

it('names exports that no other file names, and says whether anything does', () => {
  const texts = new Map([
    [
      'src/a.ts',
      [
        'export function used(): void {}',
        'export const own = 1',
        'export const twice = own + 1',
        'export interface Shape { own: number }',
        'export type Nowhere = string',
        'export async function* drawn(shape: Shape) { yield shape }',
        'const kept = 1'
      ].join('\n')
    ],
    ['renderer/b.vue', 'import { used } from "../src/a"\nused()'],
    ['src/lib/index.ts', 'export const face = 1'],
    ['src/a.test.ts', 'export const compiles = 1']
  ])
  expect(deadExports(texts)).toEqual([
    { file: 'src/a.ts', name: 'own', unused: false },
    { file: 'src/a.ts', name: 'twice', unused: true },
    { file: 'src/a.ts', name: 'Nowhere', unused: true },
    { file: 'src/a.ts', name: 'drawn', unused: true }
  ])
})
