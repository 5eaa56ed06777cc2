/** Where in a checkpoint the model's parameters are: files that torch.save wrote (testdata/checkpoints/wrapped/make.py). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from './byte-source'
import { zipOf } from './testing/archives'
import { torchTensors } from './torch-checkpoint'
import { zipEntries } from './zip-entries'

const own = ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked']
const expected: Record<string, [names: string[], notes: string[]]> = {
  plain: [own, []],
  parameters: [['0', '1', '2', '3'], []],
  nested: [own, ['The parameters are those in "model.state_dict"; "optimizer" not looked at.']],
  beside: [own, ['The parameters are those in "state_dict"; "epoch", "best", "optimizer", "args" not looked at.']],
  other: [own, ['The parameters are those in "my_network"; "optim" not looked at.']],
  two: [[...own.map((name) => `generator.${name}`), ...own.map((name) => `critic.${name}`)], []]
}

it.each(Object.entries(expected))(
  '%s: the parameters are found, and what else is there is said',
  async (name, [names, notes]) => {
    const path = new URL(`../../testdata/checkpoints/wrapped/${name}.pt`, import.meta.url)
    const found = await torchTensors(bytesSource(`${name}.pt`, new Uint8Array(readFileSync(path))))
    expect(found.tensors.map((tensor) => tensor.name)).toEqual(names)
    expect(found.notes).toEqual(notes)
  }
)

describe('how far the training was', () => {
  const read = (path: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../../testdata/checkpoints/${path}`, import.meta.url)))

  it.each([
    ['wrapped/beside.pt', { epoch: 3 }],
    ['wrapped/plain.pt', {}],
    ['torch/ckpt_000200.pt', { step: 200 }]
  ])('is told by %s', async (path, counters) => {
    const found = await torchTensors(bytesSource(path, read(path)))
    expect(Object.fromEntries(found.counters!)).toEqual(counters)
  })

  it('is read without the values', async () => {
    const entries = await zipEntries(bytesSource('a.pt', read('torch/ckpt_000200.pt')))
    const parts = await Promise.all(
      [...entries.values()].map(async ({ path, whole }) => {
        // Storages that are much larger than the tensors in them.
        const content = path.includes('/data/') ? new Uint8Array(2 ** 17) : await whole()
        return { path, content, method: 0 as const, size: content.length, crc: 0 }
      })
    )
    const source = bytesSource('a.pt', zipOf(parts))
    let bytes = 0
    const counting = { ...source, read: (at: number, length: number) => ((bytes += length), source.read(at, length)) }
    const { counters } = await torchTensors(counting)
    expect(counters!.get('step')).toBe(200)
    expect(source.size).toBeGreaterThan(2 ** 21)
    expect(bytes).toBeLessThan(2 ** 18)
  })
})
