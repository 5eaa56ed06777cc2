/** Pictures in another size, with other channels, on a background. */
import type { Pixels } from '../domain/arrays'
import type { Picture, PictureSize } from './pictures'

/** Without transparency: what it lets through is the gray of the background, 0 to 255. */
export function onBackground({ width, height, channels, data, alpha }: Picture, background: number): Pixels {
  if (!alpha) return { width, height, channels, data }
  const result = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const share = alpha[Math.floor(i / channels)] / 255
    result[i] = Math.round(share * data[i] + (1 - share) * background)
  }
  return { width, height, channels, data: result }
}

/** Whether all pixels are gray, so that one channel says everything. */
export function isGray({ channels, data }: Pixels): boolean {
  if (channels === 1) return true
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false
  return true
}

/** The picture with this size: each new pixel is the mean of the area that it covers. */
export function resizePicture(picture: Pixels, { width, height }: PictureSize): Pixels {
  if (picture.width === width && picture.height === height) return picture
  const { channels } = picture
  const data = new Uint8Array(width * height * channels)
  const [columns, rows] = [shares(picture.width, width), shares(picture.height, height)]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (const row of rows[y]) {
          for (const column of columns[x]) {
            sum += row.share * column.share * picture.data[(row.at * picture.width + column.at) * channels + c]
          }
        }
        data[(y * width + x) * channels + c] = Math.round(sum)
      }
    }
  }
  return { width, height, channels, data }
}

/** With three channels a gray picture repeats its own; with one, a coloured one becomes its luma (ITU-R BT.601). */
export function withChannels(picture: Pixels, channels: Pixels['channels']): Pixels {
  if (picture.channels === channels) return picture
  const { width, height, data } = picture
  const result = new Uint8Array(width * height * channels)
  for (let i = 0; i < width * height; i++) {
    if (channels === 3) result.fill(data[i], i * 3, i * 3 + 3)
    else result[i] = Math.round(0.299 * data[i * 3] + 0.587 * data[i * 3 + 1] + 0.114 * data[i * 3 + 2])
  }
  return { width, height, channels, data: result }
}

/** For each of `to` new cells the old cells that it covers, with shares that sum to 1. */
function shares(from: number, to: number): { at: number; share: number }[][] {
  return Array.from({ length: to }, (_, cell) => {
    const [start, end] = [(cell * from) / to, ((cell + 1) * from) / to]
    const covered: { at: number; share: number }[] = []
    for (let at = Math.floor(start); at < Math.min(from, Math.ceil(end)); at++) {
      covered.push({ at, share: (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) })
    }
    return covered
  })
}
