import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { givenPaths, handedPaths } from './given-arguments'

const from = resolve('/home/ada')
const at = (...names: string[]): string[] => names.map((name) => resolve(from, name))

describe('the paths that the application is started with', () => {
  it('are what is no switch, seen from where it was started', () => {
    expect(givenPaths(['phasescope', 'digits', '/logs/a.csv'], false, from)).toEqual(at('digits', '/logs/a.csv'))
    expect(givenPaths(['electron', '--no-sandbox', '/app', './digits'], true, from)).toEqual(at('digits'))
    expect(givenPaths(['electron', '/app'], true, from)).toEqual([])
    expect(givenPaths(['phasescope'], false, from)).toEqual([])
    expect(givenPaths(['phasescope', '--project=digits', '--project=', '--lang=de'], false, from)).toEqual(at('digits'))
    expect(givenPaths(['phasescope', '', '--', '--project=x', '-y'], false, from)).toEqual(at('--project=x', '-y'))
  })

  it('are handed to the first process, and nothing else is taken for them', () => {
    expect(handedPaths({ paths: ['/a', '/b'] })).toEqual(['/a', '/b'])
    for (const wrong of [null, undefined, 'paths', { paths: '/a' }, { paths: [1] }, { paths: [''] }, []])
      expect(handedPaths(wrong), JSON.stringify(wrong)).toEqual([])
    expect(handedPaths({ paths: ['x'.repeat(5000)] })).toEqual([])
  })
})
