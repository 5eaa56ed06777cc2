"""
Training steps of the benchmark's models in PyTorch, on one thread or, with the argument `cuda`, on the graphics card: reads
lines `<model> <steps>`, prints seconds for each. Prints nothing and ends where there is no such card.
"""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
if device == "cuda" and not torch.cuda.is_available():
    sys.exit()
torch.set_default_device(device)
torch.manual_seed(0)


class Attention(nn.Module):
    """Heads of width d / heads over three positions, without biases; every position asks."""

    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))

    def forward(self, x):
        n, t, d = x.shape
        split = lambda y: y.view(n, t, self.heads, d // self.heads).transpose(1, 2)
        z = nn.functional.scaled_dot_product_attention(split(self.q(x)), split(self.k(x)), split(self.v(x)))
        return self.o(z.transpose(1, 2).reshape(n, t, d))


class Transformer(nn.Module):
    def __init__(self, p=113, d=128, heads=4, hidden=512):
        super().__init__()
        self.embed, self.place = nn.Embedding(p + 1, d), nn.Parameter(torch.randn(3, d))
        self.attention = Attention(d, heads)
        self.mlp = nn.Sequential(nn.Linear(d, hidden), nn.ReLU(), nn.Linear(hidden, d))
        self.unembed = nn.Linear(d, p, bias=False)

    def forward(self, tokens):
        x = self.embed(tokens) + self.place
        x = x + self.attention(x)
        return [self.unembed((x + self.mlp(x))[:, -1])]


class Captcha(nn.Module):
    def __init__(self):
        super().__init__()
        conv = lambda i, o, s: nn.Sequential(nn.Conv2d(i, o, s, padding=s // 2), nn.ReLU(), nn.MaxPool2d(2))
        full = lambda i, o: nn.Sequential(nn.Linear(i, o), nn.ReLU(), nn.Dropout(0.2))
        self.trunk = nn.Sequential(conv(1, 16, 5), conv(16, 32, 3), nn.Flatten(), full(7840, 256), full(256, 128))
        self.heads = nn.ModuleList(nn.Linear(128, 11) for _ in range(5))

    def forward(self, x):
        h = self.trunk(x)
        return [head(h) for head in self.heads]


class One(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return [self.layers(x)]


def mlp():
    return One(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def lenet():
    return One(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(32, 64, batch_first=True), nn.Linear(64, 10)

    def forward(self, x):
        return [self.fc(self.lstm(x)[0][:, -1])]


def cnn1d():
    return One(
        nn.Conv1d(8, 32, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(32, 64, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1),
        nn.Flatten(), nn.Linear(64, 10))


def prepared(name):
    model, batch, classes, heads = {
        "transformer": lambda: (Transformer(), torch.randint(0, 113, (256, 3)), 113, 1),
        "mlp": lambda: (mlp(), torch.rand(128, 1, 28, 28), 10, 1),
        "lenet5": lambda: (lenet(), torch.rand(128, 1, 28, 28), 10, 1),
        "lstm": lambda: (Lstm(), torch.randn(64, 64, 32), 10, 1),
        "cnn1d": lambda: (cnn1d(), torch.randn(64, 8, 256), 10, 1),
        "captcha": lambda: (Captcha(), torch.rand(64, 1, 28, 140), 11, 5),
    }[name]()
    labels = [torch.randint(0, classes, (len(batch),)) for _ in range(heads)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step():
        loss = sum(nn.functional.cross_entropy(out, label) for out, label in zip(model(batch), labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


steps = {}
print(f"{torch.__version__} on {torch.cuda.get_device_name() if device == 'cuda' else 'one thread'}", flush=True)
for line in sys.stdin:
    name, count = line.split()
    if name not in steps:
        steps[name] = prepared(name)
        steps[name]()
    start = time.perf_counter()
    for _ in range(int(count)):
        steps[name]()
    print(time.perf_counter() - start, flush=True)
