"""What models of Keras set for their training: testdata/networks/keras-training.json.gz.

KERAS_BACKEND=torch python scripts/testdata/keras-training.py (requirements.txt beside it). Each case is what `to_json` writes,
initial weights, one batch, the outputs of inference, and losses and weights of five updates by Keras's own `train_on_batch`.
"""

import gzip
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from keras import constraints as C  # noqa: E402
from keras import initializers as I  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import losses as LO  # noqa: E402
from keras import optimizers as O  # noqa: E402
from keras import regularizers as R  # noqa: E402

torch.set_num_threads(1)
FOLDER = Path(__file__).parents[2] / "testdata" / "networks"
VERSIONS = {"keras": keras.__version__, "torch": torch.__version__, "numpy": np.__version__}
N = 12


def rounded(values):
    return [float(f"{v:.8g}") for v in np.asarray(values, dtype=np.float64).reshape(-1)]


def array(values):
    values = np.asarray(values)
    return {"shape": list(values.shape), "values": rounded(values)}


def variables(model):
    """(layer, class, name inside of it, variable), without seeds."""
    found = []
    for layer in model.layers:
        for variable in layer.variables:
            if "seed" in variable.path:
                continue
            inner = variable.path.split("/")
            at = inner.index(layer.name) if layer.name in inner else -2
            found.append((layer.name, layer.__class__.__name__, "/".join(inner[at + 1 :]), variable))
    return found


def fill(model, rng):
    for _, _, name, variable in variables(model):
        values = rng.normal(size=variable.shape).astype(np.float32) * 0.5
        if "gamma" in name:
            values += 1
        if "variance" in name:
            values = np.abs(values) + 0.5
        variable.assign(values)


CASES = []


def case(name, layers, loss, targets, optimizer=None, shape=(5,), weights=None, scale=1.0):
    """`targets`: classes, binary, labels or numbers; `weights`: of the classes."""
    rng = np.random.default_rng(len(CASES) + 1)
    model = keras.Sequential([keras.Input(shape, name="in"), *layers])
    fill(model, rng)
    x = (rng.normal(size=(N, *shape)) * scale).astype(np.float32)
    width = model.output_shape[-1]
    if targets == "classes":
        y = rng.integers(0, width, size=N)
    elif targets == "binary":
        y = rng.integers(0, 2, size=N)
    elif targets == "labels":
        y = rng.integers(0, 2, size=(N, width)).astype(np.float32)
    else:
        y = (rng.normal(size=(N, width)) * 2).astype(np.float32)
    given = y
    if targets == "binary":
        given = y.reshape(-1, 1).astype(np.float32)
    if targets == "classes" and isinstance(loss, LO.CategoricalCrossentropy):
        given = np.eye(width, dtype=np.float32)[y]
    model.compile(loss=loss, optimizer=optimizer or O.SGD(0.1))
    before = [array(v.numpy()) for *_, v in variables(model)]
    outputs = np.asarray(model.predict(x, verbose=0))
    reported = float(model.evaluate(x, given, batch_size=N, verbose=0, return_dict=True)["loss"])
    updates = []
    for _ in range(5):
        model.reset_metrics()
        options = {"class_weight": weights} if weights else {}
        updates.append(float(np.asarray(model.train_on_batch(x, given, return_dict=True, **options)["loss"])))
    names = [{"layer": layer, "class": cls, "name": inner} for layer, cls, inner, _ in variables(model)]
    CASES.append(
        {
            "name": name,
            "model": json.loads(model.to_json()),
            "targetKind": targets,
            "input": array(x),
            "targets": rounded(y),
            "classWeights": weights,
            # Keras does not write it.
            "delta": 0.7 if isinstance(loss, LO.Huber) else None,
            "outputs": array(outputs),
            "evaluated": reported,
            "losses": updates,
            "weights": [{**n, **b} for n, b in zip(names, before)],
            "after": [rounded(v.numpy()) for *_, v in variables(model)],
        }
    )


SCE = "sparse_categorical_crossentropy"
BCE = "binary_crossentropy"


def head(units=3, activation="softmax", **settings):
    return L.Dense(units, activation=activation, name="head", **settings)


case("frozen", [L.Dense(6, activation="relu", name="features", trainable=False), head()], SCE, "classes")
case(
    "frozen batch norm",
    [L.Dense(6, name="fc"), L.BatchNormalization(name="bn", trainable=False), L.ReLU(name="relu"), head()],
    SCE,
    "classes",
)
case(
    "l1 and l2",
    [
        L.Dense(
            6,
            activation="tanh",
            name="fc",
            kernel_regularizer=R.L2(0.05),
            bias_regularizer=R.L1(0.02),
        ),
        head(kernel_regularizer=R.L1L2(0.01, 0.03)),
    ],
    SCE,
    "classes",
)
case(
    "l2 of a frozen layer",
    [L.Dense(6, activation="tanh", name="fc", kernel_regularizer=R.L2(0.05), trainable=False), head()],
    SCE,
    "classes",
)
case(
    "max norm, non-negative",
    [
        L.Dense(6, activation="tanh", name="fc", kernel_constraint=C.MaxNorm(0.9), bias_constraint=C.NonNeg()),
        head(kernel_constraint=C.MaxNorm(1.1, axis=1)),
    ],
    SCE,
    "classes",
)
case(
    "unit norm, norms between",
    [
        L.Dense(6, activation="tanh", name="fc", kernel_constraint=C.UnitNorm()),
        head(kernel_constraint=C.MinMaxNorm(0.6, 0.9, rate=0.7)),
    ],
    SCE,
    "classes",
)
case(
    "max norm of filters",
    [
        L.Conv2D(4, 3, activation="relu", name="conv", kernel_constraint=C.MaxNorm(0.8, axis=[0, 1, 2])),
        L.Flatten(name="flat"),
        head(),
    ],
    SCE,
    "classes",
    shape=(5, 5, 2),
    # Keras cuts probabilities at 1e-7, which a loss from logits does not: no score may be as far off as that.
    scale=0.3,
)
case(
    "slopes and limits",
    [
        L.Dense(8, name="fc"),
        L.LeakyReLU(negative_slope=0.3, name="leaky"),
        L.Dense(8, name="fc2"),
        L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.25, name="limited"),
        L.Dense(8, name="fc3"),
        L.ELU(alpha=0.7, name="elu"),
        L.Dense(8, name="fc4", activation="leaky_relu"),
        L.Dense(8, name="fc5"),
        L.ReLU(max_value=6.0, name="six"),
        head(),
    ],
    SCE,
    "classes",
    scale=3.0,
)
case(
    "batch norm without gain",
    [
        L.Dense(6, name="fc"),
        L.BatchNormalization(name="bn", momentum=0.8, epsilon=0.01, scale=False),
        L.ReLU(name="relu"),
        head(),
    ],
    SCE,
    "classes",
)
case(
    "batch norm without shift",
    [
        L.Conv2D(4, 3, name="conv"),
        L.BatchNormalization(name="bn", momentum=0.7, center=False),
        L.Flatten(name="flat"),
        head(),
    ],
    SCE,
    "classes",
    shape=(5, 5, 2),
)
case(
    "layer norm without either",
    [
        L.Dense(6, name="fc"),
        L.LayerNormalization(name="a", center=False),
        L.Dense(6, name="fc2"),
        L.LayerNormalization(name="b", scale=False, center=False),
        head(),
    ],
    SCE,
    "classes",
)
case("huber", [L.Dense(6, activation="tanh", name="fc"), head(2, None)], LO.Huber(delta=0.7), "numbers")
case("mean absolute error", [L.Dense(6, activation="tanh", name="fc"), head(2, None)], "mae", "numbers")
case("sigmoid with mean squared error", [L.Dense(6, activation="tanh", name="fc"), head(1, "sigmoid")], "mse", "numbers")
case("one unit", [L.Dense(6, activation="tanh", name="fc"), head(1, "sigmoid")], BCE, "binary")
case(
    "one logit",
    [L.Dense(6, activation="tanh", name="fc"), head(1, None)],
    LO.BinaryCrossentropy(from_logits=True),
    "binary",
)
case("labels", [L.Dense(6, activation="tanh", name="fc"), head(4, "sigmoid")], BCE, "labels")
case(
    "labels, smoothed",
    [L.Dense(6, activation="tanh", name="fc"), head(4, "sigmoid")],
    LO.BinaryCrossentropy(label_smoothing=0.2),
    "labels",
)
case(
    "label smoothing",
    [L.Dense(6, activation="tanh", name="fc"), head()],
    LO.CategoricalCrossentropy(label_smoothing=0.1),
    "classes",
)
case(
    "class weights",
    [L.Dense(6, activation="tanh", name="fc"), head()],
    SCE,
    "classes",
    weights={0: 0.5, 1: 2.0, 2: 1.25},
)
case(
    "class weights of one unit",
    [L.Dense(6, activation="tanh", name="fc"), head(1, "sigmoid")],
    BCE,
    "binary",
    weights={0: 0.5, 1: 3.0},
)
case(
    "adam",
    [L.Dense(6, activation="tanh", name="fc", kernel_regularizer=R.L2(0.01)), head()],
    SCE,
    "classes",
    optimizer=O.Adam(0.01, beta_2=0.99),
)
case(
    "momentum",
    [L.Dense(6, activation="tanh", name="fc"), head()],
    SCE,
    "classes",
    optimizer=O.SGD(0.05, momentum=0.8),
)


def drawn(name, initializer, shape):
    """Limits and moments of many values, and the settings that they follow from."""
    keras.utils.set_random_seed(7)
    # An initializer gives the same values at every call, a clone of it others.
    draws = [initializer.clone()(shape) for _ in range(40)]
    values = np.concatenate([np.asarray(draw.cpu()).reshape(-1) for draw in draws])
    return {
        "name": name,
        "initializer": keras.saving.serialize_keras_object(initializer),
        "shape": list(shape),
        "mean": float(values.mean()),
        "std": float(values.std()),
        "largest": float(np.abs(values).max()),
        "count": int(values.size),
    }


SHAPES = [(40, 30), (3, 3, 8, 16), (5, 7, 9)]
INITIALIZERS = [
    *[(shape, cls()) for shape in SHAPES for cls in (I.GlorotUniform, I.GlorotNormal, I.HeUniform, I.HeNormal)],
    *[(shape, cls()) for shape in SHAPES for cls in (I.LecunUniform, I.LecunNormal)],
    ((40, 30), I.RandomNormal(0.3, 0.2)),
    ((40, 30), I.RandomUniform(-0.1, 0.4)),
    ((40, 30), I.TruncatedNormal(0.1, 0.2)),
    ((3, 3, 8, 16), I.VarianceScaling(0.5, "fan_out", "untruncated_normal")),
    ((3, 3, 8, 16), I.VarianceScaling(0.5, "fan_avg", "truncated_normal")),
    ((40, 30), I.Constant(0.25)),
    ((40, 30), I.Zeros()),
    ((40, 30), I.Ones()),
    ((30, 40), I.Orthogonal(1.5)),
    ((40, 40), I.Identity()),
]


def main():
    content = {
        "versions": VERSIONS,
        "cases": CASES,
        "initializers": [drawn(f"{i.__class__.__name__} {shape}", i, shape) for shape, i in INITIALIZERS],
    }
    text = json.dumps(content, separators=(",", ":"))
    with open(FOLDER / "keras-training.json.gz", "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as zipped:
            zipped.write(text.encode())
    print(len(text), "bytes,", len(CASES), "cases")


if __name__ == "__main__":
    main()
