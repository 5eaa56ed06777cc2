/** The sequential map "tide": 17 stops, interpolated in OKLab (Ottosson 2020) into 256 entries. */

export interface ColorMap {
  /** [256, 3] bytes. */
  rgb: Uint8ClampedArray
  css(position: number): string
}

export function buildColorMap(stops: string[]): ColorMap {
  const lab = stops.map((stop) => toOklab(parseHex(stop)))
  const rgb = new Uint8ClampedArray(256 * 3)
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (lab.length - 1)
    const left = Math.min(lab.length - 2, Math.floor(at))
    const share = at - left
    rgb.set(fromOklab(lab[left].map((value, c) => value + share * (lab[left + 1][c] - value))), i * 3)
  }
  return {
    rgb,
    css(position) {
      const i = Math.round(Math.min(1, Math.max(0, position)) * 255) * 3
      return `rgb(${rgb[i]} ${rgb[i + 1]} ${rgb[i + 2]})`
    }
  }
}

export function parseHex(color: string): number[] {
  const hex = color.replace('#', '')
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
}

function toOklab(srgb: number[]): number[] {
  const [r, g, b] = srgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  ]
}

function fromOklab([lightness, a, b]: number[]): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s
  ].map((value) => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
}
