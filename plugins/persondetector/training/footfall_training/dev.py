# SPDX-License-Identifier: MPL-2.0
"""Scores of the smoothed weights on the pictures kept apart for choosing."""
import cv2
import numpy as np
import torch

from . import boxes, scoring, sources
from .precision import autocast
from .shape import NATIVE_HEIGHT, NATIVE_WIDTH, cell_grid
from .store import rows_of

GROUPS = ("photographs", "from_above", "rendered")
LEAST_SCORE = 0.02


def group_of(source):
    """Under which score a source counts."""
    if source in sources.RENDERED:
        return "rendered"
    return "from_above" if source in sources.FROM_ABOVE else "photographs"


class Dev:
    """Dev pictures stretched to the native size."""

    def __init__(self, folder, device="cpu"):
        self.rows, self.device = rows_of(folder, "dev"), device
        images = [cv2.resize(r["store"].picture(r), (NATIVE_WIDTH, NATIVE_HEIGHT), interpolation=cv2.INTER_LINEAR) for r in self.rows]
        self.images = torch.from_numpy(np.stack(images))
        self.cells = torch.from_numpy(cell_grid(NATIVE_WIDTH, NATIVE_HEIGHT)).to(device)

    @torch.no_grad()
    def predictions(self, net):
        """Boxes and scores, by falling score, of every picture in its own pixels."""
        net.eval()
        for start in range(0, len(self.rows), 16):
            pixels = self.images[start:start + 16].to(self.device).permute(0, 3, 1, 2).float().div_(255)
            with autocast(self.device.split(":")[0]):
                raw = net(pixels).float()
            scores, decoded = raw[..., 0].sigmoid().cpu().numpy(), boxes.decode(raw, self.cells).cpu().numpy()
            for k, row in enumerate(self.rows[start:start + 16]):
                sure = scores[k] >= LEAST_SCORE
                found = decoded[k][sure] * np.array([row["width"] / NATIVE_WIDTH, row["height"] / NATIVE_HEIGHT] * 2)
                found = np.clip(found, 0, [row["width"], row["height"]] * 2)
                kept = scoring.nms(found, scores[k][sure])
                yield found[kept], scores[k][sure][kept], row["people"], row["ignore"]

    def points(self, net, group, levels):
        """Recall and precision of a group at score levels."""
        pairs = zip(self.predictions(net), self.rows)
        return scoring.operating_points([f for f, row in pairs if group_of(row["source"]) == group], levels)

    def score(self, net):
        """AP50 of each group, and AP75 of the photographs."""
        found = list(self.predictions(net))
        result = {}
        for group in GROUPS:
            part = [f for f, row in zip(found, self.rows) if group_of(row["source"]) == group]
            if part:
                result[group] = scoring.average_precision(part)
            if part and group == "photographs":
                result["photographs_75"] = scoring.average_precision(part, 0.75)
        return result
