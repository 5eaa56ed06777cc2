"""Layers and small models of Keras with their outputs and gradients: testdata/networks/keras-*.json.gz.

KERAS_BACKEND=torch python scripts/testdata/keras-layers.py (requirements.txt beside it). Each case is what `to_json` writes,
weights, an input, the outputs of inference, and the gradients of sum(outputs * direction) with respect to weights and input.
"""

import gzip
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from keras import layers as L  # noqa: E402
from keras import ops  # noqa: E402

torch.set_num_threads(1)
FOLDER = Path(__file__).parents[2] / "testdata" / "networks"
VERSIONS = {"keras": keras.__version__, "torch": torch.__version__, "numpy": np.__version__}


def rounded(values):
    """Seven digits: float32 and no more."""
    array = np.asarray(values, dtype=np.float64).reshape(-1)
    return [float(f"{v:.8g}") for v in array]


def array(values):
    values = np.asarray(values)
    return {"shape": list(values.shape), "values": rounded(values)}


def variables(model, scope=""):
    """Variables of every layer once, under the dotted path of the layer, as its attributes are called inside of it."""
    found = []
    for layer in model.layers:
        path = f"{scope}{layer.name}"
        if isinstance(layer, keras.Model):
            found += variables(layer, f"{path}.")
            continue
        for variable in layer.variables:
            if "seed" in variable.path:
                continue
            inner = variable.path.split("/")
            at = inner.index(layer.name) if layer.name in inner else -2
            found.append((path, layer.__class__.__name__, "/".join(inner[at + 1 :]), variable))
    return found


def fill(model, rng):
    """Weights that are no initial values: gains and biases are not ones and zeros."""
    for _, _, name, variable in variables(model):
        values = rng.normal(size=variable.shape).astype(np.float32) * 0.4
        if "gamma" in name or "scale" in name:
            values += 1
        if "variance" in name:
            values = np.abs(values) + 0.5
        variable.assign(values)


def forward(model, x, training=False):
    """Outputs as one row per example, side by side."""
    out = model(x, training=training)
    out = out if isinstance(out, (list, tuple)) else [out]
    return torch.cat([o.reshape(o.shape[0], -1) for o in out], dim=1)


def case(name, model, x, rng, steps=0):
    fill(model, rng)
    x = np.asarray(x)
    tokens = x.dtype.kind == "i"
    tensor = torch.tensor(x) if tokens else torch.tensor(x, dtype=torch.float32, requires_grad=True)
    out = forward(model, tensor)
    direction = rng.normal(size=tuple(out.shape)).astype(np.float32)
    named = variables(model)
    trained = [v for *_, v in named if v.trainable]
    for variable in trained:
        variable.value.grad = None
    (out * torch.tensor(direction)).sum().backward()
    made = {
        "name": name,
        "model": json.loads(model.to_json()),
        "weights": [{"layer": p, "class": c, "name": n, **array(v.numpy())} for p, c, n, v in named],
        "input": array(x),
        "outputs": array(out.detach().numpy()),
        "direction": rounded(direction),
        "gradients": [None if not v.trainable or v.value.grad is None else rounded(v.value.grad.numpy()) for *_, v in named],
        "inputGradient": None if tokens or tensor.grad is None else rounded(tensor.grad.numpy()),
    }
    if steps:
        made["updates"] = updates(model, x, named, rng, steps)
    return made


def updates(model, x, named, rng, steps):
    """Losses and weights of plain SGD on softmax cross-entropy, every batch the whole input, in training."""
    labels = rng.integers(0, 3, size=len(x))
    rate = 0.05
    tensor = torch.tensor(x) if x.dtype.kind == "i" else torch.tensor(x, dtype=torch.float32)
    losses = []
    trained = [v for *_, v in named if v.trainable]
    for _ in range(steps):
        for variable in trained:
            variable.value.grad = None
        loss = torch.nn.functional.cross_entropy(forward(model, tensor, training=True), torch.tensor(labels))
        loss.backward()
        losses.append(float(loss))
        with torch.no_grad():
            for variable in trained:
                if variable.value.grad is not None:
                    variable.value.sub_(rate * variable.value.grad)
    return {
        "labels": labels.tolist(),
        "rate": rate,
        "losses": losses,
        "weights": [rounded(v.numpy()) for *_, v in named],
    }


def tiny(shape, *stack, dtype="float32"):
    inputs = keras.Input(shape, dtype=dtype)
    x = inputs
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


def layer_cases():
    """One layer or two, each variant of what it can be told."""
    seq, img = (5, 3), (6, 5, 2)
    flat = lambda: L.Flatten(name="flat")  # noqa: E731
    yield "conv1d", seq, [L.Conv1D(4, 3, padding="same", activation="relu", name="c"), flat()]
    yield "conv1d-causal", (7, 3), [L.Conv1D(4, 3, dilation_rate=2, padding="causal", activation="tanh", name="c"), flat()]
    yield "conv1d-strides", (7, 3), [L.Conv1D(4, 3, strides=2, use_bias=False, name="c"), flat()]
    yield "conv2d-dilated", (7, 8, 2), [L.Conv2D(3, (3, 2), dilation_rate=(2, 3), padding="same", name="c"), flat()]
    yield "conv3d-dilated", (4, 5, 4, 1), [L.Conv3D(2, 2, dilation_rate=2, name="c"), flat()]
    yield "maxpool1d", (7, 3), [L.MaxPooling1D(3, strides=2, padding="same", name="p"), flat()]
    yield "avgpool1d", (7, 3), [L.AveragePooling1D(2, name="p"), flat()]
    yield "global-max-1d", seq, [L.GlobalMaxPooling1D(name="p")]
    yield "global-max-2d", img, [L.GlobalMaxPooling2D(keepdims=True, name="p"), flat()]
    yield "global-max-3d", (3, 2, 4, 2), [L.GlobalMaxPooling3D(name="p")]
    yield "global-avg-1d", seq, [L.GlobalAveragePooling1D(name="p")]
    yield "global-avg-2d-keep", img, [L.GlobalAveragePooling2D(keepdims=True, name="p"), flat()]
    yield "depthwise", img, [L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu", name="d"), flat()]
    yield "depthwise-strides", (7, 6, 3), [L.DepthwiseConv2D((2, 3), strides=2, use_bias=False, name="d"), flat()]
    yield "depthwise-dilated", (7, 7, 2), [L.DepthwiseConv2D(2, dilation_rate=2, padding="same", name="d"), flat()]
    yield "depthwise1d", (6, 3), [L.DepthwiseConv1D(3, depth_multiplier=2, name="d"), flat()]
    yield "separable", img, [L.SeparableConv2D(3, 3, padding="same", depth_multiplier=2, activation="relu", name="s"), flat()]
    yield "separable1d", (7, 3), [L.SeparableConv1D(4, 3, strides=2, name="s"), flat()]
    yield "transpose", (3, 4, 2), [L.Conv2DTranspose(3, 2, strides=2, activation="relu", name="t"), flat()]
    yield "transpose-same", (3, 4, 2), [L.Conv2DTranspose(3, 4, strides=2, padding="same", use_bias=False, name="t"), flat()]
    yield "transpose-same-3", (3, 3, 2), [L.Conv2DTranspose(2, 3, strides=1, padding="same", name="t"), flat()]
    yield "transpose-valid-3", (3, 3, 2), [L.Conv2DTranspose(2, 3, strides=2, padding="valid", name="t"), flat()]
    yield "transpose1d", (4, 3), [L.Conv1DTranspose(2, 2, strides=2, name="t"), flat()]
    yield "zero-padding", img, [L.ZeroPadding2D(((1, 2), (0, 3)), name="z"), flat()]
    yield "zero-padding1d", seq, [L.ZeroPadding1D((1, 2), name="z"), flat()]
    yield "zero-padding3d", (2, 2, 3, 1), [L.ZeroPadding3D(1, name="z"), flat()]
    yield "cropping", img, [L.Cropping2D(((1, 2), (0, 1)), name="z"), flat()]
    yield "cropping1d", seq, [L.Cropping1D((1, 2), name="z"), flat()]
    yield "upsampling1d", seq, [L.UpSampling1D(3, name="u"), flat()]
    yield "upsampling2d", img, [L.UpSampling2D((2, 3), name="u"), flat()]
    yield "upsampling2d-bilinear", img, [L.UpSampling2D((2, 3), interpolation="bilinear", name="u"), flat()]
    yield "resizing", img, [L.Resizing(4, 9, name="u"), flat()]
    yield "center-crop", (7, 6, 2), [L.CenterCrop(4, 3, name="u"), flat()]
    yield "permute", (2, 3, 4), [L.Permute((3, 1, 2), name="p"), L.Dense(2, name="d"), flat()]
    yield "repeat-vector", (4,), [L.RepeatVector(3, name="r"), flat()]
    yield "reshape-open", (4, 6), [L.Reshape((-1, 8), name="r"), L.Dense(2, name="d"), flat()]
    yield "group-norm", img[:2] + (6,), [L.GroupNormalization(3, epsilon=1e-2, name="g"), flat()]
    yield "instance-norm", img, [L.GroupNormalization(-1, scale=False, name="g"), flat()]
    yield "rms-norm", seq, [L.RMSNormalization(epsilon=1e-3, name="g"), flat()]
    yield "layer-norm", seq, [L.LayerNormalization(epsilon=1e-2, name="g"), flat()]
    yield "rescaling", img, [L.Rescaling(0.5, offset=-1.0, name="r"), flat()]
    yield "normalization", seq, [L.Normalization(mean=[1.0, 2.0, -1.0], variance=[1.0, 4.0, 0.25], name="n"), flat()]
    yield "normalization-invert", seq, [L.Normalization(axis=None, mean=2.0, variance=4.0, invert=True, name="n"), flat()]
    for kind in (L.LSTM, L.GRU, L.SimpleRNN):
        short = kind.__name__.lower()
        yield short, seq, [kind(4, name="r")]
        yield f"{short}-sequences", seq, [kind(4, return_sequences=True, go_backwards=True, name="r"), flat()]
        yield f"{short}-no-bias", seq, [kind(3, use_bias=False, activation="relu", name="r")]
        yield f"{short}-bidirectional", seq, [L.Bidirectional(kind(3), name="b")]
        yield f"{short}-bidirectional-sequences", seq, [
            L.Bidirectional(kind(3, return_sequences=True), merge_mode="sum", name="b"),
            flat(),
        ]
    yield "lstm-hard", seq, [L.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True, name="r"), flat()]
    yield "lstm-one-step", (1, 3), [L.LSTM(3, name="r")]
    yield "gru-reset-before", seq, [L.GRU(3, reset_after=False, name="r")]
    yield "bidirectional-ave", seq, [L.Bidirectional(L.GRU(3), merge_mode="ave", name="b")]
    yield "bidirectional-mul", seq, [L.Bidirectional(L.LSTM(3), merge_mode="mul", name="b")]
    yield "bidirectional-two", seq, [
        L.Bidirectional(L.LSTM(3), backward_layer=L.LSTM(3, activation="relu", go_backwards=True), name="b")
    ]
    yield "time-distributed", seq, [L.TimeDistributed(L.Dense(2, activation="relu"), name="t"), flat()]
    names = ("hard_sigmoid relu6 mish softsign exponential hard_silu log_sigmoid softmax gelu elu selu silu softplus").split()
    for fn in names:
        yield f"activation-{fn}", (4,), [L.Activation(fn, name="a"), L.Dense(2, name="d")]
    yield "dense-softmax-inside", seq, [L.Dense(4, activation="softmax", name="a"), flat()]
    yield "softmax-layer", seq, [L.Softmax(name="a"), L.Dense(2, name="d"), flat()]
    for noisy in (
        *(L.SpatialDropout1D(0.3, name="n"), L.GaussianNoise(0.3, name="n"), L.GaussianDropout(0.3, name="n")),
        *(L.AlphaDropout(0.3, name="n"), L.Dropout(0.3, name="n")),
    ):
        yield f"inference-{noisy.__class__.__name__}", seq, [noisy, L.Dense(2, name="d"), flat()]
    for noisy in (
        *(L.RandomFlip("horizontal", name="n"), L.RandomTranslation(0.1, 0.2, name="n"), L.RandomZoom(0.1, name="n")),
        *(L.RandomContrast(0.2, name="n"), L.RandomBrightness(0.2, name="n"), L.SpatialDropout2D(0.2, name="n")),
    ):
        yield f"inference-{noisy.__class__.__name__}", img, [noisy, flat()]


def graph_cases(rng):
    """Several inputs, shared layers, models in models, operations."""

    def named(name, build, shape, dtype="float32"):
        inputs = keras.Input(shape, dtype=dtype, name="in")
        return name, keras.Model(inputs, build(inputs)), shape

    def two(x):
        return L.Dense(4, name="a")(x), L.Dense(4, name="b")(x)

    for cls in (L.Add, L.Multiply, L.Subtract, L.Average, L.Maximum, L.Minimum):
        yield named(f"merge-{cls.__name__}", lambda x, cls=cls: cls(name="m")(list(two(x))), (3,))
    yield named("concatenate-axis", lambda x: L.Flatten()(L.Concatenate(axis=1, name="m")(list(two(x)))), (2, 3))
    yield named(
        "multiply-stretched",
        lambda x: L.Flatten()(L.Multiply(name="m")([x, L.GlobalAveragePooling2D(keepdims=True, name="g")(x)])),
        (3, 4, 2),
    )

    def operations(x):
        a, b = two(x)
        return (1.0 - (a + b) * 2.0) / 3.0 - a * b

    yield named("operations", operations, (3,))
    yield named("division", lambda x: L.Dense(2, name="d")(x / (x * x + 1.0)), (3,))
    yield named("first-place", lambda x: L.Dense(2, name="d")(x[:, 0]), (4, 3))
    yield named("last-place", lambda x: L.Dense(2, name="d")(x[:, -1]), (4, 3))
    yield named("mean-operation", lambda x: ops.mean(L.Dense(2, name="d")(x), axis=1), (4, 3))
    yield named("relu-operation", lambda x: L.Dense(2, name="e")(ops.relu(L.Dense(4, name="d")(x))), (3,))
    yield named("attention", lambda x: L.Flatten()(L.MultiHeadAttention(2, 3, name="m")(x, x)), (4, 5))
    yield named(
        "attention-causal",
        lambda x: L.Flatten()(L.MultiHeadAttention(2, 3, value_dim=2, use_bias=False, name="m")(x, x, use_causal_mask=True)),
        (4, 5),
    )

    def crossed(x):
        query = L.Dense(4, name="q")(x[:, 1])
        query = L.Reshape((1, 4), name="r")(query)
        key = L.Dense(3, name="k")(x)
        return L.Flatten()(L.MultiHeadAttention(2, 3, output_shape=7, name="m")(query=query, value=x, key=key))

    yield named("attention-crossed", crossed, (4, 5))

    def shared(x):
        layer = L.Dense(3, activation="tanh", name="s")
        return L.Dense(2, name="d")(layer(layer(x)))

    yield named("shared", shared, (3,))

    def nested(x):
        inner_in = keras.Input((3,))
        h = L.Dense(4, activation="relu", name="h")(inner_in)
        inner = keras.Model(inner_in, [h, L.Dense(2, name="o")(h)], name="inner")
        h, o = inner(x)
        block = keras.Sequential([keras.Input((4,)), L.Dense(2, name="h"), L.ReLU(name="r")], name="block")
        return L.Add(name="sum")([block(h), o])

    yield named("nested", nested, (3,))

    def nested_shared(x):
        inner = keras.Sequential([keras.Input((3,)), L.Dense(3, name="h"), L.ReLU(name="r")], name="inner")
        return L.Concatenate(name="c")([inner(x), inner(inner(x))])

    yield named("nested-shared", nested_shared, (3,))

    def frozen_dropout(x):
        return L.Dense(2, name="d")(L.Dropout(0.5, name="n")(x, training=False))

    yield named("training-false", frozen_dropout, (3,))


def architectures():
    """Small ones of fifteen kinds that people know."""

    def mobile(x):
        x = L.Conv2D(4, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
        x = L.BatchNormalization(name="stem_bn")(x)
        x = L.Activation("relu6", name="stem_relu")(x)
        y = L.Conv2D(8, 1, use_bias=False, name="expand")(x)
        y = L.BatchNormalization(name="expand_bn")(y)
        y = L.Activation("relu6", name="expand_relu")(y)
        y = L.DepthwiseConv2D(3, padding="same", use_bias=False, name="depth")(y)
        y = L.BatchNormalization(name="depth_bn")(y)
        y = L.Activation("relu6", name="depth_relu")(y)
        y = L.Conv2D(4, 1, use_bias=False, name="project")(y)
        y = L.BatchNormalization(name="project_bn")(y)
        x = L.Add(name="add")([x, y])
        return L.Dense(3, name="logits")(L.GlobalAveragePooling2D(name="pool")(x))

    def resnet(x):
        x = L.Conv2D(4, 3, padding="same", name="stem")(x)
        y = L.ReLU(name="r1")(L.BatchNormalization(name="b1")(x))
        y = L.Conv2D(4, 3, padding="same", name="c1")(y)
        y = L.ReLU(name="r2")(L.BatchNormalization(name="b2")(y))
        y = L.Conv2D(4, 3, padding="same", name="c2")(y)
        return L.Dense(3, name="logits")(L.GlobalAveragePooling2D(name="pool")(L.Add(name="add")([x, y])))

    def squeeze(x):
        x = L.Conv2D(4, 3, padding="same", activation="relu", name="stem")(x)
        s = L.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
        s = L.Conv2D(2, 1, activation="silu", name="reduce")(s)
        s = L.Conv2D(4, 1, activation="sigmoid", name="excite")(s)
        return L.Dense(3, name="logits")(L.GlobalMaxPooling2D(name="pool")(L.Multiply(name="gate")([x, s])))

    def unet(x):
        a = L.Conv2D(3, 3, padding="same", activation="relu", name="down1")(x)
        b = L.MaxPooling2D(2, name="pool")(a)
        b = L.Conv2D(6, 3, padding="same", activation="relu", name="bottom")(b)
        u = L.Conv2DTranspose(3, 2, strides=2, name="up")(b)
        u = L.Concatenate(name="skip")([a, u])
        u = L.Conv2D(2, 3, padding="same", activation="relu", name="up1")(u)
        return L.Dense(3, name="logits")(L.Flatten(name="flat")(u))

    def lenet(x):
        x = L.Conv2D(3, 5, padding="same", activation="tanh", name="c1")(x)
        x = L.AveragePooling2D(2, name="p1")(x)
        x = L.Conv2D(4, 3, activation="tanh", name="c2")(x)
        x = L.Flatten(name="flat")(x)
        return L.Dense(3, name="logits")(L.Dense(8, activation="tanh", name="f1")(x))

    def cnn1d(x):
        x = L.Conv1D(6, 5, activation="relu", name="c1")(x)
        x = L.MaxPooling1D(2, name="p")(x)
        x = L.Conv1D(6, 3, dilation_rate=2, padding="causal", activation="relu", name="c2")(x)
        return L.Dense(3, name="logits")(L.GlobalMaxPooling1D(name="g")(x))

    def text(cell):
        def build(x):
            x = L.Embedding(12, 4, name="embed")(x)
            return L.Dense(3, name="logits")(cell(x))

        return build

    def transformer(x):
        x = L.Embedding(12, 6, name="embed")(x)
        a = L.LayerNormalization(epsilon=1e-5, name="ln1")(x)
        x = L.Add(name="add1")([x, L.MultiHeadAttention(2, 3, name="mha")(a, a)])
        b = L.LayerNormalization(epsilon=1e-5, name="ln2")(x)
        b = L.Dense(6, name="f2")(L.Dense(12, activation="gelu", name="f1")(b))
        x = L.Add(name="add2")([x, b])
        return L.Dense(3, name="logits")(L.GlobalAveragePooling1D(name="pool")(x))

    def autoencoder(x):
        enc = keras.Sequential([keras.Input((8,)), L.Dense(4, activation="relu", name="h"), L.Dense(2, name="z")], name="encoder")
        dec = keras.Sequential([keras.Input((2,)), L.Dense(4, activation="relu", name="h"), L.Dense(8, name="out")], name="decoder")
        return L.Dense(3, name="logits")(dec(enc(x)))

    def nested(x):
        i = keras.Input((4, 4, 2))
        y = L.Conv2D(3, 3, padding="same", activation="relu", name="c")(i)
        block = keras.Model(i, L.Concatenate(name="cat")([i, y]), name="block")
        return L.Dense(3, name="logits")(L.GlobalAveragePooling2D(name="pool")(block(x)))

    def siamese(x):
        tower = keras.Sequential([keras.Input((3,)), L.Dense(4, activation="tanh", name="h")], name="tower")
        both = L.Reshape((2, 3), name="both")(x)
        a, b = tower(both[:, 0]), tower(both[:, 1])
        return L.Dense(3, name="logits")(L.Concatenate(name="cat")([a * b, L.Subtract(name="diff")([a, b])]))

    def densenet(x):
        for i in (1, 2):
            y = L.ReLU(name=f"r{i}")(L.BatchNormalization(name=f"b{i}")(x))
            y = L.Conv2D(2, 3, padding="same", use_bias=False, name=f"c{i}")(y)
            x = L.Concatenate(name=f"cat{i}")([x, y])
        x = L.AveragePooling2D(2, name="transition")(x)
        return L.Dense(3, name="logits")(L.GlobalAveragePooling2D(name="pool")(x))

    def inception(x):
        a = L.Conv2D(2, 1, activation="relu", name="a")(x)
        b = L.Conv2D(2, 3, padding="same", activation="relu", name="b2")(L.Conv2D(2, 1, activation="relu", name="b1")(x))
        c = L.Conv2D(2, 1, activation="relu", name="c2")(L.MaxPooling2D(3, strides=1, padding="same", name="c1")(x))
        d = L.SeparableConv2D(2, 3, padding="same", activation="relu", name="d")(x)
        x = L.Concatenate(name="cat")([a, b, c, d])
        return L.Dense(3, name="logits")(L.GlobalAveragePooling2D(name="pool")(x))

    def mlp(x):
        return L.Dense(3, name="logits")(L.Dense(8, activation="gelu", name="f2")(L.Dense(8, activation="relu", name="f1")(x)))

    yield "mlp", mlp, (6,), False
    yield "lenet", lenet, (8, 8, 1), False
    yield "mobilenet-block", mobile, (6, 6, 2), False
    yield "resnet-block", resnet, (4, 4, 2), False
    yield "squeeze-excite", squeeze, (4, 4, 2), False
    yield "u-net", unet, (4, 4, 2), False
    yield "cnn-1d", cnn1d, (16, 3), False
    yield "lstm-classifier", text(L.LSTM(5, name="lstm")), (6,), True
    yield "gru-classifier", text(L.Bidirectional(L.GRU(4), name="gru")), (6,), True
    yield "transformer-encoder", transformer, (5,), True
    yield "autoencoder", autoencoder, (8,), False
    yield "nested-functional", nested, (4, 4, 2), False
    yield "siamese", siamese, (6,), False
    yield "densenet-block", densenet, (4, 4, 2), False
    yield "inception-block", inception, (4, 4, 2), False


def augmentations(rng):
    """In training, with ranges of one number, so that nothing is left to chance."""
    x = rng.normal(size=(2, 6, 5, 2)).astype(np.float32)
    for fill in ("reflect", "wrap", "nearest", "constant"):
        for interpolation in ("bilinear", "nearest"):
            more = {"fill_mode": fill, "interpolation": interpolation, "fill_value": 0.7 if fill == "constant" else 0.0}
            yield f"translation-{fill}-{interpolation}", x, L.RandomTranslation((0.13, 0.13), (-0.47, -0.47), name="n", **more)
            yield f"zoom-{fill}-{interpolation}", x, L.RandomZoom((0.31, 0.31), (-0.23, -0.23), name="n", **more)
    yield "zoom-alone", x, L.RandomZoom((0.9, 0.9), name="n")
    yield "brightness", x, L.RandomBrightness((0.2, 0.2), value_range=(-1.0, 1.5), name="n")
    yield "contrast-none", x, L.RandomContrast((0.0, 0.0), value_range=(-1.0, 1.5), name="n")


def augmented(name, x, layer):
    model = tiny(x.shape[1:], layer, L.Flatten(name="flat"))
    out = layer(torch.tensor(x), training=True)
    return {
        "name": name,
        "model": json.loads(model.to_json()),
        "input": array(x),
        "outputs": array(out.detach().numpy()),
    }


def write(name, cases):
    text = json.dumps({"versions": VERSIONS, "cases": cases}, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / f"{name}.json.gz", "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write(text.encode())
    print(name, len(cases), "cases", (FOLDER / f"{name}.json.gz").stat().st_size, "bytes")


def main():
    rng = np.random.default_rng(20261127)
    made = []
    for name, shape, stack in layer_cases():
        keras.backend.clear_session()
        made.append(case(name, tiny(shape, *stack), rng.normal(size=(3, *shape)), rng))
    write("keras-layers", made)
    write("keras-graphs", [case(n, model, rng.normal(size=(3, *s)), rng) for n, model, s in graph_cases(rng)])
    write("keras-augmentation", [augmented(*one) for one in augmentations(np.random.default_rng(5))])
    made = []
    for name, build, shape, tokens in architectures():
        keras.backend.clear_session()
        inputs = keras.Input(shape, dtype="int32" if tokens else "float32", name="in")
        x = rng.integers(0, 12, size=(6, *shape)) if tokens else rng.normal(size=(6, *shape))
        made.append(case(name, keras.Model(inputs, build(inputs), name=name), x, rng, steps=5))
    write("keras-architectures", made)


main()
