import { expect, it } from 'vitest'
import { toCsv } from './csv'

it('tables quote what needs it', () => {
  expect(toCsv(['a', 'b,c'], [['x "y"', 0.1]])).toBe('a,"b,c"\n"x ""y""",0.1\n')
})
