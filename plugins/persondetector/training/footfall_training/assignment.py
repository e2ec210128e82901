# SPDX-License-Identifier: MPL-2.0
"""Which cell answers for which labelled person: task-aligned assignment."""
import torch

from .boxes import iou

BEST_CELLS = 10
SCORE_POWER, IOU_POWER = 0.5, 4.0
LEAST_REACH = 6.0  # pixels from the middle to each side: a tiny box still has a few candidate cells


def candidates(cells, labels, counts):
    """Cells inside each label: [B, M, N]."""
    half = ((labels[..., 2:] - labels[..., :2]) / 2).clamp(min=LEAST_REACH)
    middle = (labels[..., 2:] + labels[..., :2]) / 2
    away = (cells[None, None, :, :2] - middle[:, :, None]).abs()
    valid = torch.arange(labels.shape[1], device=labels.device)[None] < counts[:, None]
    return (away < half[:, :, None]).all(-1) & valid[..., None]


def one_label_a_cell(chosen, overlaps):
    """Where several labels want a cell, the one that overlaps best has it."""
    if not (chosen.sum(1) > 1).any():
        return chosen
    best = torch.where(chosen, overlaps, torch.full_like(overlaps, -1.0)).argmax(1)
    return chosen & torch.zeros_like(chosen).scatter_(1, best[:, None], True)


@torch.no_grad()
def assign(score, boxes, cells, labels, counts):
    """For each cell: whether it answers for a label, for which, and the score it should give.

    score [B, N], boxes [B, N, 4], cells [N, 3], labels [B, M, 4] of which the first `counts` [B] are real.
    """
    most = int(counts.max()) if len(counts) else 0
    if most == 0:
        nothing = torch.zeros_like(score)
        return nothing.bool(), nothing.long(), nothing
    labels = labels[:, :most]
    inside = candidates(cells, labels, counts)
    overlaps = iou(boxes[:, None], labels[:, :, None]) * inside
    metric = score[:, None].pow(SCORE_POWER) * (overlaps + 1e-3).pow(IOU_POWER) * inside
    value, index = metric.topk(min(BEST_CELLS, metric.shape[-1]), -1)
    chosen = torch.zeros_like(inside).scatter_(-1, index, value > 0) & inside
    chosen = one_label_a_cell(chosen, overlaps)
    metric = metric * chosen
    target = metric / (metric.amax(-1, keepdim=True) + 1e-12) * (overlaps * chosen).amax(-1, keepdim=True)
    answers = chosen.any(1)
    return answers, chosen.float().argmax(1), target.amax(1) * answers


def inside_any(cells, boxes, counts):
    """Cells whose middle lies in one of the first `counts` boxes: [B, N]."""
    most = int(counts.max()) if len(counts) else 0
    if most == 0:
        return torch.zeros(len(boxes), len(cells), dtype=torch.bool, device=boxes.device)
    boxes = boxes[:, :most]
    point = cells[None, None, :, :2]
    within = ((point > boxes[:, :, None, :2]) & (point < boxes[:, :, None, 2:])).all(-1)
    valid = torch.arange(most, device=boxes.device)[None, :, None] < counts[:, None, None]
    return (within & valid).any(1)
