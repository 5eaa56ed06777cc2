"""LightGBM: what record_evaluation keeps, dumped as JSON, for two seeds."""
import json
import os
import lightgbm
import numpy
from answers import Answers

answers = Answers('lightgbm', lightgbm.__version__, 'json.dump of what record_evaluation kept, 20 rounds', 'the dictionary of record_evaluation itself')
os.makedirs('results')
for seed in [1, 2]:
    random = numpy.random.RandomState(seed)
    inputs = random.randn(200, 5)
    targets = inputs[:, 0] ** 2 + 0.1 * random.randn(200)
    train = lightgbm.Dataset(inputs[:150], targets[:150])
    val = lightgbm.Dataset(inputs[150:], targets[150:], reference=train)
    parameters = {'objective': 'regression', 'metric': ['l2', 'l1'], 'seed': seed, 'num_leaves': 4, 'verbosity': -1, 'num_threads': 1}
    record = {}
    lightgbm.train(parameters, train, 20, valid_sets=[train, val], valid_names=['training', 'valid_0'],
                   callbacks=[lightgbm.record_evaluation(record)])
    with open(f'results/eval_seed{seed}.json', 'w') as file:
        json.dump(record, file, indent=2)
    run = answers.run(f'eval_seed{seed}', seed, f'results/eval_seed{seed}.json')
    for data, metrics in record.items():
        for metric, values in metrics.items():
            for round_number, value in enumerate(values):
                run.add(f'{data}/{metric}', round_number, value)
answers.write()
