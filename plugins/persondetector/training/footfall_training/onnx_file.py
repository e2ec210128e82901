# SPDX-License-Identifier: MPL-2.0
"""What our ONNX files say of themselves, and weights stored in half precision."""
import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .shape import NATIVE_HEIGHT, NATIVE_WIDTH, STRIDES

THRESHOLD = 0.3
LEAST_NUMBERS = 64  # smaller tensors stay as they are


def describe(model, precision, threshold, note):
    """Writes the metadata: the keys that the element reads, then those for people."""
    values = dict(
        names="{0: 'person'}", person_class="0", color="rgb", scale="1", mean="0,0,0", std="1,1,1", resize="stretch",
        pad="114", head="yolox_decoded", threshold=f"{threshold:g}", imgsz=f"[{NATIVE_HEIGHT}, {NATIVE_WIDTH}]",
        strides=",".join(map(str, STRIDES)), rows="cx, cy, w, h in input pixels, score, 1", nms="needed, IoU 0.5",
        precision=precision, author="Footfall", license="MPL-2.0", task="detect", **note,
    )
    del model.metadata_props[:]
    for key, value in values.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value


def halve(model):
    """Stores weights as half precision behind a Cast; runtimes fold it when they load the file and compute in single."""
    casts = []
    for constant in model.graph.initializer:
        if constant.data_type == TensorProto.FLOAT and np.prod(constant.dims) >= LEAST_NUMBERS:
            name, values = constant.name, numpy_helper.to_array(constant).astype(np.float16)
            constant.CopyFrom(numpy_helper.from_array(values, name + "_half"))
            casts.append(helper.make_node("Cast", [name + "_half"], [name], name=name + "_cast", to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def save(model, path):
    """Checks and writes; the SHA-256 of the file."""
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    with open(path, "wb") as f:
        f.write(data)
    return len(data), hashlib.sha256(data).hexdigest()
