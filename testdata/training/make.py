"""Golden values of PyTorch: learning rates of its schedulers, and a network with batch norm trained with clipping and label
smoothing. Run with a Python that has torch: python make.py > training.json"""
import json
import torch

def rates(make, steps):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.5)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen

S = torch.optim.lr_scheduler
schedules = {
    "step": rates(lambda o: S.StepLR(o, step_size=12, gamma=0.3), 40),
    "cosine": rates(lambda o: S.CosineAnnealingLR(o, T_max=40), 40),
    "one-cycle": rates(lambda o: S.OneCycleLR(o, max_lr=0.5, total_steps=40), 40),
}

def net():
    torch.manual_seed(0)
    layers = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    return layers.double()

torch.manual_seed(1)
x = torch.randn(8, 4, dtype=torch.float64)
y = torch.randint(0, 3, (8,))
flat = lambda t: t.detach().flatten().tolist()
model = net()
initial = {name: flat(p.T if p.ndim == 2 else p) for name, p in model.named_parameters()}
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.8, weight_decay=0.01)
losses = []
for _ in range(5):
    loss = torch.nn.functional.cross_entropy(model(x), y, label_smoothing=0.2)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.15)
    optimizer.step()
    losses.append(loss.item())
final = {name: flat(p.T if p.ndim == 2 else p) for name, p in model.named_parameters()}
running = {"mean": flat(model[1].running_mean), "variance": flat(model[1].running_var)}
model.eval()
evaluated = flat(model(x))
print(json.dumps({"torch": torch.__version__, "schedules": schedules, "x": flat(x), "y": y.tolist(), "initial": initial,
                  "losses": losses, "final": final, "running": running, "evaluated": evaluated}))
