#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Writes weights as ONNX: computed in single precision, stored in half, any input size in multiples of 32.

    export.py --weights RUN-final/ema.safetensors --out footfall-person.onnx

The rows are decoded and the file says in its metadata how to use it (plugins/persondetector/src/model/metadata.rs).
"""
import argparse
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
import torch

from footfall_training import onnx_file, state
from footfall_training.decoded import Decoded
from footfall_training.network import multiply_adds
from footfall_training.shape import NATIVE_HEIGHT, NATIVE_WIDTH


def graph(module):
    """The module as an ONNX model with open height and width."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
        torch.onnx.export(module, (torch.zeros(1, 3, NATIVE_HEIGHT, NATIVE_WIDTH),), f.name, opset_version=17, dynamo=False,
                          input_names=["images"], output_names=["output"],
                          dynamic_axes={"images": {2: "height", 3: "width"}, "output": {1: "rows"}})
        return onnx.load(f.name)


def difference(path, module):
    """Largest difference to the network itself, in pixels and scores, at two sizes."""
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for height, width in ((NATIVE_HEIGHT, NATIVE_WIDTH), (192, 320)):
        pixels = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0)) * 255
        with torch.no_grad():
            wanted = module(pixels).numpy()
        worst = max(worst, float(np.abs(session.run(None, {"images": pixels.numpy()})[0] - wanted).max()))
    return worst


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weights", required=True, help="ema.safetensors")
    p.add_argument("--out", required=True)
    p.add_argument("--threshold", type=float, default=onnx_file.THRESHOLD, help="suggested least score")
    p.add_argument("--single", action="store_true", help="store single precision (the input of quantise.py)")
    a = p.parse_args()
    net, note = state.load_weights(a.weights)
    work = multiply_adds(net, NATIVE_WIDTH, NATIVE_HEIGHT)
    module = Decoded(net).eval()
    model = graph(module)
    if not a.single:
        onnx_file.halve(model)
    precision = "fp32" if a.single else "fp32, weights stored as fp16"
    onnx_file.describe(model, precision, a.threshold, dict(training=f"{note.get('seen', '?')} pictures seen"))
    size, digest = onnx_file.save(model, a.out)
    print(f"{a.out}: {size} bytes, {2 * work / 1e9:.3f} GFLOP at {NATIVE_WIDTH}x{NATIVE_HEIGHT}, SHA-256 {digest}")
    print(f"largest difference to the network: {difference(a.out, module):.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
