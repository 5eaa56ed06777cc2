"""Keras 3: whole models by ModelCheckpoint, as .keras and as the HDF5 of Keras 2 (.h5), with a convolution and a name for each layer."""
import os
os.environ['KERAS_BACKEND'] = 'torch'
import keras
import numpy
from answers import Answers

answers = Answers('keras-models', keras.__version__, 'ModelCheckpoint of whole models every epoch, .keras and .h5', 'keras.saving.load_model; the names are variable.path')
os.makedirs('models')
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.layers.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, activation='relu', name='filters'), keras.layers.BatchNormalization(name='norm'),
    keras.layers.Flatten(), keras.layers.Dense(4, activation='relu', name='hidden'), keras.layers.Dense(2, name='logits')], name='small')
model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
inputs = numpy.random.randn(32, 6, 6, 1).astype('float32')
model.fit(inputs, (inputs.mean((1, 2, 3)) > 0).astype(int), epochs=2, verbose=0, callbacks=[
    keras.callbacks.ModelCheckpoint('models/model_{epoch:02d}.keras'), keras.callbacks.ModelCheckpoint('models/model_{epoch:02d}.h5')])
for name in sorted(os.listdir('models')):
    saved = keras.saving.load_model(f'models/{name}')
    answers.checkpoint(f'models/{name}', None, int(name[6:8]), {variable.path: variable.numpy() for variable in saved.variables})
answers.write()
