"""Keras 3: CSVLogger, History.history as JSON, and weights by ModelCheckpoint, for two seeds; the second one's loss diverges."""
import csv
import json
import os
os.environ['KERAS_BACKEND'] = 'torch'
import keras
import numpy
from answers import Answers, number

answers = Answers('keras', keras.__version__, 'CSVLogger and ModelCheckpoint in fit(), 10 epochs; history.json is json.dump(History.history)',
                  'History.history of the same fit(); the CSV checked against csv.DictReader; load_weights for the checkpoints')
os.makedirs('logs')
for seed in [1, 2]:
    folder = f'logs/seed_{seed}'
    os.makedirs(folder)
    keras.utils.set_random_seed(seed)
    inputs = numpy.random.randn(64, 4).astype('float32')
    targets = inputs @ numpy.ones((4, 1), 'float32')
    # The second one has a step size at which the loss grows until it overflows.
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(6, activation='relu' if seed == 1 else None), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05 if seed == 1 else 0.25), 'mse', metrics=['mae'])
    plateau = keras.callbacks.ReduceLROnPlateau(patience=3)
    history = model.fit(inputs, targets, epochs=10, batch_size=16, validation_split=0.25, verbose=0, callbacks=[
        *([plateau] if seed == 2 else []),
        keras.callbacks.CSVLogger(f'{folder}/training.csv'),
        keras.callbacks.ModelCheckpoint(f'{folder}/{{epoch:02d}}.weights.h5', save_weights_only=True, save_freq=15),
        *([plateau] if seed == 1 else [])])
    with open(f'{folder}/history.json', 'w') as file:
        json.dump(history.history, file)
    with open(f'{folder}/training.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    for source in ['training.csv', 'history.json']:
        run = answers.run(f'seed_{seed}', seed, f'{folder}/{source}')
        for name, values in history.history.items():
            if source == 'training.csv' and name not in rows[0]:
                # Where ReduceLROnPlateau stands behind CSVLogger, the file has no learning rate.
                continue
            for epoch, value in zip(history.epoch, values):
                run.add(name, epoch, value)
            if source == 'history.json':
                continue
            own = [(int(row['epoch']), number(row[name])) for row in rows]
            assert own == list(zip(history.epoch, [number(v) for v in values])), name
    if seed == 1:
        for name in sorted(os.listdir(folder)):
            if name.endswith('.h5'):
                model.load_weights(f'{folder}/{name}')
                answers.checkpoint(f'{folder}/{name}', None, int(name[:2]),
                                   {variable.path: variable.numpy() for variable in model.variables})
    else:
        for name in os.listdir(folder):
            if name.endswith('.h5'):
                os.remove(f'{folder}/{name}')
answers.write()
