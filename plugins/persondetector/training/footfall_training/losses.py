# SPDX-License-Identifier: MPL-2.0
"""The loss: labels through task-aligned assignment, and the teachers' dense maps."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from . import boxes
from .assignment import assign, inside_any


@dataclass
class Targets:
    """What one batch should give; boxes are padded, the counts say how many are real."""

    people: torch.Tensor
    people_count: torch.Tensor
    ignore: torch.Tensor
    ignore_count: torch.Tensor
    blind: torch.Tensor
    blind_count: torch.Tensor
    teacher: torch.Tensor  # [B, N, 5]

    def to(self, device):
        """The same on another device."""
        return Targets(**{k: v.to(device, non_blocking=True) for k, v in vars(self).items()})


def label_loss(raw, decoded, cells, t):
    """Score and box loss of the labels; also which cells answer, their targets and the ignored cells."""
    logits = raw[..., 0]
    answers, index, target = assign(logits.detach().sigmoid(), decoded.detach(), cells, t.people, t.people_count)
    ignored = inside_any(cells, t.ignore, t.ignore_count)
    counted = (~ignored | answers).float()
    total = target.sum().clamp(min=float(len(raw)))
    score = (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * counted).sum() / total
    picture, cell = answers.nonzero(as_tuple=True)
    wanted = t.people[picture, index[picture, cell]]
    box = ((1 - boxes.ciou(decoded[picture, cell], wanted)) * target[picture, cell]).sum() / total
    return score, box, answers, target, ignored


def teacher_loss(raw, decoded, cells, t, answers, target, ignored):
    """Score and box loss towards the teachers, where they can be believed."""
    wanted = t.teacher[..., 0].float()
    with torch.no_grad():
        believed = ~inside_any(cells, t.blind, t.blind_count)
        labelled = inside_any(cells, t.people, t.people_count) | ignored
        believed &= labelled | (wanted < 0.3)  # the teachers alone against the labels: the labels win
        believed &= ~(answers & (wanted < target))  # they missed somebody who is labelled
        weight = believed.float()
        total = (wanted * weight).sum().clamp(min=float(len(raw)))
        sides = t.teacher[..., 1:5].float() * cells[:, 2:3]
        picture, cell = (believed & (wanted > 0.25) & ~answers).nonzero(as_tuple=True)
        taught = boxes.from_sides(sides, cells)[picture, cell]
        bounded = wanted.clamp(1e-4, 1 - 1e-4)
        floor = F.binary_cross_entropy(bounded, bounded, reduction="none")
    gap = F.binary_cross_entropy_with_logits(raw[..., 0], wanted, reduction="none") - floor
    score = (gap * weight).sum() / total
    box = ((1 - boxes.giou(decoded[picture, cell], taught)) * wanted[picture, cell]).sum() / total
    return score, box


def loss(raw, cells, t, box_weight=5.0, teacher_weight=1.0):
    """The whole loss of one batch, and its parts as numbers for the log."""
    raw = raw.float()
    decoded = boxes.decode(raw, cells)
    score, box, answers, target, ignored = label_loss(raw, decoded, cells, t)
    taught_score, taught_box = teacher_loss(raw, decoded, cells, t, answers, target, ignored)
    total = score + box_weight * box + teacher_weight * (taught_score + 0.5 * box_weight * taught_box)
    parts = dict(score=score, box=box, taught_score=taught_score, taught_box=taught_box)
    return total, {k: float(v.detach()) for k, v in parts.items()}
