"""PyTorch's SummaryWriter for two runs with hyperparameters, and the CSV and JSON that TensorBoard's page offers for download."""
import glob
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import tensorboard
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter
from answers import Answers, curve, number

answers = Answers('tensorboard', tensorboard.__version__, f'torch.utils.tensorboard.SummaryWriter of PyTorch {torch.__version__.split("+")[0]}; '
                  'downloads/ is what `tensorboard --logdir runs` answers for the links "CSV" and "JSON" of its time series',
                  "TensorBoard's EventAccumulator (float32 values)")
for seed in [1, 2]:
    with SummaryWriter(f'runs/mlp_seed{seed}') as writer:
        for step in range(20):
            writer.add_scalar('Loss/train', curve(seed, step), step)
            writer.add_scalars('accuracy', {'train': 1 - curve(seed, step, 0.9), 'val': 0.9 - curve(seed, step, 0.9)}, step)
            if step % 5 == 0:
                writer.add_scalar('Loss/val', float('nan') if step == 5 else curve(seed, step) + 0.1, step)
        writer.add_hparams({'seed': seed, 'lr': 0.01, 'optimizer': 'adam'}, {'hparam/accuracy': 0.8 + seed / 100}, run_name='hparams')

series = {}
for file in sorted(glob.glob('runs/**/events.out.tfevents.*', recursive=True)):
    folder = os.path.relpath(os.path.dirname(file), 'runs')
    run = answers.run(folder, int(folder.split('mlp_seed')[1][0]), file)
    events = EventAccumulator(file, {'scalars': 0}).Reload()
    for tag in events.Tags()['scalars']:
        for event in events.Scalars(tag):
            run.add(tag, event.step, event.value)
        series[folder, tag] = run.answer['series'][tag]

port = 16006
server = subprocess.Popen([sys.executable, '-m', 'tensorboard.main', '--logdir', 'runs', '--port', str(port), '--bind_all', '--load_fast', 'false'],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
root = f'http://127.0.0.1:{port}/data/plugin/scalars'


def get(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


try:
    for wait in range(60):
        time.sleep(1)
        try:
            if len(json.loads(get(f'{root}/tags'))) == len({folder for folder, _ in series}):
                break
        except OSError:
            pass
    os.makedirs('downloads')
    for (folder, tag), points in series.items():
        if 'accuracy' in tag:
            continue
        address = f'{root}/scalars?' + urllib.parse.urlencode({'run': folder, 'tag': tag})
        # As the page names them: what file systems may not take becomes an underscore.
        name = f'run-{folder}-tag-{tag}'.replace('/', '_')
        csv, plain = get(f'{address}&format=csv'), get(address)
        with open(f'downloads/{name}.csv', 'w', newline='') as file:
            file.write(csv)
        with open(f'downloads/{name}.json', 'w', newline='') as file:
            file.write(plain)
        for kind, values in [('csv', [line.split(',')[1:] for line in csv.splitlines()[1:]]), ('json', [row[1:] for row in json.loads(plain)])]:
            run = answers.run(folder, int(folder.split('mlp_seed')[1][0]), f'downloads/{name}.{kind}')
            for step, value in zip(points['steps'], points['values']):
                run.add(tag, step, value)
            assert [int(step) for step, _ in values] == points['steps']
            assert [number(value) for _, value in values] == points['values']
finally:
    server.terminate()
    server.wait()
answers.write()
