import { expect, it } from 'vitest'
import { PathGrants } from './grants'

it('knows what it has issued and nothing else', () => {
  const grants = new PathGrants()
  const token = grants.issue('/a', '/b')
  expect(grants.resolve(token)).toBe('/a')
  expect(grants.resolveAll(token)).toEqual(['/a', '/b'])
  for (const other of ['', '/a', 'constructor', '__proto__', token.toUpperCase() + ' ', token.slice(1)])
    expect(() => grants.resolve(other)).toThrow('Choose the folder again')
})

it('forgets the one that was not used for longest', () => {
  const grants = new PathGrants(3)
  const [a, b, c] = [grants.issue('/a'), grants.issue('/b'), grants.issue('/c')]
  grants.resolve(a)
  const d = grants.issue('/d')
  expect(() => grants.resolve(b)).toThrow('This choice of a folder is no longer valid. Choose the folder again.')
  expect([a, c, d].map((token) => grants.resolve(token))).toEqual(['/a', '/c', '/d'])
})

it('holds a bounded number of them, however many are asked for', () => {
  const grants = new PathGrants()
  const first = grants.issue('/first')
  const tokens = Array.from({ length: 5000 }, (_, i) => grants.issue(`/${i}`))
  expect(() => grants.resolve(first)).toThrow('no longer valid')
  expect(tokens.filter((token) => valid(grants, token))).toHaveLength(1000)
})

function valid(grants: PathGrants, token: string): boolean {
  try {
    grants.resolve(token)
    return true
  } catch {
    return false
  }
}
