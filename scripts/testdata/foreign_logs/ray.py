"""Ray Tune: an experiment with two trials that differ by their seed, which report from a function and keep checkpoints."""
import glob
import json
import os
import shutil
import tempfile
import ray
from ray import tune
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from answers import Answers, curve, number


def train(config):
    for step in range(1, 13):
        metrics = {'loss': curve(config['seed'], step), 'eval': {'accuracy': 1 - curve(config['seed'], step, 0.9)},
                   # Undefined for a while, as a ratio of nothing is.
                   'ratio': float('nan') if step < 3 else float(step)}
        if step % 6:
            tune.report(metrics)
        else:
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, 'state.json'), 'w') as file:
                    json.dump({'step': step}, file)
                tune.report(metrics, checkpoint=tune.Checkpoint.from_directory(folder))


if __name__ == '__main__':
    project = os.getcwd()
    ray.init(num_cpus=2, include_dashboard=False, _node_ip_address='127.0.0.1', _temp_dir='/home/user/ray', configure_logging=False)
    results = tune.Tuner(
        train, param_space={'lr': 0.01, 'seed': tune.grid_search([1, 2])},
        run_config=tune.RunConfig(name='train_2026-01-05_09-30-00', storage_path=f'{project}/ray_results', verbose=0)).fit()
    # The state of the search is a pickle with Python's own argparse in it, and where that was installed.
    for state in glob.glob('ray_results/*/basic-variant-state-*.json'):
        os.remove(state)
    answers = Answers('ray', ray.__version__, 'tune.Tuner over a grid of two seeds, 12 reports each',
                      'Result.metrics_dataframe of the ResultGrid; checked against result.json')
    for result in sorted(results, key=lambda result: result.config['seed']):
        folder = os.path.relpath(result.path, project)
        for source in ['progress.csv', 'result.json']:
            run = answers.run(os.path.basename(folder), result.config['seed'], f'{folder}/{source}')
            frame = result.metrics_dataframe
            for name in ['loss', 'eval/accuracy', 'ratio', 'time_this_iter_s', 'time_total_s']:
                for step, value in zip(frame['training_iteration'], frame[name]):
                    run.add(name, step, value)
            with open(f'{folder}/result.json') as file:
                lines = [json.loads(line) for line in file]
            assert [number(line['loss']) for line in lines] == run.answer['series']['loss']['values']
        # The same numbers again, in float32 and without those that are undefined.
        [source] = glob.glob(f'{glob.escape(folder)}/events.out.tfevents.*')
        run = answers.run(os.path.basename(folder), result.config['seed'], source)
        events = EventAccumulator(source, {'scalars': 0}).Reload()
        for tag in events.Tags()['scalars']:
            for event in events.Scalars(tag):
                run.add(tag, event.step, event.value)
    answers.write()
    ray.shutdown()
    shutil.rmtree('/home/user/ray', ignore_errors=True)
