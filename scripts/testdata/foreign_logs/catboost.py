"""CatBoost: the folder catboost_info that it leaves where it trains, for two seeds."""
import json
import catboost
import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from answers import Answers

answers = Answers('catboost', catboost.__version__, 'CatBoostClassifier.fit with an evaluation set, 20 iterations, train_dir for each seed',
                  'get_evals_result() of the model; checked against learn_error.tsv and test_error.tsv, whose numbers have ten digits; TensorBoard for the event files')
for seed in [1, 2]:
    random = numpy.random.RandomState(seed)
    inputs = random.randn(200, 5)
    labels = (inputs[:, 0] + 0.5 * random.randn(200) > 0).astype(int)
    folder = f'catboost_info_seed{seed}'
    model = catboost.CatBoostClassifier(iterations=20, depth=3, learning_rate=0.2, random_seed=seed, custom_metric=['Accuracy'], train_dir=folder,
                                        thread_count=1, verbose=False)
    model.fit(inputs[:150], labels[:150], eval_set=(inputs[150:], labels[150:]))
    result = model.get_evals_result()
    for source, data in [('learn_error.tsv', 'learn'), ('test_error.tsv', 'validation')]:
        run = answers.run(folder, seed, f'{folder}/{source}')
        with open(f'{folder}/{source}') as file:
            names, *rows = [line.rstrip('\n').split('\t') for line in file]
        for column, name in enumerate(names):
            if name != 'iter':
                assert numpy.allclose([float(row[column]) for row in rows], result[data][name], rtol=1e-9, atol=0)
                for iteration, row in enumerate(rows):
                    run.add(name, iteration, row[column])
    with open(f'{folder}/catboost_training.json') as file:
        iterations = json.load(file)['iterations']
    assert numpy.allclose([row['learn'][0] for row in iterations], result['learn']['Logloss'])
    for part in ['learn', 'test']:
        events = EventAccumulator(f'{folder}/{part}/events.out.tfevents', {'scalars': 0}).Reload()
        run = answers.run(folder, seed, f'{folder}/{part}/events.out.tfevents')
        for tag in events.Tags()['scalars']:
            for event in events.Scalars(tag):
                run.add(tag, event.step, event.value)
answers.write()
