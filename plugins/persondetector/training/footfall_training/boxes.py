# SPDX-License-Identifier: MPL-2.0
"""Boxes of the network's rows, and how well boxes agree (torch)."""
import torch


def decode(raw, cells):
    """Raw rows [B, N, 5] at cells [N, 3] to boxes x0, y0, x1, y1 in pixels."""
    sides = torch.exp(raw[..., 1:5].clamp(-6, 4.5)) * cells[:, 2:3]
    return from_sides(sides, cells)


def from_sides(sides, cells):
    """Boxes from distances in pixels."""
    return torch.cat([cells[:, :2] - sides[..., :2], cells[:, :2] + sides[..., 2:]], -1)


def overlap(a, b):
    """Intersection and union of boxes, element by element over [..., 4]."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    sizes = [(x[..., 2:] - x[..., :2]).clamp(min=0).prod(-1) for x in (a, b)]
    return shared, sizes[0] + sizes[1] - shared + 1e-7


def iou(a, b):
    """Intersection over union."""
    shared, union = overlap(a, b)
    return shared / union


def giou(a, b):
    """IoU less the empty share of the box around both."""
    shared, union = overlap(a, b)
    around = enclosing(a, b).prod(-1) + 1e-7
    return shared / union - (around - union) / around


def ciou(a, b):
    """IoU less the distance of the middles and the difference in aspect; b is the target."""
    value = iou(a, b)
    distance = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) ** 2).sum(-1) / 4
    diagonal = (enclosing(a, b) ** 2).sum(-1) + 1e-7
    angles = [torch.atan((x[..., 2] - x[..., 0]).clamp(min=1e-3) / (x[..., 3] - x[..., 1]).clamp(min=1e-3)) for x in (a, b)]
    aspect = 0.405284735 * (angles[1] - angles[0]) ** 2
    with torch.no_grad():
        weight = aspect / (aspect - value + 1 + 1e-7)
    return value - distance / diagonal - weight * aspect


def enclosing(a, b):
    """Width and height of the box around both."""
    return (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).clamp(min=0)
