"""Weights & Biases: two offline runs as they lie on the disk, and the history of each as CSV."""
import glob
import json
import math
import os
import struct
import zlib
import pandas
import wandb
from wandb.proto import wandb_internal_pb2
from answers import Answers, curve, number

def records(path):
    """The records of a .wandb file: LevelDB's log with a header of seven bytes. wandb's own reader is no part of its package."""
    with open(path, 'rb') as opened:
        content = opened.read()
    assert content[:4] == b':W&B'
    at, parts = 7, []
    while at + 7 <= len(content):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        checksum, length, kind = struct.unpack('<IHB', content[at:at + 7])
        data = content[at + 7:at + 7 + length]
        assert checksum == zlib.crc32(content[at + 6:at + 7] + data)
        at += 7 + length
        parts.append(data)
        # Whole, first, middle, last.
        if kind in (1, 4):
            yield b''.join(parts)
            parts = []


answers = Answers('wandb', wandb.__version__, 'offline runs, 20 steps; exports/ is pandas\' to_csv of the history, as `run.history().to_csv()` makes it',
                  "the records of the .wandb file by wandb's own protocol buffers, checked against the values that log() was given; the CSV has the same rows")
os.makedirs('exports')
for seed in [1, 2]:
    # A chart that is not logged at every step, a value that is none, and one inside of another.
    settings = wandb.Settings(mode='offline', console='off', x_disable_stats=True, x_disable_machine_info=True, x_disable_meta=False,
                              save_code=False, disable_git=True, disable_code=True, silent=True, run_id=f'mlp{seed:05}', host='host', username='user')
    given = []
    with wandb.init(project='digits', name=f'mlp-seed{seed}', config={'seed': seed, 'lr': 0.01, 'layers': {'hidden': 16}}, settings=settings) as run_:
        for step in range(20):
            row = {'loss': curve(seed, step), 'epoch': step // 5}
            if step % 5 == 0:
                row['val'] = {'loss': curve(seed, step) + 0.1}
                row['val/accuracy'] = float('nan') if step == 0 else 1 - curve(seed, step, 0.9)
            given.append(row)
            run_.log(row)
    # The file is whole when wandb's own process has ended.
    wandb.teardown()
    [file] = glob.glob(f'wandb/offline-run-*-mlp{seed:05}/run-mlp{seed:05}.wandb')
    rows = []
    for data in records(file):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        if record.WhichOneof('record_type') == 'history':
            rows.append({'.'.join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item})
    for step, (row, own) in enumerate(zip(given, rows, strict=True)):
        assert own['_step'] == step and own['loss'] == row['loss'] and own.get('val.loss') == row.get('val', {}).get('loss')
    frame = pandas.DataFrame(rows)
    frame = frame[[*[name for name in ['_step', '_runtime', '_timestamp'] if name in frame], *sorted(name for name in frame if name[0] != '_')]]
    frame.to_csv(f'exports/mlp-seed{seed}.csv', index=False)
    for source in [file, f'exports/mlp-seed{seed}.csv']:
        run = answers.run(f'mlp-seed{seed}', seed, source)
        for row in rows:
            for name, value in row.items():
                # In the CSV a cell that is not a number and one that was not logged are both empty.
                if name[0] != '_' and not (source.endswith('.csv') and math.isnan(float(value))):
                    run.add(name, row['_step'], value)
# Links to the latest run, and the list of everything that was installed, are nobody's business here.
for folder, folders, files in os.walk('wandb'):
    for path in [os.path.join(folder, name) for name in [*folders, *files]]:
        if os.path.islink(path) or path.endswith('/files/requirements.txt'):
            os.remove(path)
answers.write()
