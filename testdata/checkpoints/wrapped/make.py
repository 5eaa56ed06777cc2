"""Checkpoints as programs save them, the parameters wrapped in other things: python make.py FOLDER."""
import sys, torch
folder = sys.argv[1]
torch.manual_seed(0)
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
