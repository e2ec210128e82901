# SPDX-License-Identifier: MPL-2.0
"""Batches drawn from the pool.

What a batch holds depends on the seed, the number of the step and the process alone, so that a schedule goes on after a
stop where it was, and a pool that grew meanwhile is simply drawn from.
"""
import numpy as np
import torch

from .losses import Targets
from .photometric import Photometric
from .pool import BOXES, Pool
from .shape import HEIGHT, STRIDES, WIDTH, cell_count, mirror_cells, split_levels

MOST_BOXES = 96
OUTSIDE = -1000.0  # where padded boxes and those outside the window lie


class Batches:
    """Draws batches; `shares` says how much of each kind of view."""

    def __init__(self, folder, size, shares, seed, rank):
        self.pool, self.size, self.shares = Pool(folder), size, shares
        self.seed, self.rank = seed, rank
        self.photometric = Photometric()
        self.refresh()

    def refresh(self):
        """Looks for new and removed shards."""
        self.pool.refresh()
        self.index = {k: self.pool.index(k) for k in self.pool.kinds() if self.shares.get(k, 0) > 0}
        if not self.index:
            raise SystemExit(f"no views in {self.pool.folder}: run views.py first")

    def counts(self, rng):
        """How many views of each kind make this batch; what does not divide is drawn by chance."""
        kinds = sorted(self.index)
        weights = np.array([self.shares[k] for k in kinds], float)
        drawn = np.floor(np.cumsum(weights / weights.sum()) * self.size + rng.random())
        drawn[-1] = self.size
        return dict(zip(kinds, np.diff(np.concatenate([[0], np.minimum(drawn, self.size)])).astype(int)))

    def one(self, shard, k, rng):
        """One view, perhaps mirrored, in another light."""
        image, boxes = shard.image[k], [shard.boxes[kind][k][:MOST_BOXES] for kind in BOXES]
        taught = shard.teacher[k] if shard.teacher is not None else np.zeros((cell_count(), 5), np.float16)
        if rng.random() < 0.5:
            image, taught = image[:, ::-1], mirror_cells(taught)
            boxes = [np.stack([WIDTH - b[:, 2], b[:, 1], WIDTH - b[:, 0], b[:, 3]], 1) for b in boxes]
        return self.photometric(np.ascontiguousarray(image), rng), taught, boxes

    def draw(self, step):
        """The batch of a step: pixels [B, H, W, 3] and Targets."""
        rng = np.random.default_rng([self.seed, step, self.rank])
        images = np.empty((self.size, HEIGHT, WIDTH, 3), np.uint8)
        taught = np.empty((self.size, cell_count(), 5), np.float16)
        boxes = np.full((len(BOXES), self.size, MOST_BOXES, 4), OUTSIDE, np.float32)
        counts = np.zeros((len(BOXES), self.size), np.int64)
        i = 0
        for kind, n in self.counts(rng).items():
            for k in rng.integers(0, len(self.index[kind]), n):
                name, number = self.index[kind][k]
                images[i], taught[i], lists = self.one(self.pool.shards[name], number, rng)
                for q, b in enumerate(lists):
                    boxes[q, i, :len(b)], counts[q, i] = b, len(b)
                i += 1
        pairs = {}
        for q, name in enumerate(BOXES):
            pairs[name], pairs[name + "_count"] = torch.from_numpy(boxes[q]), torch.from_numpy(counts[q])
        return torch.from_numpy(images), Targets(**pairs, teacher=torch.from_numpy(taught))


def window(images, t, width, height, rng):
    """The same window, on the grid of 32 pixels, of every picture; the teachers' maps are cut along.

    Windows keep the scale and cost half as much, which suits the first part of a schedule.
    """
    x, y = 32 * int(rng.integers((WIDTH - width) // 32 + 1)), 32 * int(rng.integers((HEIGHT - height) // 32 + 1))
    cut = []
    for level, stride in zip(split_levels(t.teacher), STRIDES):
        part = level[:, y // stride:(y + height) // stride, x // stride:(x + width) // stride]
        cut.append(part.reshape(len(part), -1, 5))
    moved = {k: move(getattr(t, k), x, y, width, height, 0.25 if k == "people" else 0.0) for k in BOXES}
    counts = {k + "_count": getattr(t, k + "_count") for k in BOXES}
    return images[:, y:y + height, x:x + width], Targets(**moved, **counts, teacher=torch.cat(cut, 1))


def move(boxes, x, y, width, height, least_share):
    """Boxes seen from a window; those with less than a share inside lie far outside."""
    moved = boxes - torch.tensor([x, y, x, y], dtype=torch.float32)
    cut = torch.minimum(moved.clamp(min=0), torch.tensor([width, height, width, height], dtype=torch.float32))
    share = (cut[..., 2:] - cut[..., :2]).clamp(min=0).prod(-1) / (boxes[..., 2:] - boxes[..., :2]).prod(-1).clamp(min=1e-3)
    return torch.where((share > least_share)[..., None], cut, torch.full_like(cut, OUTSIDE))
