#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Makes the INT8 twin: static quantisation (QDQ), calibrated on training pictures alone.

    quantise.py --model single.onnx --store STORE --out footfall-person-int8.onnx

--model is what `export.py --single` wrote. Weights are signed, per channel, and by default of seven bits, because
processors without VNNI add pairs of products in sixteen bits, which eight would overflow. The first and last
convolutions and the decoding stay in float.
"""
import argparse
import os
import sys
import tempfile

import cv2
import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from footfall_training import onnx_file
from footfall_training.shape import NATIVE_HEIGHT, NATIVE_WIDTH
from footfall_training.store import rows_of

METHODS = dict(minmax=CalibrationMethod.MinMax, percentile=CalibrationMethod.Percentile, entropy=CalibrationMethod.Entropy)


class Pictures(CalibrationDataReader):
    """Whole training pictures, stretched, as the element feeds them."""

    def __init__(self, store, count, seed=1):
        rows = rows_of(store, "train")
        chosen = np.random.default_rng(seed).permutation(len(rows))[:count]
        self.rows = iter([rows[k] for k in chosen])

    def get_next(self):
        row = next(self.rows, None)
        if row is None:
            return None
        picture = cv2.resize(row["store"].picture(row), (NATIVE_WIDTH, NATIVE_HEIGHT), interpolation=cv2.INTER_LINEAR)
        return {"images": np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)}


def kept_in_float(model):
    """The first convolution, whose three channels gain nothing, the last ones, and everything behind those."""
    first = next(n for n in model.graph.node if n.op_type == "Conv")
    behind, names = set(), [first.name] + [n.name for n in model.graph.node if first.output[0] in n.input]
    for node in model.graph.node:
        if "_out" in node.name or any(i in behind for i in node.input):
            behind.update(node.output)
            names.append(node.name)
    return names


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="single precision ONNX file")
    p.add_argument("--store", required=True, help="stores of prepare.py")
    p.add_argument("--out", required=True)
    p.add_argument("--pictures", type=int, default=300)
    p.add_argument("--method", choices=sorted(METHODS), default="minmax")
    p.add_argument("--bits", type=int, choices=(7, 8), default=7, help="of the weights")
    a = p.parse_args()
    source = onnx.load(a.model)
    notes = {e.key: e.value for e in source.metadata_props}
    with tempfile.TemporaryDirectory() as folder:
        prepared = os.path.join(folder, "prepared.onnx")
        quant_pre_process(a.model, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, a.out, Pictures(a.store, a.pictures), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, reduce_range=a.bits == 7,
            calibrate_method=METHODS[a.method], nodes_to_exclude=kept_in_float(onnx.load(prepared)),
            op_types_to_quantize=["Conv", "Relu", "MaxPool", "Concat", "Add", "Resize"],
            extra_options=dict(ActivationSymmetric=False, CalibMovingAverage=a.method == "minmax"))
    model = onnx.load(a.out)
    onnx_file.describe(model, f"int8 QDQ, {a.bits} bit weights", float(notes.get("threshold", onnx_file.THRESHOLD)),
                       dict(training=notes.get("training", "?")))
    size, digest = onnx_file.save(model, a.out)
    print(f"{a.out}: {size} bytes, SHA-256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
