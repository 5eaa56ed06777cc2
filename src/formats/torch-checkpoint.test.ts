/** Where in a checkpoint the model's parameters are: files that torch.save wrote (testdata/checkpoints/wrapped/make.py). */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bytesSource } from './byte-source'
import { torchTensors } from './torch-checkpoint'

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
