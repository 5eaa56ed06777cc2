"""Writes golden-arrays.json beside this file: what NumPy saves, as base64, with the values that it means.

Run by hand with NumPy and Pillow: python3 src/formats/testing/golden_arrays.py
"""
import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image


def saved(save, *args, **kwargs):
    buffer = io.BytesIO()
    save(buffer, *args, **kwargs)
    return base64.b64encode(buffer.getvalue()).decode()


arrays = []
for dtype in ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8"]:
    arrays.append(np.arange(6).reshape(2, 3).astype(dtype) - (0 if np.dtype(dtype).kind in "bu" else 3))
for dtype in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    arrays.append(np.array([[0.5, -1.25, 3], [2**-14, 60000, -0.0]], dtype=dtype))
arrays.append(np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
arrays.append(np.asfortranarray(np.arange(24, dtype=">f8").reshape(4, 3, 2)))
arrays.append(np.array(7, dtype="<i4"))
arrays.append(np.zeros((0, 3), dtype="<f4"))
npy = []
for version in [(1, 0), (2, 0), (3, 0)]:
    for array in arrays if version == (1, 0) else arrays[-4:]:
        data = saved(np.lib.format.write_array, array, version=version)
        npy.append({"descr": array.dtype.str, "version": version[0], "shape": array.shape, "data": data,
                    "values": [float(v) for v in array.ravel(order="C")]})

npz_arrays = {"x_train": np.arange(12, dtype="<f4").reshape(4, 3), "y_train": np.array([0, 1, 1, 0])}
rng = np.random.default_rng(1)
pixels = rng.integers(0, 256, (5, 7, 4)).astype("u1")
pictures = []
for mode, channels in [("L", 1), ("RGB", 3), ("RGBA", 3), ("LA", 1), ("1", 1), ("P", 3)]:
    image = Image.fromarray(pixels[:, :, :3], "RGB").convert(mode)
    if mode == "RGBA":
        image = Image.fromarray(pixels, "RGBA")
    seen = np.asarray(image.convert("RGB") if mode == "P" else image.convert("L") if channels == 1 else image.convert("RGB"))
    pictures.append({"mode": mode, "channels": channels, "data": saved(image.save, "PNG"), "pixels": seen.ravel().tolist()})
smooth = np.add.outer(np.arange(16), np.arange(24))[:, :, None] * np.array([4, 3, 2]) + 20
for mode in ["L", "RGB"]:
    image = Image.fromarray(smooth.astype("u1"), "RGB").convert(mode)
    data = saved(image.save, "JPEG", quality=95, subsampling=0)
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    pictures.append({"mode": f"jpeg {mode}", "channels": 1 if mode == "L" else 3, "data": data, "pixels": seen.ravel().tolist()})

golden = {
    "numpy": np.__version__,
    "npy": npy,
    "npz": {"plain": saved(np.savez, **npz_arrays), "compressed": saved(np.savez_compressed, **npz_arrays)},
    "objects": saved(np.save, np.array([{}], dtype=object), allow_pickle=True),
    "complex": saved(np.save, np.array([1j])),
    "records": saved(np.save, np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])),
    "large": saved(np.save, np.array([2**60 + 1])),
    "pictures": pictures,
}
target = pathlib.Path(__file__).with_name("golden-arrays.json")
target.write_text(json.dumps(golden) + "\n")
