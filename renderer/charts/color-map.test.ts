import { expect, it } from 'vitest'
import { buildColorMap } from './color-map'

it('colour maps begin and end with their stops', () => {
  const map = buildColorMap(['#151733', '#079fa7', '#ddfee2'])
  expect([...map.rgb.subarray(0, 3)]).toEqual([0x15, 0x17, 0x33])
  expect([...map.rgb.subarray(255 * 3)]).toEqual([0xdd, 0xfe, 0xe2])
})
