"""DVCLive: its folder with a table for each metric, for two seeds."""
import csv
import os
from importlib.metadata import version
from dvclive import Live
from answers import Answers, curve, number

answers = Answers('dvclive', version('dvclive'), 'Live(dir).log_metric, 20 steps', 'the values that log_metric was given; checked against the tables')
for seed in [1, 2]:
    folder = f'dvclive_seed{seed}'
    given = []
    with Live(folder, save_dvc_exp=False, dvcyaml=None) as live:
        live.log_params({'seed': seed, 'lr': 0.01})
        for step in range(20):
            values = {'train/loss': curve(seed, step), 'train/accuracy': 1 - curve(seed, step, 0.9)}
            if step % 5 == 0:
                values['val/loss'] = float('nan') if step == 0 else curve(seed, step) + 0.1
            for name, value in values.items():
                given.append((name, step, value))
                live.log_metric(name, value)
            live.next_step()
    for name in dict.fromkeys(name for name, _, _ in given):
        source = f'{folder}/plots/metrics/{name}.tsv'
        run = answers.run(folder, seed, source)
        for other, step, value in given:
            if other == name:
                run.add(name, step, value)
        with open(source) as file:
            rows = list(csv.DictReader(file, delimiter='\t'))
        points = run.answer['series'][name]
        print(rows[0])
        assert [(int(row['step']), number(row[os.path.basename(name)])) for row in rows] == list(zip(points['steps'], points['values'])), name
answers.write()
