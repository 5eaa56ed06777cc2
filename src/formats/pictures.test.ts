/** Pictures of every kind against what Pillow reads (testdata/pictures/make.py made them). */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isGray, onBackground } from './picture-shapes'
import { decodePicture, pictureSize } from './pictures'

interface Golden {
  name: string
  file: string
  channels: 1 | 3
  width: number
  height: number
  /** On white, where it is transparent. */
  pixels: string
}

const path = new URL('../../testdata/pictures/pictures.json.gz', import.meta.url)
const { pictures } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { pictures: Golden[] }
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const named = (name: string): Uint8Array => bytesOf(pictures.find((one) => one.name === name)!.file)

describe('pictures', () => {
  it.each(pictures)('as Pillow reads them: $name', async ({ file, channels, width, height, pixels }) => {
    const picture = await decodePicture(bytesOf(file), 'p')
    expect([picture.width, picture.height]).toEqual([width, height])
    expect(await pictureSize(bytesOf(file), 'p')).toEqual({ width, height })
    const { data, channels: own } = onBackground(picture, 255)
    const wanted = bytesOf(pixels)
    // A palette has three channels, even of grays.
    const worst = wanted.reduce((most, value, i) => {
      const at = own === channels ? i : i * own
      return Math.max(most, Math.abs(value - data[at]))
    }, 0)
    expect(worst).toBeLessThanOrEqual(1)
    if (own !== channels) expect(isGray({ ...picture, data })).toBe(true)
    expect(data.length).toBe(width * height * own)
  })

  it.each(['png rgb', 'jpeg gray', 'webp lossy', 'gif', 'tiff rgb raw', 'bmp rgb', 'bmp palette'])(
    'that are cut off are refused: %s',
    async (name) => {
      const bytes = named(name)
      for (const share of [0.2, 0.5, 0.8]) {
        const part = bytes.slice(0, Math.floor(bytes.length * share))
        await expect(decodePicture(part, 'p')).rejects.toThrow(/^p cannot be decoded \(it.* (is cut off|are damaged).*\)\. Save it again or remove it\.$/) // prettier-ignore
      }
    }
  )

  it('that are none are told by what they are', async () => {
    await expect(decodePicture(new Uint8Array(0), 'p')).rejects.toThrow('p is empty. Save it again or remove it.')
    await expect(decodePicture(new TextEncoder().encode('<svg></svg> and more text'), 'p')).rejects.toThrow(
      'p is no picture of the kinds that are read (png, jpg, webp, gif, tiff, bmp). Save it as one of these or remove it.'
    )
  })

  it('let through the background where they are transparent', () => {
    const picture = {
      width: 2,
      height: 1,
      channels: 1 as const,
      data: Uint8Array.of(0, 100),
      alpha: Uint8Array.of(0, 255)
    }
    expect([...onBackground(picture, 255).data]).toEqual([255, 100])
    expect([...onBackground(picture, 0).data]).toEqual([0, 100])
  })
})
