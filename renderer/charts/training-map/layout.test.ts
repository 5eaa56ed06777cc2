import { describe, expect, it } from 'vitest'
import { controlPoint, initialLayout, labelLines, labelPoint } from './layout'

describe('the training map', () => {
  it('keeps states apart up to eight', () => {
    for (let count = 1; count <= 8; count++) {
      const points = initialLayout(count)
      points.forEach((a, i) =>
        points.slice(i + 1).forEach((b) => expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(75))
      )
    }
  })

  it('puts labels of both directions on opposite sides', () => {
    const a = { x: 0, y: 0 }
    const b = { x: 100, y: 40 }
    const there = labelPoint(a, b)
    const back = labelPoint(b, a)
    const side = (p: { x: number; y: number }): number => Math.sign(100 * p.y - 40 * p.x)
    expect(side(there)).toBe(-side(back))
    expect(side(controlPoint(a, b))).toBe(side(there))
  })
})

describe('names beside the discs of the training map', () => {
  const perLetter = (text: string): number => text.length * 6

  it.each([
    ['Learning', ['Learning']],
    ['Generalising, 0.76 to 0.84', ['Generalising,', '0.76 to 0.84']],
    ['Slow generalisation of what was memorised', ['Slow generalisation', 'of what was memoris…']],
    ['Generalising, norms still grow and the loss falls', ['Generalising,', 'norms still grow an…']],
    ['a'.repeat(40), [`${'a'.repeat(19)}…`]]
  ])('%s', (name, lines) => {
    expect(labelLines(name, 120, 2, perLetter)).toEqual(lines)
  })
})
