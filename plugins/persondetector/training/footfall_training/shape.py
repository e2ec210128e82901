# SPDX-License-Identifier: MPL-2.0
"""Input sizes and the cells of the three output levels (no torch here)."""
import numpy as np

WIDTH, HEIGHT = 384, 256  # of the views that are trained on
NATIVE_WIDTH, NATIVE_HEIGHT = 416, 288  # that the ONNX files suggest: a little larger than the views finds more (LOG.md)
STRIDES = (8, 16, 32)


def cell_count(width=WIDTH, height=HEIGHT):
    """Rows that the network gives for an input of this size."""
    return sum((width // s) * (height // s) for s in STRIDES)


def cell_grid(width=WIDTH, height=HEIGHT):
    """Cell centres in pixels and strides, [N, 3]: row by row, x fastest, level by level."""
    levels = []
    for stride in STRIDES:
        rows, columns = height // stride, width // stride
        y, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
        centres = [(x.ravel() + 0.5) * stride, (y.ravel() + 0.5) * stride, np.full(rows * columns, stride)]
        levels.append(np.stack(centres, 1))
    return np.concatenate(levels).astype(np.float32)


def split_levels(cells, width=WIDTH, height=HEIGHT):
    """Cuts [..., N, C] into one [..., rows, columns, C] for each level."""
    maps, start = [], 0
    for stride in STRIDES:
        rows, columns = height // stride, width // stride
        level = cells[..., start:start + rows * columns, :]
        maps.append(level.reshape(*level.shape[:-2], rows, columns, level.shape[-1]))
        start += rows * columns
    return maps


def mirror_cells(cells):
    """The dense map (score, left, top, right, bottom) of the mirrored picture."""
    flipped = [level[:, ::-1].reshape(-1, 5) for level in split_levels(cells)]
    return np.concatenate(flipped)[:, [0, 3, 2, 1, 4]]
