# SPDX-License-Identifier: MPL-2.0
"""The network as it is exported: RGB 0..255 of any size in multiples of 32, decoded YOLOX rows out."""
import torch
from torch import nn

from .shape import STRIDES


class Decoded(nn.Module):
    """Rows cx, cy, w, h in input pixels, score, 1, level by level; cells come from the input's own size."""

    def __init__(self, net):
        super().__init__()
        self.net = net.eval().fold()
        with torch.no_grad():
            self.net.stem.conv.weight /= 255.0

    def forward(self, images):
        levels = [self.level(*parts) for parts in zip(self.net.heads, self.net.levels(images), STRIDES)]
        return torch.cat(levels, 2).transpose(1, 2)

    @staticmethod
    def level(head, features, stride):
        """One level, [1, 6, cells]."""
        logits, sides = head.score_out(head.score(features)), head.box_out(head.box(features))
        sides = torch.exp(sides) * float(stride)
        near, far = sides[:, :2], sides[:, 2:]
        rows, columns = features.shape[2], features.shape[3]
        x = (torch.arange(columns, dtype=torch.float32) + 0.5) * float(stride)
        y = (torch.arange(rows, dtype=torch.float32) + 0.5) * float(stride)
        middle = torch.stack([x[None, :].expand(rows, columns), y[:, None].expand(rows, columns)])[None]
        score = torch.sigmoid(logits)
        return torch.cat([middle + (far - near) * 0.5, near + far, score, torch.ones_like(score)], 1).flatten(2)
