"""A small model of Keras as files with weights: testdata/networks/small.keras and small.h5 (requirements.txt beside it)."""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).parents[2] / "testdata" / "networks"


def main():
    keras.utils.set_random_seed(3)
    adapted = L.Normalization(name="scaled")
    adapted.adapt(np.arange(24, dtype=np.float32).reshape(12, 2) * [1.0, 3.0])
    plain = keras.Sequential(
        [keras.Input((6, 2)), L.GRU(3, name="gru"), L.Dense(2, activation="softmax", name="out")], name="small"
    )
    plain.compile("adam", "sparse_categorical_crossentropy")
    plain.save(FOLDER / "small.keras")
    plain.save(FOLDER / "small.h5")
    plain.save_weights(FOLDER / "small.weights.h5")
    keras.Sequential([keras.Input((2,)), adapted, L.Dense(2, name="out")], name="adapted").save(FOLDER / "adapted.keras")


main()
