/** TensorBoard logs with one record of every kind, small enough to know what has to be on screen. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng } from '../src/formats/png'
import { encodeWav } from '../src/formats/wav'
import { EventFileWriter } from '../src/project/event-file-writer'

/** What a foreign log may try to do to a page that shows its Markdown. */
export const hostileMarkdown = `# Heading

**bold** \`code\`

| a | b |
|---|--:|
| 1 | 2 |

- [x] done

<script>window.hacked = 1</script>
<img src=x onerror="window.hacked = 2">
<div onclick="window.hacked = 3" style="position:fixed;inset:0" id="app" class="app">plain</div>
<iframe src="https://example.org"></iframe> <form action="https://example.org"><input name="a"></form>
<svg><a xlink:href="javascript:window.hacked=4"><text>x</text></a></svg>
<style>body { display: none }</style>

[script](javascript:window.hacked=5) [file](file:///etc/passwd) [place](/elsewhere)
[good](https://example.org/x) ![a cat](https://example.org/cat.png)
`

/** Buckets of different widths; the last has no end. */
function histogramOf(step: number, shift: number): Parameters<EventFileWriter['histogram']>[2] {
  const buckets = [4 + step, 20, 6, 2]
  const num = buckets.reduce((sum, count) => sum + count, 0)
  return {
    min: -2 + shift,
    max: Infinity,
    num,
    sum: 0,
    sumSquares: num,
    bucketLimits: [-1 + shift, shift, 3 + shift, Number.MAX_VALUE],
    buckets
  }
}

function picture(step: number, size: number): Parameters<EventFileWriter['image']>[2] {
  const data = Uint8Array.from({ length: size * size }, (_, i) => (i * 7 + step * 40) % 256)
  return { ...encodePng({ width: size, height: size, channels: 1, data }), width: size, height: size, channels: 1 }
}

const sound = encodeWav([Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i / 5) * 0.3)], 8000)

/** Two blocks that are built alike, a third that is not, and a node that all others use. */
function graphOf(): Parameters<EventFileWriter['graph']>[0] {
  const layer = (name: string, input: string, ops: string[]): { name: string; op: string; inputs: string[] }[] =>
    ops.map((op, i) => ({
      name: `net/${name}/${op.toLowerCase()}`,
      op,
      inputs: i === 0 ? [] : [`net/${name}/${ops[i - 1].toLowerCase()}`, ...(i === 1 ? [input] : [])]
    }))
  const spokes = Array.from({ length: 16 }, (_, i) => ({ name: `summary_${i}`, op: 'Summary', inputs: ['step'] }))
  return [
    { name: 'x', op: 'Placeholder', inputs: [], attributes: { shape: 28 } },
    ...layer('first', 'x', ['Const', 'MatMul', 'Relu']),
    ...layer('second', 'net/first/relu', ['Const', 'MatMul', 'Relu']),
    ...layer('third', 'net/second/relu', ['Const', 'MatMul']),
    { name: 'out', op: 'Identity', inputs: ['net/third/matmul:0', '^x'] },
    { name: 'step', op: 'VariableV2', inputs: [] },
    ...spokes
  ]
}

/** @returns the folder, with the runs `a` and `b` */
export function writeExploreLogs(place: string): string {
  const folder = join(place, 'boards')
  for (const [r, name] of ['a', 'b'].entries()) {
    const run = join(folder, name)
    mkdirSync(run, { recursive: true })
    const writer = new EventFileWriter(run)
    writer.hparams({ lr: [0.1, 0.001][r], optimizer: ['sgd', 'adam'][r], layers: 3 })
    writer.graph(graphOf())
    for (const step of [0, 10, 20]) {
      writer.scalars(step, { loss: (2 + r) / (1 + step) })
      writer.histogram(step, 'layer/weights', histogramOf(step, r))
      writer.image(step, 'pictures/one', picture(step, 12))
      writer.images(step, 'pictures/many', [picture(step, 8), picture(step + 1, 8)])
      writer.text(step, 'notes/plain', `text of step **${step}**`)
      writer.prCurve(step, 'pr/cat', {
        truePositives: [10, 8, 5 + step / 10, 0],
        falsePositives: [10, 3 + r, 1, 0],
        trueNegatives: [0, 7 - r, 9, 10],
        falseNegatives: [0, 2, 5 - step / 10, 10]
      })
    }
    if (r === 0) {
      writer.text(0, 'notes/hostile', hostileMarkdown)
      writer.text(0, 'notes/table', [
        ['name', 'value'],
        ['*x*', '1']
      ])
      writer.audio(0, 'sounds/beep', [sound], { description: 'A beep' })
    }
    writer.close()
  }
  return folder
}
