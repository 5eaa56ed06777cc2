"""What TensorBoard reads from a folder of event files, as JSON on the standard output.

python tensorboard_reads.py FOLDER

`legacy` is event_processing.event_accumulator.EventAccumulator, what scripts use, which converts nothing; `plugin` is
plugin_event_accumulator, what TensorBoard's dashboards are fed from, which upgrades the first format. Numbers are hexadecimal
bytes of little-endian doubles (of floats in tensors), so that nothing is lost; nothing is sampled away.
"""

import hashlib
import json
import pathlib
import struct
import sys

from tensorboard import version
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util


def double(*values):
    return struct.pack("<%dd" % len(values), *values).hex()


def tensor(event):
    array = tensor_util.make_ndarray(event.tensor_proto)
    if array.dtype.kind in "OS":
        elements = [element.hex() for element in array.flatten().tolist()]
        return {"dtype": "string", "shape": list(array.shape), "elements": elements}
    little = array.astype(array.dtype.newbyteorder("<"))
    return {"dtype": str(array.dtype), "shape": list(array.shape), "bytes": little.tobytes().hex()}


def points(events, value):
    return [{"wallTime": double(event.wall_time), "step": event.step, "value": value(event)} for event in events]


def histogram(event):
    h = event.histogram_value
    return {
        "moments": double(h.min, h.max, h.num, h.sum, h.sum_squares),
        "limits": double(*h.bucket_limit),
        "buckets": double(*h.bucket),
    }


def image(event):
    return {"width": event.width, "height": event.height, "bytes": event.encoded_image_string.hex()}


def graph(accumulator):
    if not accumulator.Tags()["graph"]:
        return None
    return [
        {
            "name": node.name,
            "op": node.op,
            "inputs": list(node.input),
            "attributes": {key: value.SerializeToString().hex() for key, value in sorted(node.attr.items())},
        }
        for node in accumulator.Graph().node
    ]


def legacy(folder):
    sizes = {key: 0 for key in event_accumulator.DEFAULT_SIZE_GUIDANCE}
    acc = event_accumulator.EventAccumulator(folder, sizes, purge_orphaned_data=False).Reload()
    tags = acc.Tags()
    return {
        "scalars": {tag: points(acc.Scalars(tag), lambda event: double(event.value)) for tag in tags["scalars"]},
        "histograms": {tag: points(acc.Histograms(tag), histogram) for tag in tags["histograms"]},
        "images": {tag: points(acc.Images(tag), image) for tag in tags["images"]},
        "tensors": {tag: points(acc.Tensors(tag), tensor) for tag in tags["tensors"]},
        "graph": graph(acc),
    }


def metadata(summary_metadata):
    return {
        "plugin": summary_metadata.plugin_data.plugin_name,
        "content": summary_metadata.plugin_data.content.hex(),
        "displayName": summary_metadata.display_name,
        "description": summary_metadata.summary_description,
        "dataClass": summary_metadata.data_class,
    }


def plugin(folder):
    acc = plugin_event_accumulator.EventAccumulator(folder, {plugin_event_accumulator.TENSORS: 0}).Reload()
    return {
        "tensors": {tag: points(acc.Tensors(tag), tensor) for tag in acc.Tags()["tensors"]},
        "metadata": {tag: metadata(acc.SummaryMetadata(tag)) for tag in acc.Tags()["tensors"]},
        "graph": graph(acc),
    }


def main(folder):
    files = sorted(path for path in pathlib.Path(folder).iterdir() if "tfevents" in path.name)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    result = {
        "tensorboard": version.VERSION,
        "sha256": digest,
        "legacy": legacy(folder),
        "plugin": plugin(folder),
    }
    print(json.dumps(result, allow_nan=False))


main(sys.argv[1])
