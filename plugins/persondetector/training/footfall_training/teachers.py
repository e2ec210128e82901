# SPDX-License-Identifier: MPL-2.0
"""Dense outputs of permissively licensed detectors, brought to the cells of our own network.

PicoDet-S and YOLOX-Nano (both Apache-2.0) look at a view; each gives a score and a box for every cell, the two are
averaged. Both exports have a fixed input size, which is set to ours here.
"""
import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper

from .shape import HEIGHT, STRIDES, WIDTH

PICODET_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
PICODET_STD = np.array([58.395, 57.12, 57.375], np.float32)
PICODET_BINS = 8


def resized_model(path):
    """The model with its input set to our native size."""
    model = onnx.load(path)
    dims = model.graph.input[0].type.tensor_type.shape.dim
    old_width = dims[3].dim_value
    dims[2].dim_value, dims[3].dim_value = HEIGHT, WIDTH
    del model.graph.value_info[:]
    for output in model.graph.output:
        for k, dim in enumerate(output.type.tensor_type.shape.dim):
            dim.ClearField("dim_value")
            dim.dim_param = f"{output.name}_{k}"
    for constant in model.graph.initializer:  # the channel shuffles of PicoDet have the map's size in them
        if constant.data_type == onnx.TensorProto.INT64:
            shape = numpy_helper.to_array(constant).copy()
            if shape.ndim == 1 and len(shape) in (4, 5) and shape[-1] == shape[-2] and shape[-1] > 4:
                stride = old_width // int(shape[-1])
                shape[-2:] = HEIGHT // stride, WIDTH // stride
                constant.CopyFrom(numpy_helper.from_array(shape, constant.name))
    return model


def open_session(path):
    """A single-threaded session at our native size."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(resized_model(path).SerializeToString(), options, providers=["CPUExecutionProvider"])


class YoloxTeacher:
    """YOLOX with raw rows: BGR 0..255; score and left, top, right, bottom from the cell's middle, in cells."""

    def __init__(self, path):
        self.session = open_session(path)
        self.input = self.session.get_inputs()[0].name

    def __call__(self, rgb):
        tensor = np.ascontiguousarray(rgb[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
        rows = self.session.run(None, {self.input: tensor})[0][0]
        half_w, half_h = np.exp(rows[:, 2]) / 2, np.exp(rows[:, 3]) / 2
        dx, dy = rows[:, 0] - 0.5, rows[:, 1] - 0.5  # YOLOX counts from the cell's corner
        return np.stack([rows[:, 4] * rows[:, 5], half_w - dx, half_h - dy, half_w + dx, half_h + dy], 1)


class PicodetTeacher:
    """PicoDet: RGB normalised; strides 8 to 64, of which the last is folded into ours of 32."""

    def __init__(self, path):
        self.session = open_session(path)
        self.input = self.session.get_inputs()[0].name

    def __call__(self, rgb):
        tensor = ((rgb.astype(np.float32) - PICODET_MEAN) / PICODET_STD).transpose(2, 0, 1)[None]
        outputs = self.session.run(None, {self.input: np.ascontiguousarray(tensor)})
        levels = [self.level(outputs[k], outputs[4 + k]) for k in range(4)]
        levels[2] = fold_last(levels[2], levels[3])
        return np.concatenate(levels[:3])

    @staticmethod
    def level(scores, bins):
        """Scores of class person and the expected distance of each side."""
        bins = bins[0].reshape(-1, 4, PICODET_BINS)
        weights = np.exp(bins - bins.max(2, keepdims=True))
        distances = (weights / weights.sum(2, keepdims=True)) @ np.arange(PICODET_BINS, dtype=np.float32)
        return np.concatenate([scores[0][:, :1], distances], 1)


def fold_last(level32, level64):
    """Gives each cell of stride 64 to the four cells of stride 32 below it, where it is surer than they are."""
    rows, columns = HEIGHT // 32, WIDTH // 32
    fine = level32.reshape(rows, columns, 5)
    coarse = level64.reshape(rows // 2, columns // 2, 5).repeat(2, 0).repeat(2, 1).copy()
    coarse[..., 1:] *= 2
    x = np.where(np.arange(columns) % 2, 0.5, -0.5)[None, :]
    y = np.where(np.arange(rows) % 2, 0.5, -0.5)[:, None]
    coarse[..., 1] += x
    coarse[..., 3] -= x
    coarse[..., 2] += y
    coarse[..., 4] -= y
    return np.where(coarse[..., :1] > fine[..., :1], coarse, fine).reshape(-1, 5)


def average(maps):
    """Mean score; boxes weighted by score."""
    stacked = np.stack(maps)
    weights = stacked[..., :1] + 1e-4
    boxes = (stacked[..., 1:] * weights).sum(0) / weights.sum(0)
    return np.concatenate([stacked[..., :1].mean(0), boxes], 1)


class Teachers:
    """All teachers together: [N, 5] in half precision for one view."""

    def __init__(self, paths):
        self.teachers = [(PicodetTeacher if "picodet" in path else YoloxTeacher)(path) for path in paths]

    def __call__(self, rgb):
        return average([teacher(rgb) for teacher in self.teachers]).astype(np.float16)


assert HEIGHT % 64 == 0 and WIDTH % 64 == 0 and STRIDES == (8, 16, 32), "the teachers' maps fit these only"
