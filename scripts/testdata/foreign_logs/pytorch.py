"""One small net at three steps as PyTorch's archives, as its format before 1.6, and as safetensors."""
import os
import torch
import safetensors
from safetensors.torch import load_file, save_file
from answers import Answers

answers = Answers('pytorch', torch.__version__.split('+')[0], f'torch.save of a dictionary (zip and legacy) and safetensors {safetensors.__version__} of the same net, steps 0, 10 and 20',
                  'torch.load(weights_only=True) and safetensors.torch.load_file')
torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 3))
optimizer = torch.optim.AdamW(net.parameters(), lr=0.02)
inputs, labels = torch.randn(32, 1, 4, 4), torch.randint(0, 3, (32,))
for folder in ['zip', 'legacy', 'safetensors']:
    os.makedirs(f'checkpoints/{folder}')
for step in range(21):
    if step % 10 == 0:
        saved = {'step': step, 'model_state_dict': net.state_dict(), 'optimizer_state_dict': optimizer.state_dict()}
        torch.save(saved, f'checkpoints/zip/step_{step}.pt')
        torch.save(saved, f'checkpoints/legacy/step_{step}.pth', _use_new_zipfile_serialization=False)
        save_file(net.state_dict(), f'checkpoints/safetensors/step_{step}.safetensors', metadata={'format': 'pt', 'step': str(step)})
        for file in [f'checkpoints/zip/step_{step}.pt', f'checkpoints/legacy/step_{step}.pth']:
            answers.checkpoint(file, step, None, torch.load(file, weights_only=True)['model_state_dict'])
        file = f'checkpoints/safetensors/step_{step}.safetensors'
        answers.checkpoint(file, step, None, load_file(file))
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(net(inputs), labels).backward()
    optimizer.step()
answers.write()
