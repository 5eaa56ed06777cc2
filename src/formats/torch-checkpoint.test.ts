/** Where in a checkpoint the model's parameters are: checkpoints that this machine's PyTorch writes now. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { bytesSource } from './byte-source'
import { torchTensors } from './torch-checkpoint'

const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0

const script = `
import sys, torch
folder = sys.argv[1]
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(4, 3)).sum().backward(); optimizer.step()
state, opt = net.state_dict(), optimizer.state_dict()
saved = {
    'plain': state, 'parameters': list(net.parameters()), 'nested': {'model': {'state_dict': state}, 'optimizer': opt},
    'beside': {'epoch': 3, 'best': torch.tensor(0.5), 'state_dict': state, 'optimizer': opt, 'args': {'lr': [0.1, None, True]}},
    'other': {'my_network': state, 'optim': opt}, 'two': {'generator': state, 'critic': state | {}},
}
for name, value in saved.items():
    torch.save(value, f'{folder}/{name}.pt')
`

const own = ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked']
const expected: Record<string, [names: string[], notes: string[]]> = {
  plain: [own, []],
  parameters: [['0', '1', '2', '3'], []],
  nested: [own, ['The parameters are those in "model.state_dict"; "optimizer" not looked at.']],
  beside: [own, ['The parameters are those in "state_dict"; "epoch", "best", "optimizer", "args" not looked at.']],
  other: [own, ['The parameters are those in "my_network"; "optim" not looked at.']],
  two: [[...own.map((name) => `generator.${name}`), ...own.map((name) => `critic.${name}`)], []]
}

it.skipIf(!hasTorch)(
  'what torch.save writes is found (skipped without PyTorch: set PHASESCOPE_PYTHON)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'torch-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const made = spawnSync(python, ['-c', script, folder], { encoding: 'utf8' })
    expect(made.stderr).not.toContain('Error')
    for (const [name, [names, notes]] of Object.entries(expected)) {
      const found = await torchTensors(bytesSource(`${name}.pt`, readFileSync(join(folder, `${name}.pt`))))
      expect(
        found.tensors.map((tensor) => tensor.name),
        name
      ).toEqual(names)
      expect(found.notes, name).toEqual(notes)
    }
  },
  60_000
)
