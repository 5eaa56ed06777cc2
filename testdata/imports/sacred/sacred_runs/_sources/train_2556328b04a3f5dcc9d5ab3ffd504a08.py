"""Sacred: two runs by FileStorageObserver."""
import json
import sacred
from sacred import host_info
from sacred.observers import FileStorageObserver
from answers import Answers, curve, number

# What this machine is made of is nobody's business here.
host_info._cpu.getter_function = lambda: 'a processor'
host_info._os.getter_function = lambda: ['Linux', 'Linux-6.1.0-amd64-x86_64-with-glibc2.36']
experiment = sacred.Experiment('digits', save_git_info=False)
experiment.observers.append(FileStorageObserver('sacred_runs'))
given = {}


@experiment.config
def config():
    lr = 0.01
    layers = {'hidden': [16, 16]}


@experiment.main
def train(_run, _seed):
    points = given[_run._id] = []
    for step in range(0, 40, 2):
        points.append(('training.loss', step, curve(_seed, step)))
        if step % 10 == 0:
            points.append(('validation.accuracy', step, float('nan') if step == 0 else 1 - curve(_seed, step, 0.9)))
    for point in points:
        name, step, value = point
        _run.log_scalar(name, value, step)
    print(f'final loss {points[-1][2]:.4f}')
    return points[-1][2]


answers = Answers('sacred', sacred.__version__, '_run.log_scalar with a FileStorageObserver', 'the values that log_scalar was given; checked against metrics.json')
for seed in [1, 2]:
    run_id = experiment.run(config_updates={'seed': seed}, options={'--capture': 'sys', '--loglevel': 'ERROR'})._id
    run = answers.run(run_id, seed, f'sacred_runs/{run_id}/metrics.json')
    for name, step, value in given[run_id]:
        run.add(name, step, value)
    with open(f'sacred_runs/{run_id}/metrics.json') as file:
        for name, saved in json.load(file).items():
            assert saved['steps'] == run.answer['series'][name]['steps']
            assert [number(value) for value in saved['values']] == run.answer['series'][name]['values'], name
answers.write()
