/**
 * Makes the letters of the captcha experiment, A to J in several hundred fonts, from Debian's font packages. Run by hand on
 * Debian, never at install: `node scripts/make-captcha-glyphs.mjs [--sheet contact.png]`. The packages are fetched with
 * apt-get into node_modules/.cache. The output depends only on the versions of the packages, which captcha-fonts.md names.
 *
 * captcha-glyphs.bin.gz, unpacked: "PSGLYPHS" in ASCII, a version and the length of the header as 32-bit little-endian
 * integers, the header (JSON: letters, size, fonts as "Family / Style"), then bytes [fonts, letters, size, size], 0 paper.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import opentype from 'opentype.js'
import { only, packages, unwanted } from './captcha/packages.mjs'
import { extent, flatten, rasterise } from './captcha/rasterise.mjs'

const LETTERS = 'ABCDEFGHIJ'
const SIZE = 28
/** What remains around a letter, so that shifts of the experiment rarely cut it. */
const INK = 24
/** Faces whose letters differ by less than this on average, in shades of 255, are taken for the same. */
const SAME_BELOW = 7
/** So that a family with dozens of weights does not outweigh the others. */
const MOST_PER_FAMILY = 14

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cache = join(root, 'node_modules', '.cache', 'captcha-fonts')
const styleWords =
  /[\s-]*\b(regular|roman|book|normal|bold|italic|ital|oblique|slanted|light|thin|hairline|black|medium|heavy|demi|semi|extra|ultra|(?:semi|demi|extra|ultra)-?(?:bold|light|black|condensed|expanded|wide)|condensed|cond|narrow|expanded|extended|compressed|wide|poster|display|caption|text|subhead|small ?caps|sc|[0-9]+(?:pt)?)\b/gi

const faces = packages.flatMap(facesOf)
const kept = []
const perFamily = new Map()
for (const face of faces) {
  const inFamily = perFamily.get(face.family) ?? 0
  if (inFamily >= MOST_PER_FAMILY) continue
  if (kept.some((other) => difference(face.pixels, other.pixels) < SAME_BELOW)) continue
  if (kept.some((other) => other.name === face.name)) continue
  kept.push(face)
  perFamily.set(face.family, inFamily + 1)
}
kept.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

const header = Buffer.from(JSON.stringify({ letters: LETTERS, size: SIZE, fonts: kept.map(({ name }) => name) }))
const start = Buffer.alloc(16)
start.write('PSGLYPHS', 'latin1')
start.writeUInt32LE(1, 8)
start.writeUInt32LE(header.length, 12)
const packed = gzipSync(Buffer.concat([start, header, ...kept.map(({ pixels }) => pixels)]), { level: 9 })
writeFileSync(join(root, 'resources', 'captcha-glyphs.bin.gz'), packed)
writeFileSync(join(root, 'resources', 'captcha-fonts.md'), fontList())
const sheet = process.argv.indexOf('--sheet')
if (sheet > 0) writeContactSheet(process.argv[sheet + 1])
console.log(`${faces.length} faces read, ${kept.length} kept of ${perFamily.size} families, ${packed.length} bytes`)

/** Every usable face of a package. */
function facesOf({ package: name, licence }) {
  const folder = join(cache, name)
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true })
    execFileSync('apt-get', ['download', name], { cwd: cache, stdio: 'inherit' })
    const archive = readdirSync(cache).find((file) => file.startsWith(`${name}_`))
    execFileSync('dpkg-deb', ['-x', join(cache, archive), folder])
  }
  const version = readdirSync(cache)
    .find((file) => file.startsWith(`${name}_`))
    .split('_')[1]
    .replaceAll('%3a', ':')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const copyright = files.find((file) => file.endsWith(`/doc/${name}/copyright`))
  if (copyright === undefined || !licence.says.test(readFileSync(copyright, 'utf8'))) {
    throw new Error(`${name} does not say that it is under the ${licence.name}: read its copyright file.`)
  }
  return files
    .filter((file) => /\.[ot]tf$/i.test(file) && !unwanted.test(basename(file)) && (only[name]?.test(file) ?? true))
    .flatMap((file) => {
      const face = faceOf(file)
      return face === null ? [] : [{ ...face, package: name, version, licence: licence.name }]
    })
}

/** Name and letters of a font file; null when it lacks one, or has a letter that is no shape of its own. */
function faceOf(file) {
  let font
  try {
    const bytes = readFileSync(file)
    font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  } catch (error) {
    console.warn(`${basename(file)} is left out: ${error.message}`)
    return null
  }
  const outlines = Array.from(LETTERS, (letter) => {
    const glyph = font.charToGlyph(letter)
    return glyph.index === 0 ? [] : flatten(glyph.getPath(0, 0, 1000).commands)
  })
  const extents = outlines.map(extent)
  if (extents.includes(null)) return null
  const top = Math.min(...extents.map((e) => e.top))
  const height = Math.max(...extents.map((e) => e.bottom)) - top
  const widest = Math.max(...extents.map((e) => e.right - e.left))
  const scale = INK / Math.max(height, widest)
  const pixels = new Uint8Array(LETTERS.length * SIZE * SIZE)
  outlines.forEach((polygons, i) => {
    const dx = (SIZE - scale * (extents[i].left + extents[i].right)) / 2
    const dy = (SIZE - scale * (2 * top + height)) / 2
    const placed = polygons.map((points) => points.map(([x, y]) => [x * scale + dx, y * scale + dy]))
    pixels.set(rasterise(placed, SIZE), i * SIZE * SIZE)
  })
  if (!isLegible(pixels)) return null
  const names = font.names.windows ?? font.names.macintosh ?? font.names.unicode ?? font.names
  const english = (entry) => (entry === undefined ? undefined : (entry.en ?? Object.values(entry)[0]))
  const stem = basename(file).replace(/\.[^.]*$/, '')
  const full = english(names.preferredFamily) ?? english(names.fontFamily) ?? stem
  const family = full.replace(styleWords, '').trim() || full
  const style = stem.slice(stem.indexOf('-') + 1)
  return { family, name: `${family} / ${style === stem ? stem : style}`, pixels }
}

/** No letter is nearly empty or nearly full, and no two letters are the same picture. */
function isLegible(pixels) {
  const letters = Array.from(LETTERS, (_, i) => pixels.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE))
  const enough = letters.every((letter) => {
    const share = letter.reduce((sum, value) => sum + value, 0) / 255 / letter.length
    return share > 0.02 && share < 0.75
  })
  return enough && letters.every((a, i) => letters.every((b, j) => i === j || difference(a, b) > 4))
}

function difference(a, b) {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i])
  return sum / a.length
}

function fontList() {
  const rows = packages.flatMap(({ package: name, licence }) => {
    const own = kept.filter((face) => face.package === name)
    if (own.length === 0) return []
    const families = [...new Set(own.map(({ family }) => family))].sort().join(', ')
    return [`| ${name} ${own[0].version} | ${licence.name} | ${families} | ${own.length} |`]
  })
  return `# Letters of the captcha experiment

\`captcha-glyphs.bin.gz\` holds the letters A to J of ${kept.length} faces in ${perFamily.size} families, 28 x 28 grey pixels each, rendered by
\`scripts/make-captcha-glyphs.mjs\` from these packages of Debian. The pictures are no font software; the licences are those of
the fonts they were rendered from. Authors and full texts: \`/usr/share/doc/<package>/copyright\` of each package, also at
https://metadata.ftp-master.debian.org/changelogs/. Faces that look alike were taken once.

| package | licence of the fonts | families | faces |
| --- | --- | --- | ---: |
${rows.join('\n')}
`
}

/** One row of ten letters per face, in columns, to be looked at. */
function writeContactSheet(file) {
  const columns = 5
  const rows = Math.ceil(kept.length / columns)
  const width = columns * (LETTERS.length * SIZE + 12)
  const data = new Uint8Array(width * rows * SIZE).fill(40)
  kept.forEach(({ pixels }, n) => {
    const left = Math.floor(n / rows) * (LETTERS.length * SIZE + 12)
    for (let i = 0; i < pixels.length; i++) {
      const [letter, y, x] = [Math.floor(i / SIZE / SIZE), Math.floor(i / SIZE) % SIZE, i % SIZE]
      data[((n % rows) * SIZE + y) * width + left + letter * SIZE + x] = pixels[i]
    }
  })
  writeFileSync(file, encode({ width, height: rows * SIZE, data, channels: 1, depth: 8 }))
}
