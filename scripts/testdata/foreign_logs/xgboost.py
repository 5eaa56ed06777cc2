"""XGBoost: evals_result of train() and the table of cv(), for two seeds."""
import json
import os
import numpy
import xgboost
from answers import Answers

answers = Answers('xgboost', xgboost.__version__, 'json.dump of evals_result of train(), 20 rounds; to_csv of the table of cv()', 'evals_result and the table themselves')
os.makedirs('results')
for seed in [1, 2]:
    random = numpy.random.RandomState(seed)
    inputs = random.randn(200, 5)
    labels = (inputs[:, 0] + 0.5 * random.randn(200) > 0).astype(int)
    train, val = xgboost.DMatrix(inputs[:150], labels[:150]), xgboost.DMatrix(inputs[150:], labels[150:])
    parameters = {'objective': 'binary:logistic', 'eval_metric': ['logloss', 'auc'], 'seed': seed, 'subsample': 0.8, 'max_depth': 2, 'nthread': 1}
    evals_result = {}
    xgboost.train(parameters, train, 20, evals=[(train, 'train'), (val, 'validation')], evals_result=evals_result, verbose_eval=False)
    with open(f'results/evals_result_seed{seed}.json', 'w') as file:
        json.dump(evals_result, file)
    run = answers.run(f'evals_result_seed{seed}', seed, f'results/evals_result_seed{seed}.json')
    for data, metrics in evals_result.items():
        for metric, values in metrics.items():
            for round_number, value in enumerate(values):
                run.add(f'{data}/{metric}', round_number, value)
    table = xgboost.cv(parameters, train, 20, nfold=3, seed=seed)
    table.to_csv(f'results/cv_seed{seed}.csv')
    run = answers.run(f'cv_seed{seed}', seed, f'results/cv_seed{seed}.csv')
    for name in table.columns:
        for round_number, value in table[name].items():
            run.add(name, round_number, value)
answers.write()
