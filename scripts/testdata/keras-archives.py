"""Small models of Keras as files with weights: testdata/networks/*.keras and small*.h5 (requirements.txt beside it)."""

import gzip
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

FOLDER = Path(__file__).parents[2] / "testdata" / "networks"


def many():
    """Every way in which weights lie in an archive."""
    inputs = keras.Input((6, 2), name="in")
    x = L.Conv1D(4, 3, padding="causal", activation="relu", name="causal")(inputs)
    x = L.Conv1D(4, 2, padding="same", use_bias=False, name="plain")(x)
    x = L.SeparableConv1D(4, 3, padding="same", name="separable")(x)
    x = L.BatchNormalization(scale=True, name="bn")(x)
    x = L.LayerNormalization(name="ln")(x)
    x = L.GroupNormalization(2, name="gn")(x)
    x = L.Bidirectional(L.GRU(2, return_sequences=True), name="both")(x)
    x = L.Add(name="sum")([x, L.MultiHeadAttention(2, 3, name="mha")(x, x)])
    x = L.TimeDistributed(L.Dense(4, activation="tanh"), name="each")(x)
    x = L.LSTM(3, return_sequences=True, name="lstm")(x)
    x = L.SimpleRNN(3, use_bias=False, name="rnn")(x)
    tower = keras.Sequential([keras.Input((3,)), L.Dense(3, activation="tanh", name="h")], name="tower")
    x = tower(tower(x))
    return keras.Model(inputs, L.Dense(2, name="out")(x), name="many")


def save_many(rng):
    model = many()
    for variable in model.variables:
        if "seed" in variable.path:
            continue
        values = rng.normal(size=variable.shape).astype(np.float32) * 0.5
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
    x = rng.normal(size=(3, 6, 2)).astype(np.float32)
    out = model(x).detach().numpy()
    model.save(FOLDER / "many.keras")
    answer = {"keras": keras.__version__, "input": x.reshape(-1).tolist(), "outputs": out.reshape(-1).tolist()}
    with open(FOLDER / "many.json.gz", "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(json.dumps(answer).encode())


def main():
    keras.utils.set_random_seed(3)
    save_many(np.random.default_rng(4))
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
