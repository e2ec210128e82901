#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Makes bright-rectangles.onnx: a "detector" that finds bright upright rectangles on dark ground.

    python3 -m pip install onnx==1.23.2
    python3 make_bright_rectangles.py bright-rectangles.onnx

No training and no weights from anywhere: max pooling spreads the darkness of a dark pixel, so that runs of bright pixels
are measured from every cell's middle to the left, right, top and bottom. It gives decoded YOLOX rows (strides 8, 16, 32)
and says so, with everything else, in its metadata. It exists so that tests of a bare clone exercise the real runtime.

How: in a row, the first dark pixel at or after x is the minimum of the places of all dark pixels q >= x, which max pooling
of the negated places gives; pooling over two pixels that are 1, 2, 4, ... apart, one after the other, reaches the border in
eight steps instead of comparing with every pixel.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEIGHT = 256, 192
BRIGHT = 128.0  # half way from dark to bright: a pixel that is half covered counts as covered; grey (114) is dark
STRIDES = (8, 16, 32)
FAR = 512.0

nodes, constants = [], []


def constant(name, array):
    constants.append(numpy_helper.from_array(np.asarray(array), name))
    return name


def node(op, inputs, output, **attributes):
    nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
    return output


def distance(axis, sign, ramp):
    """Pixels from each pixel to the nearest dark one along an axis, itself excluded from the count.

    ramp is the place of each pixel's middle.
    """
    name = f"{'xy'[axis]}{'p' if sign > 0 else 'm'}"
    length = (WIDTH, HEIGHT)[axis]
    signed = node("Mul", [ramp, constant(f"sign_{name}", np.float32(sign))], f"signed_{name}")
    # Dark pixels keep -signed, bright ones are pushed out of reach; the border counts as dark.
    here = node("Where", ["dark", node("Neg", [signed], f"neg_{name}"), constant(f"far_{name}", np.float32(-FAR))], f"here_{name}")
    nearest, step = here, 1
    while step < length:
        # The larger of each pixel and the one that lies `step` further in the direction.
        before, after = (0, step) if sign > 0 else (step, 0)
        wider = [0, 0, 0, before, 0, 0, 0, after] if axis == 0 else [0, 0, before, 0, 0, 0, after, 0]
        kernel, apart = ([1, 2], [1, step]) if axis == 0 else ([2, 1], [step, 1])
        pads = constant(f"pads_{name}_{step}", np.array(wider, np.int64))
        padded = node("Pad", [nearest, pads, "nowhere"], f"padded_{name}_{step}")
        nearest = node("MaxPool", [padded], f"nearest_{name}_{step}", kernel_shape=kernel, dilations=apart)
        step *= 2
    # Beyond the border everything is dark.
    border = constant(f"border_{name}", np.float32(-(length + 0.5) if sign > 0 else -0.5))
    nearest = node("Max", [nearest, border], f"held_{name}")
    # -nearest is the signed place of the first dark pixel; half a pixel back is the edge of the bright run.
    run = node("Sub", [node("Neg", [nearest], f"place_{name}"), signed], f"run_{name}")
    return node("Sub", [run, constant(f"half_{name}", np.float32(0.5))], f"distance_{name}")


def main(path):
    grey = node("ReduceMean", ["images"], "grey", axes=[1], keepdims=1)
    node("Less", [grey, constant("bright", np.float32(BRIGHT))], "dark")
    constant("nowhere", np.float32(-FAR))
    xs = constant("xs", (np.arange(WIDTH, dtype=np.float32) + 0.5).reshape(1, 1, 1, WIDTH))
    ys = constant("ys", (np.arange(HEIGHT, dtype=np.float32) + 0.5).reshape(1, 1, HEIGHT, 1))
    right, left = distance(0, 1, xs), distance(0, -1, xs)
    down, up = distance(1, 1, ys), distance(1, -1, ys)
    width = node("Add", [left, right], "width")
    height = node("Add", [up, down], "height")
    half = constant("one_half", np.float32(0.5))
    cx = node("Add", [xs, node("Mul", [node("Sub", [right, left], "dx"), half], "dx2")], "cx")
    cy = node("Add", [ys, node("Mul", [node("Sub", [down, up], "dy"), half], "dy2")], "cy")
    # Sure where the pixel is bright and the run is at least four pixels wide and high; small in size elsewhere.
    lit = node("Cast", [node("Not", ["dark"], "lit_b")], "lit", to=TensorProto.FLOAT)
    four = constant("four", np.float32(3.5))
    wide = node("Cast", [node("Greater", [width, four], "wide_b")], "wide", to=TensorProto.FLOAT)
    high = node("Cast", [node("Greater", [height, four], "high_b")], "high", to=TensorProto.FLOAT)
    person = node("Mul", [node("Mul", [lit, wide], "lw"), high], "person")
    score = node("Mul", [person, constant("sure", np.float32(0.9))], "score")
    one = node("Add", [node("Mul", [score, constant("nothing", np.float32(0.0))], "zeros"), constant("one", np.float32(1.0))], "ones")
    columns = []
    for name, value, least in (("cx", cx, None), ("cy", cy, None), ("w", width, 0.0), ("h", height, 0.0), ("s", score, None), ("o", one, None)):
        if least is not None:
            value = node("Max", [value, constant(f"least_{name}", np.float32(least))], f"size_{name}")
        columns.append(value)
    table = node("Concat", columns, "table", axis=1)
    rows = []
    for stride in STRIDES:
        # The pixel in the middle of each cell.
        start = constant(f"start_{stride}", np.array([stride // 2, stride // 2], np.int64))
        end = constant(f"end_{stride}", np.array([HEIGHT, WIDTH], np.int64))
        axes = constant(f"axes_{stride}", np.array([2, 3], np.int64))
        step = constant(f"step_{stride}", np.array([stride, stride], np.int64))
        cells = node("Slice", [table, start, end, axes, step], f"cells_{stride}")
        flat = node("Reshape", [cells, constant(f"shape_{stride}", np.array([1, 6, -1], np.int64))], f"flat_{stride}")
        rows.append(node("Transpose", [flat], f"rows_{stride}", perm=[0, 2, 1]))
    node("Concat", rows, "output", axis=1)
    count = sum((HEIGHT // s) * (WIDTH // s) for s in STRIDES)
    graph = helper.make_graph(
        nodes,
        "bright_rectangles",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, count, 6])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="footfall")
    model.ir_version = 7
    metadata = dict(
        names="{0: 'person'}", person_class="0", color="rgb", scale="1.0", mean="0,0,0", std="1,1,1", resize="stretch",
        pad="0", head="yolox_decoded", threshold="0.3", source="made by make_bright_rectangles.py, not trained",
    )
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    main(sys.argv[1])
